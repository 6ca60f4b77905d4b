"""Forms of registrations."""

from collections.abc import Sequence
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from registry.campaigns.operations import NOTE_LENGTH, TITLE_LENGTH
from registry.web.forms.base import Form

Choices = Sequence[tuple[str, str]]


def _boxes(label: str, hint: str) -> Any:
    return SelectMultipleField(
        label,
        [Optional()],
        description=hint,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,  # the operation knows which there are
    )


class RegistrationForm(Form):
    """What a registration is to be."""

    title = StringField(
        "活动名称",
        [InputRequired("请填写活动名称。")],
        description="例如：会员实名登记",
        render_kw={"maxlength": TITLE_LENGTH},
    )
    opens_on = DateField(
        "开始日期",
        [InputRequired("请填写开始日期。")],
        description="时间进度从这一天算起；已经开始的，填过去的日期。",
    )
    due_on = DateField("截止日期", [InputRequired("请填写截止日期。")], description="最后一天。")
    survey = DateField("前期摸底完成日期", [InputRequired("请填写日期。")])
    count = DateField("中期清点完成日期", [InputRequired("请填写日期。")])
    verify = DateField("后期核验完成日期", [InputRequired("请填写日期。")])
    survey_share = IntegerField(
        "摸底：至少百分之几的工会已申报职工人数", [InputRequired("请填写 1 到 100。")], default=100
    )
    count_share = IntegerField(
        "清点：至少百分之几的工会已有名册入库", [InputRequired("请填写 1 到 100。")], default=100
    )
    units = _boxes("范围", "一个都不选，就是全部单位。")
    kinds = _boxes("工会类型", "一个都不选，就是各种类型的工会。")
    pilot = _boxes("试点单位", "试点单位先启动，其余的以后启动；一个都不选，就是一起启动。")
    ends_when_due = BooleanField("到期自动结束", description="不勾选的，由您手动结束。")
    note = TextAreaField(
        "说明",
        [Optional()],
        description="给审核员和经办员看，可以不写。",
        render_kw={"maxlength": NOTE_LENGTH},
    )

    def __init__(self, units: Choices, kinds: Choices, **values: Any) -> None:
        """`units` and `kinds` are code and name of those that may be chosen."""
        super().__init__(**values)
        self.units.choices = self.pilot.choices = list(units)
        self.kinds.choices = list(kinds)
