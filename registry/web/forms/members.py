"""Forms of the members' register."""

from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from registry.members.operations import NUMBER_LENGTH
from registry.members.seeing import WORDS_LENGTH, Purpose
from registry.web.forms.base import Form


class OpenForm(Form):
    """Why a full value is asked for; the button that sends it says which."""

    purpose = SelectField(
        "查看理由",
        [InputRequired("请选择查看理由。")],
        choices={"": "请选择", **{one.value: one.label for one in Purpose}},
    )
    words = StringField(
        "补充说明",
        [Length(max=WORDS_LENGTH, message=f"说明最多 {WORDS_LENGTH} 个字。")],
        description="选“其他”时必须写明，不要写号码。理由、时间和您的姓名会记录下来，供本工会查阅。",
        render_kw={"maxlength": WORDS_LENGTH},
    )


class LookUpForm(Form):
    """A document number to find a member by."""

    number = StringField(
        "证件号码",
        [
            InputRequired("请填写证件号码。"),
            Length(max=NUMBER_LENGTH, message="号码太长，请核对。"),
        ],
        description="完整填写，末位是 X 的也要填。只查您管理范围内的会员，查询会留痕。",
    )
