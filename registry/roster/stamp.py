"""How a marked workbook is known again: the code on its sheet 问题清单 and its column 原行号.

The code is opaque here; what it says and whether it is genuine, `registry.submissions.stamps`
tells. It stands in text cells, so that it survives being saved as .xlsx, .xls or .ods by any
program.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from registry.roster.source import Source

LIST_NAME = "问题清单"
STAMP_LABEL = "识别码（请勿修改）："
ORIGIN_LABEL = "原行号"
# Where the cells of the column 原行号 travel; it is no field of the roster.
ORIGIN_FIELD = "origin_row"

_SEARCHED_ROWS = 20
_SEARCHED_SHEETS = 4
# Old .xls files part long texts; short ones are safe everywhere.
_PIECE = 2_000
# So that no program takes a piece for a number or a formula.
_SIGN = "T"
_LONGEST = 1 << 20


def pieces(code: str) -> list[str]:
    """Return a code as the texts of a row's cells, the label first."""
    parts = [code[start : start + _PIECE] for start in range(0, len(code), _PIECE)]
    return [STAMP_LABEL, *(_SIGN + part for part in parts)]


def find_stamp(source: Source) -> str | None:
    """Return the code on a sheet whose name begins with 问题清单, None where there is none."""
    lists = [index for index, (name, _) in enumerate(source.sheets) if name.startswith(LIST_NAME)]
    for index in lists[:_SEARCHED_SHEETS]:
        try:
            for row in islice(source.rows(index), _SEARCHED_ROWS):
                code = _code(row)
                if code:
                    return code
        except Exception:  # noqa: S112 - a sheet that is not asked for may be broken in any way
            continue
    return None


def _code(row: list[object]) -> str | None:
    if not row or row[0] != STAMP_LABEL:
        return None
    parts = [cell[1:] for cell in row[1:] if isinstance(cell, str) and cell.startswith(_SIGN)]
    return "".join(parts)[:_LONGEST]
