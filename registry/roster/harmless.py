"""Taking out of a clerk's workbook what could run or reach out: names, rules, links.

Cells hold no formulas any more when this is called (they are read as values). What is left are
formulas in defined names, in validations and in conditional formats, and links of cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

# Quoted texts say what they like; a program, a file or an address outside them is out.
_TEXT = re.compile(r'"(?:[^"]|"")*"')
_SHEET = re.compile(r"'(?:[^']|'')*'!")
_REACHING = re.compile(r"[|\[\]]|://|\\\\")
_CALL = re.compile(r"([A-Za-z_][\w.]*)\s*\(")
_PLAIN = (
    "ABS ADDRESS AND CHAR CHOOSE CODE COLUMN COLUMNS CONCATENATE COUNT COUNTA "
    "COUNTBLANK COUNTIF COUNTIFS DATE DATEDIF DATEVALUE DAY EDATE EXACT FALSE FIND IF "
    "IFERROR IFNA INDEX INDIRECT INT ISBLANK ISERR ISERROR ISEVEN ISNA ISNUMBER ISODD "
    "ISTEXT LEFT LEN LENB LOOKUP LOWER MATCH MAX MID MIN MOD MONTH N NOT NOW "
    "NUMBERVALUE OFFSET OR REPT RIGHT ROUND ROW ROWS SEARCH SUBSTITUTE SUM SUMIF "
    "SUMPRODUCT T TEXT TODAY TRIM TRUE UPPER VALUE VLOOKUP WEEKDAY YEAR "
)
_PLAIN_FUNCTIONS = frozenset(_PLAIN.split())
_PLAIN_LINKS = ("http://", "https://", "mailto:")


def disarm(workbook: Workbook) -> None:
    """Take away defined names, validations, conditional formats and links that could run a program
    or reach a file; all others stay as they are."""
    _disarm_names(workbook.defined_names)
    for sheet in workbook.worksheets:
        _disarm_names(sheet.defined_names)
        _disarm_rules(sheet)
        _disarm_links(sheet)


def is_plain(formula: object) -> bool:
    """Tell whether a formula only reckons with cells of its own workbook."""
    if formula is None:
        return True
    text = _TEXT.sub('""', str(formula))
    bare = _SHEET.sub("", text)
    if _REACHING.search(text) or "'" in bare:
        return False
    return all(name.upper() in _PLAIN_FUNCTIONS for name in _CALL.findall(bare))


def _disarm_names(names: Any) -> None:
    for name in [key for key, value in names.items() if not is_plain(value.attr_text)]:
        del names[name]


def _disarm_rules(sheet: Worksheet) -> None:
    validations = sheet.data_validations
    validations.dataValidation = [
        one
        for one in validations.dataValidation
        if is_plain(one.formula1) and is_plain(one.formula2)
    ]
    formats: Any = sheet.conditional_formatting
    rules = formats._cf_rules
    for place, found in list(rules.items()):
        rules[place] = [rule for rule in found if _all_plain(rule.formula)]
        if not rules[place]:
            del rules[place]


def _all_plain(formulas: Iterable[object] | None) -> bool:
    return all(is_plain(formula) for formula in formulas or ())


def _disarm_links(sheet: Any) -> None:
    for cell in sheet._cells.values():
        link = cell.hyperlink
        if link is not None and link.target and not link.target.lower().startswith(_PLAIN_LINKS):
            cell._hyperlink = None
