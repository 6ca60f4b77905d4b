"""What the blank roster does by itself, without any connection: lists, questions, colours.

The formulas use only functions that Excel, WPS and LibreOffice all have, and no arrays: the
check character of GB 11643-1999 is a sum written out. Colours warn and never hinder: what counts
is said when the roster is checked.
"""

from collections.abc import Mapping
from typing import Any

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from registry.identity import forms
from registry.roster.blank_words import CHOICE_HELP, HELP
from registry.roster.checks.choices import FLAG_LABELS
from registry.roster.columns import COLUMNS, Column

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_KINDS = (forms.RESIDENT, forms.HONG_KONG_PERMIT, forms.TAIWAN_PERMIT)
_RED = {
    "fill": PatternFill(bgColor="FFC7CE", fill_type="solid"),
    "font": Font(color="9C0006", bold=True),
}
_AMBER = {
    "fill": PatternFill(bgColor="FFEB9C", fill_type="solid"),
    "font": Font(color="7F6000"),
}
_BLANKS = (" ", "\u3000")
# What may stand before the eleven digits of a mobile; nothing is among it.
_COUNTRY = "||86|+86|0086|(+86)|(0086)|"
_LETTER = {column.field: get_column_letter(n) for n, column in enumerate(COLUMNS, start=1)}


def add_lists(sheet: Worksheet, options: Mapping[str, str], first: int, last: int) -> None:
    """Put a list, a rule or at least a help note on each column of the rows; `options` are the
    ranges of the code lists by name.
    """
    for column in COLUMNS:
        rule = _rule(column, options)
        if rule is not None:
            letter = _LETTER[column.field]
            rule.add(f"{letter}{first}:{letter}{last}")
            sheet.add_data_validation(rule)


def add_colours(sheet: Worksheet, first: int, last: int, key_letter: str | None) -> None:
    """Colour wrong numbers red while they are typed, and a document number that stands twice
    amber. `key_letter` is the column of the row keys: masked numbers beside one are good.
    """
    key = f"${key_letter}{first}" if key_letter else None
    number, mobile = (f"${_LETTER[field]}{first}" for field in ("document_number", "mobile"))
    kind = f"${_LETTER['document_kind']}{first}"
    coloured: Any = FormulaRule
    for field, formula, look in (
        ("document_number", wrong_number(number, kind, key), _RED),
        ("document_number", stands_twice(_LETTER["document_number"], first, last), _AMBER),
        ("mobile", wrong_mobile(mobile, key), _RED),
    ):
        letter = _LETTER[field]
        rule = coloured(formula=[formula], stopIfTrue=True, **look)
        sheet.conditional_formatting.add(f"{letter}{first}:{letter}{last}", rule)


def wrong_number(cell: str, kind: str, key: str | None) -> str:
    """Return the formula that is true for a document number to be coloured.

    Judged are numbers of the kinds with a check character, or of no kind; a number that is no text
    is wrong always, for a spreadsheet cuts it. Blanks within are none of its business, nor are
    full-width digits, which no function reads alike in all programs: the check takes both away.
    """
    text = _without(cell, *_BLANKS)
    kinds = ",".join(f'TRIM({kind})="{label}"' for label in ("", *map(forms.LABELS.get, _KINDS)))
    wrong = (
        f'AND(ISTEXT({cell}),{text}<>"",OR({kinds}),NOT({_is_masked(text, key)}),'
        f"NOT({_is_sound18(text)}),NOT({_is_sound15(text)}),NOT({_is_full_width(cell)}))"
    )
    return f"OR(ISNUMBER({cell}),{wrong})"


def wrong_mobile(cell: str, key: str | None) -> str:
    """Return the formula that is true for a mobile to be coloured.

    What the check takes away is none of its business: blanks, hyphens, the country's 86. Eleven
    digits may be a number, too.
    """
    text = _without(cell, *_BLANKS, "-")
    country = f'ISNUMBER(FIND("|"&LEFT({text},LEN({text})-11)&"|","{_COUNTRY}"))'
    good = f"AND({country},{_is_mobile(f'VALUE(RIGHT({text},11))')})"
    number = f"OR({_is_mobile(cell)},{_is_mobile(f'({cell}-8600000000000)')})"
    wrong_text = (
        f'AND(ISTEXT({cell}),{text}<>"",NOT({_is_masked(text, key)}),NOT({_is_full_width(cell)}),'
        f"NOT(IFERROR({good},FALSE)))"
    )
    return f"IF(ISNUMBER({cell}),NOT({number}),{wrong_text})"


