"""Forms of taking decisions back."""

from wtforms import BooleanField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from registry.codes import code_list
from registry.review.notes import NOTE_LENGTH
from registry.web.forms.base import Form


class RevocationForm(Form):
    """Why an approval is taken back."""

    reason = SelectField("原因", [InputRequired("请选择原因。")], choices=[])
    note = TextAreaField(
        "说明",
        [
            InputRequired("请写明具体原因。"),
            Length(max=NOTE_LENGTH, message=f"说明最多 {NOTE_LENGTH} 个字。"),
        ],
        description="经办员会看到。写明怎么发现的、错在哪里；不要写完整的证件号码或手机号。",
    )
    hand_back = BooleanField("交回经办员的草稿，改好可以再报", default=True)

    def __init__(self, prefix: str, *, clean: bool = False) -> None:
        """`clean`: nothing was sent with this form."""
        if clean:
            super().__init__(formdata=None, prefix=prefix)
        else:
            super().__init__(prefix=prefix)
        reasons = [(code.code, code.label) for code in code_list("send_back_reason")]
        self.reason.choices = [("", "请选择原因"), *reasons]
