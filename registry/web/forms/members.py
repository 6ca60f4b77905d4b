"""Forms of the members' register."""

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from registry.members.operations import NUMBER_LENGTH, REASON_LENGTH
from registry.web.forms.base import Form


class OpenForm(Form):
    """Why the full number is asked for."""

    reason = TextAreaField(
        "查看理由",
        [
            InputRequired("请填写查看理由。"),
            Length(max=REASON_LENGTH, message=f"理由最多 {REASON_LENGTH} 个字。"),
        ],
        description="例如：核对本人身份证、电话通知领取补助。理由、时间和您的姓名会记录下来，供本工会查阅。",
        render_kw={"rows": 2},
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