def stands_twice(letter: str, first: int, last: int) -> str:
    """Return the formula that is true for a number that another row has too.

    COUNTIF would take two numbers that differ after 15 digits for one. A blank cell is not counted.
    """
    cell, column = f"${letter}{first}", f"${letter}${first}:${letter}${last}"
    skipped = f'OR(LEN({cell})=0,ISNUMBER(FIND("*",{cell})))'
    return f"IF({skipped},FALSE,SUMPRODUCT(--({column}={cell}))>1)"


def _without(cell: str, *signs: str) -> str:
    for sign in signs:
        cell = f'SUBSTITUTE({cell},"{sign}","")'
    return cell


def _is_full_width(cell: str) -> str:
    found = ",".join(f'FIND("{chr(0xFF10 + digit)}",{cell})' for digit in range(10))
    return f"COUNT({found})>0"


def _is_mobile(number: str) -> str:
    return f"AND({number}>=13000000000,{number}<20000000000)"


def _is_masked(text: str, key: str | None) -> str:
    return f'AND(ISNUMBER(FIND("*",{text})),LEN({key})>0)' if key else "FALSE"


def _is_sound18(text: str) -> str:
    total = "+".join(
        f"VALUE(MID({text},{place},1))*{weight}" for place, weight in enumerate(_WEIGHTS, start=1)
    )
    check = f'MID("{_CHECKS}",MOD({total},11)+1,1)=UPPER(RIGHT({text},1))'
    year = f"VALUE(MID({text},7,4))"
    born = _is_birthday(year, f"VALUE(MID({text},11,2))", f"VALUE(MID({text},13,2))")
    return f"IFERROR(AND(LEN({text})=18,{year}>=1900,{check},{born}),FALSE)"


def _is_sound15(text: str) -> str:
    year = f"1900+VALUE(MID({text},7,2))"
    born = _is_birthday(year, f"VALUE(MID({text},9,2))", f"VALUE(MID({text},11,2))")
    return f"IFERROR(AND(LEN({text})=15,VALUE({text})>=1E+14,{born}),FALSE)"


def _is_birthday(year: str, month: str, day: str) -> str:
    born = f"DATE({year},{month},{day})"
    return f"MONTH({born})={month},DAY({born})={day},{born}<=TODAY()"


def _rule(column: Column, options: Mapping[str, str]) -> DataValidation | None:
    rule = _choice(column, options) or _length(column) or DataValidation()
    help_text = HELP.get(column.field)
    if help_text is None and column.kind == "text":
        return None
    if rule.type == "list":
        help_text = help_text or CHOICE_HELP
    rule.allow_blank = True
    rule.showInputMessage = True
    rule.promptTitle = column.label
    rule.prompt = help_text
    return rule


def _choice(column: Column, options: Mapping[str, str]) -> DataValidation | None:
    if column.codes is not None:
        rule = DataValidation(type="list", formula1=f"={options[column.codes]}")
    elif column.kind == "flag":
        rule = DataValidation(type="list", formula1=f'"{",".join(FLAG_LABELS.values())}"')
    else:
        return None
    rule.showErrorMessage = True
    rule.errorTitle = column.label
    rule.error = "请从下拉列表中选择一项。"
    return rule


def _length(column: Column) -> DataValidation | None:
    """A wrong length is asked about, not refused: other documents have other lengths."""
    if column.kind == "mobile":
        limits, text = ("11", "11"), "手机号码应为 11 位，确定这样填写吗？"
    elif column.kind == "document":
        limits, text = ("5", "30"), "证件号码一般为 18 位，确定这样填写吗？"
    else:
        return None
    rule = DataValidation(
        type="textLength", operator="between", formula1=limits[0], formula2=limits[1]
    )
    rule.errorStyle = "warning"
    rule.showErrorMessage = True
    rule.errorTitle = column.label
    rule.error = text
    return rule
