"""Forms of reviewing."""

from functools import cache

from wtforms import SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from registry.codes import code_list
from registry.review.notes import NOTE_LENGTH
from registry.web.forms.base import Form


class RefusalForm(Form):
    """Why rows are sent back or rejected."""

    reason = SelectField("原因", [InputRequired("请选择退回或驳回的原因。")], choices=[])
    note = TextAreaField(
        "说明",
        [Length(max=NOTE_LENGTH, message=f"说明最多 {NOTE_LENGTH} 个字。")],
        description="经办员会看到。写明哪里不对、怎么改；不要写完整的证件号码或手机号。",
    )

    def __init__(self, prefix: str, clean: bool = False) -> None:
        """`clean`: nothing was sent with this form, and it belongs to nobody."""
        self.is_clean = clean
        if clean:
            super().__init__(formdata=None, prefix=prefix, meta={"csrf": False})
        else:
            super().__init__(prefix=prefix)
        reasons = [(code.code, code.label) for code in code_list("send_back_reason")]
        self.reason.choices = [("", "请选择原因"), *reasons]


@cache
def clean_form(prefix: str) -> RefusalForm:
    """Return the form as it is before anything was sent with it: the same for everybody."""
    return RefusalForm(prefix, clean=True)
