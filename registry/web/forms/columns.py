"""The form that says what each column of a sheet is."""

from collections.abc import Sequence

from wtforms import HiddenField, SelectField

from registry.roster.columns import COLUMNS
from registry.roster.preview import PreviewColumn
from registry.web.forms.base import Form

NOT_TAKEN = "不读取这一列"


CHOICES = {"": NOT_TAKEN} | {
    one.field: f"{one.label}（不读取）" if one.requirement == "ignored" else one.label
    for one in COLUMNS
}


def columns_form(columns: Sequence[PreviewColumn], **options: object) -> Form:
    """Return a form with one choice for each column, named for its letter, and the sheet."""
    fields: dict[str, object] = {"sheet": HiddenField()}
    for one in columns:
        fields[name_of(one.column)] = SelectField(
            f"第 {one.column} 列是", choices=CHOICES, validate_choice=True
        )
    made: type[Form] = type("ColumnsForm", (Form,), fields)
    return made(**options)


def name_of(letter: str) -> str:
    """Return the name of a column's choice."""
    return f"column-{letter}"
