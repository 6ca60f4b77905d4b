"""The form of the log keeper."""

from wtforms import StringField
from wtforms.validators import InputRequired, Length

from registry.members.operations import NUMBER_LENGTH
from registry.web.forms.base import Form


class PersonForm(Form):
    """A document number, to find what the trail says of a person."""

    number = StringField(
        "证件号码",
        [
            InputRequired("请填写证件号码。"),
            Length(max=NUMBER_LENGTH, message="号码太长，请核对。"),
        ],
        description="完整填写，末位是 X 的也要填。号码不保存，不出现在网址和日志里；查找会留痕。",
    )
