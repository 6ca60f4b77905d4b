"""Forms about who somebody is."""

from collections.abc import Sequence

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from registry.codes import code_list
from registry.review.identities.states import Ruling
from registry.review.notes import NOTE_LENGTH
from registry.submissions.by_hand import VALUE_LENGTH
from registry.web.forms.base import Form

_NOTE = Length(max=NOTE_LENGTH, message=f"说明最多 {NOTE_LENGTH} 个字。")
_TYPED = Length(max=VALUE_LENGTH, message=f"最多 {VALUE_LENGTH} 个字。")
_NO_NUMBERS = "不要写完整的证件号码或手机号。"


class RulingForm(Form):
    """What is decided, about which record, and why."""

    ruling = RadioField("核对结果", choices=[], validate_choice=False)
    which = RadioField(
        "以哪一条登记为准", [Optional()], choices=[], coerce=int, validate_choice=False
    )
    note = TextAreaField(
        "依据",
        [_NOTE],
        description=f"写明凭什么这样处理，如“已对照身份证复印件”。退回的，经办员会看到。{_NO_NUMBERS}",
    )

    def __init__(
        self,
        rulings: Sequence[tuple[Ruling, str]],
        records: Sequence[tuple[int, str]] = (),
        *,
        clean: bool = False,
    ) -> None:
        """`rulings` and `records` are the choices with their words; `clean`: nothing was sent."""
        if clean:
            super().__init__(formdata=None)
        else:
            super().__init__()
        self.ruling.choices = [(one.value, words) for one, words in rulings]
        self.which.choices = list(records)
        self._offered = {one.value: one for one, _ in rulings}

    def chosen(self) -> Ruling | None:
        """Return what was chosen, None for nothing that is offered."""
        return self._offered.get(self.ruling.data)


class UndoForm(Form):
    """Why a ruling is taken back."""

    note = TextAreaField("撤销的原因", [_NOTE], description=_NO_NUMBERS)


class PairForm(Form):
    """Another record that may be the same person's."""

    number = StringField(
        "另一条登记的证件号码",
        [_TYPED],
        description="按号码查找，查询会留痕；只能找到管理范围内的登记。",
    )


class CorrectionForm(Form):
    """What a union asks to be put right of a member."""

    full_name = StringField("姓名", [_TYPED])
    document_kind = SelectField("有效证件类别", choices=[])
    document_number = StringField(
        "新的证件号码",
        [_TYPED],
        description="照证件填写；号码没有错的请留空。",
    )
    why = TextAreaField(
        "为什么要更正",
        [_NOTE],
        description=f"如“录入时输错一位”“2019 年改名，见户口簿”。审核员会看到。{_NO_NUMBERS}",
    )

    def __init__(self) -> None:
        super().__init__()
        labels = [one.label for one in code_list("document_kind")]
        self.document_kind.choices = [(label, label) for label in labels]
