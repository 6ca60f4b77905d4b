"""The blank roster that a union fills in: the national columns, drop-down lists, help and colours.

With members it comes pre-filled: a row for each, numbers masked, and in a last column the key by
which the row is known again (`registry.members.row_keys`).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from registry.codes import code_list
from registry.roster import blank_words as words
from registry.roster.blank_rules import add_colours, add_lists
from registry.roster.columns import COLUMNS, ROW_KEY, ROW_KEY_LABEL
from registry.roster.saving import TextCell, look_of, put_text, save, text_rows

TITLE_ROW, NOTES_ROW, HEADER_ROW, EXAMPLE_ROW, FIRST_ROW = range(1, 6)
# Drop-down lists, colours and help reach at least this far down.
_PREPARED_ROWS = 5_000

_WIDTHS = {"sequence": 7, "document_number": 22, "household_region": 20, "employer_name": 24,
           "union_name": 24, "remark": 20, "document_kind": 16, "mobile": 16,
           ROW_KEY: 12}  # fmt: skip
_NOTE_AUTHOR = "填写说明"
_HAIR = Side(style="thin", color="B8C4D2")
_BORDER = Border(left=_HAIR, right=_HAIR, top=_HAIR, bottom=_HAIR)
_REQUIRED_FILL = PatternFill("solid", fgColor="1F3A5F")
_OPTIONAL_FILL = PatternFill("solid", fgColor="DCE6F1")
_EXAMPLE_FILL = PatternFill("solid", fgColor="F2F2F2")
_GREY = Font(color="A6A6A6", size=8)
_CUT_OFF = Alignment(horizontal="fill")


class _Place(NamedTuple):
    """A column of the sheet; `help` is what its note says."""

    field: str
    label: str
    is_required: bool
    help: str


def write_blank(members: Sequence[Mapping[str, str]] | None = None, said: str = "") -> bytes:
    """Return a blank roster as .xlsx; with `members` (labels by field, `row_key` among them) one
    row for each, and `said` of who takes it.
    """
    workbook = Workbook()
    workbook.properties.creator = "同心册"
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)  # noqa: S101 - a new workbook has one
    sheet.title = "会员花名册"
    places = _places(with_keys=members is not None)
    _head(sheet, places, is_prefilled=members is not None)
    _row(sheet, EXAMPLE_ROW, places, words.EXAMPLE)
    for cell in sheet[EXAMPLE_ROW]:
        cell.fill = _EXAMPLE_FILL
        cell.font = Font(italic=True, color="7F7F7F")
    last = FIRST_ROW + max(_PREPARED_ROWS, 2 * len(members or ()))
    add_lists(sheet, _options(workbook), FIRST_ROW, last)
    key_letter = get_column_letter(len(places)) if members is not None else None
    add_colours(sheet, FIRST_ROW, last, key_letter)
    if not members:
        return save(workbook, said=said)
    return save(workbook, sheet, text_rows(FIRST_ROW, _lines(sheet, places, members)), said)


def _places(*, with_keys: bool) -> list[_Place]:
    places = [
        _Place(
            column.field,
            column.label,
            column.requirement == "required",
            words.help_for(
                column.field,
                column.requirement,
                has_choice=bool(column.codes) or column.kind == "flag",
            ),
        )
        for column in COLUMNS
    ]
    if with_keys:
        places.append(_Place(ROW_KEY, ROW_KEY_LABEL, False, words.ROW_KEY_HELP))
    return places


def _head(sheet: Worksheet, places: Sequence[_Place], *, is_prefilled: bool) -> None:
    width = len(places)
    notes = words.NOTES + (words.PREFILLED_NOTES if is_prefilled else "")
    tall = 64 if is_prefilled else 48
    for row, text, height in ((TITLE_ROW, words.TITLE, 30), (NOTES_ROW, notes, tall)):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=width)
        put_text(sheet.cell(row, 1), text)
        sheet.row_dimensions[row].height = height
    sheet.cell(TITLE_ROW, 1).font = Font(bold=True, size=18)
    sheet.cell(NOTES_ROW, 1).alignment = Alignment(wrap_text=True, vertical="center")
    for number, place in enumerate(places, start=1):
        letter = get_column_letter(number)
        cell = sheet.cell(HEADER_ROW, number)
        put_text(cell, f"*{place.label}" if place.is_required else place.label)
        cell.fill = _REQUIRED_FILL if place.is_required else _OPTIONAL_FILL
        cell.font = Font(bold=True, color="FFFFFF" if place.is_required else "1F3A5F")
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.border = _BORDER
        _note(cell, place.help)
        sheet.column_dimensions[letter].width = _WIDTHS.get(place.field, 14)
        # Text keeps all digits of a number and every date as it was typed.
        sheet.column_dimensions[letter].number_format = "@"
    sheet.row_dimensions[HEADER_ROW].height = 32
    sheet.freeze_panes = f"C{EXAMPLE_ROW}"
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = "9"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _note(cell: Cell | MergedCell, text: str) -> None:
    if text and isinstance(cell, Cell):
        cell.comment = Comment(
            text, _NOTE_AUTHOR, height=28 + 22 * (1 + len(text) // 16), width=240
        )


def _row(sheet: Worksheet, row: int, places: Sequence[_Place], values: Mapping[str, str]) -> None:
    for number, place in enumerate(places, start=1):
        cell = sheet.cell(row, number)
        cell.number_format = "@"
        cell.border = _BORDER
        if place.field == ROW_KEY:
            cell.font, cell.alignment = _GREY, _CUT_OFF
        put_text(cell, values.get(place.field, ""))


def _lines(
    sheet: Worksheet, places: Sequence[_Place], members: Sequence[Mapping[str, str]]
) -> Iterator[list[TextCell]]:
    """Yield the members' rows as texts with the looks that `_row` gives, quoted and not."""
    _row(sheet, FIRST_ROW, places, {})
    looks = [(look_of(cell), look_of(cell, quoted=True)) for cell in sheet[FIRST_ROW]]
    sheet.delete_rows(FIRST_ROW)
    for number, member in enumerate(members, start=1):
        values = {**member, "sequence": str(number)}
        yield [
            TextCell(values.get(place.field, ""), *look)
            for place, look in zip(places, looks, strict=True)
        ]


def _options(workbook: Workbook) -> dict[str, str]:
    """Write the code lists on a hidden sheet; return the range of each, by the list's name."""
    sheet = workbook.create_sheet("选项")
    sheet.sheet_state = "hidden"
    ranges: dict[str, str] = {}
    names = dict.fromkeys(column.codes for column in COLUMNS if column.codes)
    for place, name in enumerate(names, start=1):
        labels = [code.label for code in code_list(name)]
        for row, label in enumerate(labels, start=1):
            put_text(sheet.cell(row, place), label)
        letter = get_column_letter(place)
        ranges[name] = f"'选项'!${letter}$1:${letter}${len(labels)}"
    return ranges
