"""Forms of campaigns."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, DateField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from registry.campaigns.operations import NOTE_LENGTH, TITLE_LENGTH
from registry.web.forms.base import Form


class CampaignForm(Form):
    """What a campaign is to be."""

    title = StringField(
        "活动名称",
        [InputRequired("请填写活动名称。")],
        description="例如：2026 年下半年会员复核",
        render_kw={"maxlength": TITLE_LENGTH},
    )
    units = SelectMultipleField(
        "范围",
        [Optional()],
        description="一个都不选，就是全部单位。",
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,  # the operation knows which units there are
    )
    opens_on = DateField(
        "开始日期",
        [InputRequired("请填写开始日期。")],
        description="从这一天起审核通过的复核才算数；这一天以后新入会的不用复核。",
    )
    due_on = DateField("截止日期", [InputRequired("请填写截止日期。")], description="最后一天。")
    ends_when_due = BooleanField(
        "到期自动结束", description="不勾选的，到期以后仍可办，由您手动结束。"
    )
    note = TextAreaField(
        "说明",
        [Optional()],
        description="给经办员看，可以不写。",
        render_kw={"maxlength": NOTE_LENGTH},
    )

    def __init__(self, units: Sequence[tuple[str, str]], **values: Any) -> None:
        """`units` are code and name of those that may be chosen, none where there is no choice."""
        super().__init__(**values)
        if units:
            self.units.choices = list(units)
        else:
            del self.units


class DueForm(Form):
    """Another last day."""

    due_on = DateField("新的截止日期", [InputRequired("请填写截止日期。")])
