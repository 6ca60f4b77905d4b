"""Characters: what any cell is freed from before it is judged, and the columns of free text."""

import re

from registry.identity.characters import without_apostrophe, without_invisible
from registry.roster.checks.notes import Note, Verdict, note
from registry.roster.sheet import Cell

TEXT_LIMIT = 200
# What spreadsheets write into a cell whose formula failed. A csv, and a column pasted as text, has
# the words instead of the error; nobody is called so.
_ERROR_WORDS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}
)
# Up to here a float holds every whole number.
_WHOLE = 10**15

# Most cells need no look at their single characters.
is_plain = re.compile(r"[\u3400-\u9fff0-9A-Za-z（），、。()#·\-]{1,200}").fullmatch

_BLANK = "\t\n\v\f\r\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_FULL_WIDTH = [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)]
_REPAIRS = {
    **{ord(blank): " " for blank in _BLANK},
    **{point: chr(point - 0xFEE0) for point in _FULL_WIDTH},
}
_RUN_OF_BLANKS = re.compile("  +")


def as_text(cell: Cell) -> str:
    """Return a cell as the text that stands for it; a blank cell is the empty text."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _WHOLE:
        return repr(int(cell))
    return repr(cell)


def is_error_word(cell: Cell) -> bool:
    """Return whether the cell is the text of a spreadsheet error, such as #N/A."""
    return isinstance(cell, str) and cell.strip().upper() in _ERROR_WORDS


def tidy(text: str) -> str:
    """Return the text without invisible characters, surplus blanks and a leading apostrophe, its
    full-width letters and digits in ASCII. Full-width punctuation is Chinese and stays."""
    return _RUN_OF_BLANKS.sub(" ", without_apostrophe(without_invisible(text.translate(_REPAIRS))))


def without_blanks(text: str) -> str:
    """Return the tidied text without any blank: for codes, dates and numbers."""
    return tidy(text).replace(" ", "")


def repaired(label: str) -> Note:
    return note("text.normalised", label=label)


def judge_text(cell: Cell, label: str, limit: int = TEXT_LIMIT) -> Verdict:
    """Judge free text: nothing but its length can be wrong."""
    text = as_text(cell)
    clean = tidy(text)
    notes: tuple[Note, ...] = ()
    if not clean:
        return Verdict(None)
    if clean != text:
        notes = (repaired(label),)
    if len(clean) > limit:
        notes = (*notes, note("cell.too_long", label=label, length=len(clean), limit=limit))
    return Verdict(clean, notes)
