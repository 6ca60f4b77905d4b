"""Forms of transfers."""

from wtforms import SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from registry.codes import code_list
from registry.review.notes import NOTE_LENGTH
from registry.web.forms.base import Form

_LENGTH = Length(max=NOTE_LENGTH, message=f"说明最多 {NOTE_LENGTH} 个字。")


class ObjectionForm(Form):
    """Why members stay."""

    reason = SelectField("原因", [InputRequired("请选择不同意转出的原因。")], choices=[])
    note = TextAreaField(
        "说明",
        [_LENGTH],
        description="只给裁定的上级工会看，提出请求的工会只看到上面的原因。不要写完整的证件号码或手机号。",
    )

    def __init__(self, *, clean: bool = False) -> None:
        """`clean`: nothing was sent with this form."""
        if clean:
            super().__init__(formdata=None, prefix="object")
        else:
            super().__init__(prefix="object")
        reasons = [(code.code, code.label) for code in code_list("transfer_objection")]
        self.reason.choices = [("", "请选择原因"), *reasons]


class SettlementForm(Form):
    """Why a federation settles as it does."""

    note = TextAreaField(
        "理由", [_LENGTH], description="双方工会都会看到。不要写完整的证件号码或手机号。"
    )

    def __init__(self, prefix: str, *, clean: bool = False) -> None:
        """`clean`: nothing was sent with this form."""
        if clean:
            super().__init__(formdata=None, prefix=prefix)
        else:
            super().__init__(prefix=prefix)
