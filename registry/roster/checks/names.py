"""Names and mobile telephone numbers."""

import re

from registry.identity import mobile, names
from registry.roster.checks.notes import Note, Verdict, note
from registry.roster.checks.text import as_text, repaired, tidy, without_blanks
from registry.roster.messages import COVERED, COVERED_REMEDY
from registry.roster.sheet import Cell

NAME_LIMIT = 50

is_plain_name = re.compile(r"[\u4e00-\u9fff]{2,50}").fullmatch
is_plain_mobile = re.compile(r"1[3-9][0-9]{9}").fullmatch


def judge_name(cell: Cell, label: str) -> Verdict:
    """Judge a name: its length, its separators, characters that stand in no name."""
    text = as_text(cell)
    clean, repairs = names.normalise(text)
    if not clean:
        return Verdict(None)
    notes: list[Note] = []
    if "text.normalised" in repairs:
        notes.append(repaired(label))
    if "name.middle_dot" in repairs:
        notes.append(note("name.middle_dot"))
    if len(clean) > NAME_LIMIT:
        notes.append(note("cell.too_long", label=label, length=len(clean), limit=NAME_LIMIT))
    if names.is_unusual(clean):
        notes.append(note("name.unusual", names.standard_form(clean)))
    return Verdict(clean, tuple(notes))


def judge_mobile(cell: Cell, label: str) -> Verdict:
    """Judge a mobile number; number cells are fine, eleven digits survive them."""
    text = as_text(cell)
    if not without_blanks(text):
        return Verdict(None)
    number = mobile.normalise(without_blanks(text))
    if mobile.is_mobile(number):
        return Verdict(number, (repaired(label),) if number != text else ())
    notes = (repaired(label),) if tidy(text) != text else ()
    facts = {"remedy": COVERED_REMEDY} if COVERED in text else {}
    return Verdict(None, (*notes, note("mobile.format", **facts)))
