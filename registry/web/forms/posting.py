"""The form of a list to be posted."""

from wtforms import DateField, StringField
from wtforms.validators import InputRequired, Length

from registry.review.notes import NOTE_LENGTH
from registry.web.forms.base import Form


class PostingForm(Form):
    """How long the list hangs, and where to object."""

    begins_on = DateField("公示从", [InputRequired("请选择公示的第一天。")])
    ends_on = DateField("到", [InputRequired("请选择公示的最后一天。")])
    objections = StringField(
        "有异议找谁",
        [
            InputRequired("请写明有异议时找谁。"),
            Length(max=NOTE_LENGTH, message=f"最多 {NOTE_LENGTH} 个字。"),
        ],
        description="例如：工会办公室，分机 8021。不要写完整的手机号。",
    )
