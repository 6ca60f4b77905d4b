"""Forms of one person entered by hand: their fields are the roster's columns.

What may stand in a field is judged by the rules of every roster, not here.
"""

from collections.abc import Mapping
from typing import Any

from wtforms import Field, Form, SelectField, StringField
from wtforms.validators import Length

from registry.codes import code_list
from registry.roster.checks.choices import FLAG_LABELS
from registry.roster.columns import COLUMN, Column
from registry.submissions.by_hand import FROM_NUMBER, VALUE_LENGTH
from registry.web.forms.base import Form as OurForm

IDENTITY = ("full_name", "document_kind", "document_number", "mobile")
PERSONAL = ("ethnicity", "is_migrant_worker", "work_status", "education", "political_status")
HOUSEHOLD = ("household_kind",)
MORE = (
    "household_region",
    "native_place",
    "employer_name",
    "post",
    "skill_level",
    "worker_group",
    "is_dispatched",
    "in_mutual_aid",
)

_HINTS = {
    "document_number": "照证件填写，末位是 X 的也要填。",
    "mobile": "11 位手机号，用来联系本人。",
    "sex": "填了居民身份证号码可以不填，系统按号码取得。",
    "born_on": "填了居民身份证号码可以不填。写成 1990-03-07。",
    "changed_on": "写成 2018-07-31；只记得年月可以写 2018-07，不记得请留空，不要编造。",
    "is_migrant_worker": "户籍在农村、在城镇务工的选“是”。",
}
_ENTRIES = ("入会", "转入")


class _Asked:
    """Marks a field as one that must be filled; whether it is, the rules judge."""

    field_flags = {"required": True}  # noqa: RUF012 - WTForms reads it from the class

    def __call__(self, form: Form, field: Field) -> None:
        """Say nothing here."""


def _field(name: str, *, asked: bool = True, choices: tuple[str, ...] | None = None) -> Any:
    column = COLUMN[name]
    must = asked and column.requirement == "required" and name not in FROM_NUMBER
    checks: list[Any] = [_Asked()] if must or name == "document_number" else []
    hint = _HINTS.get(name, "")
    labels = choices or _choices(column)
    if labels:
        chosen = dict(zip(labels, labels, strict=True))
        if column.field not in ("document_kind", "change"):
            chosen = {"": "请选择" if must else "（留空）"} | chosen
        return SelectField(column.label, checks, choices=chosen, description=hint, default="")
    too_long = Length(max=VALUE_LENGTH, message=f"最多 {VALUE_LENGTH} 个字。")
    return StringField(column.label, [*checks, too_long], description=hint)


def _choices(column: Column) -> tuple[str, ...]:
    if column.kind == "flag":
        return tuple(FLAG_LABELS.values())
    return tuple(code.label for code in code_list(column.codes)) if column.codes else ()


class PersonForm(OurForm):
    """What the three forms share."""

    def values(self) -> dict[str, str]:
        """Return what was typed, by roster field."""
        return {name: str(field.data or "") for name, field in self.roster_fields().items()}

    def roster_fields(self) -> Mapping[str, Field]:
        """Return the fields that are columns of the roster, in the order of the form."""
        return {name: field for name, field in self._fields.items() if name in COLUMN}


def _form(name: str, doc: str, fields: Mapping[str, Any]) -> type[PersonForm]:
    return type(name, (PersonForm,), {"__doc__": doc, **fields})


JoinForm = _form(
    "JoinForm",
    "Somebody enters the union.",
    {
        **{name: _field(name) for name in (*IDENTITY, *FROM_NUMBER, *PERSONAL, *HOUSEHOLD)},
        "change": _field("change", choices=_ENTRIES),
        "changed_on": _field("changed_on"),
        **{name: _field(name) for name in MORE},
    },
)

ParticularsForm = _form(
    "ParticularsForm",
    "What changed of a member: name and number stay.",
    {
        "mobile": _field("mobile"),
        **{name: _field(name, asked=False) for name in (*PERSONAL, *HOUSEHOLD, *MORE)},
    },
)

MembershipForm = _form(
    "MembershipForm",
    "A membership that ends, rests or resumes.",
    {
        "change": _field("change"),
        "changed_on": _field("changed_on"),
        "change_reason": _field("change_reason"),
    },
)
