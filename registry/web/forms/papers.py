"""Forms of sealed sheets."""

from wtforms import DateField, StringField
from wtforms.validators import InputRequired, Length

from registry.review.notes import NOTE_LENGTH
from registry.web.forms.base import Form

_SHORT = Length(max=NOTE_LENGTH, message=f"最多 {NOTE_LENGTH} 个字。")


class ReceiptForm(Form):
    """When a sealed sheet came in."""

    received_on = DateField("收到的日期", [InputRequired("请选择收到的日期。")])
    note = StringField("备注", [_SHORT], description="例如：双面、由谁送来。可以不填。")


class TakeBackForm(Form):
    """Why it did not."""

    reason = StringField("原因", [InputRequired("请写明原因。"), _SHORT])
