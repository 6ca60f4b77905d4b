"""Files without types (CSV), for spreadsheet programs: text that none of them runs."""

import csv
import io
from collections.abc import Iterable

# So that Excel reads Chinese; it stands first in a file.
MARK = "\ufeff".encode()
# Taken for a formula where a cell begins so; full-width forms count for some programs.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe(text: str) -> str:
    """Return the text so that no spreadsheet program runs it: an apostrophe goes before."""
    return f"'{text}" if text.startswith(RISKY) else text


def csv_lines(lines: Iterable[Iterable[object]]) -> bytes:
    """Return lines as CSV (UTF-8, no mark): text made safe, numbers and days as they are, None
    blank.
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(map(_cells, lines))
    return text.getvalue().encode()


def _cells(line: Iterable[object]) -> list[object]:
    return [safe(cell) if isinstance(cell, str) else cell for cell in line]
