"""Columns with a fixed choice: code lists and flags."""

from registry.codes import CodeList
from registry.roster.checks.notes import Note, Verdict, note
from registry.roster.checks.text import as_text, repaired, without_blanks
from registry.roster.messages import quoted
from registry.roster.sheet import Cell

# A flag is stored as "1" or "0". A blank is neither: nobody said 否.
FLAG_LABELS = {"1": "是", "0": "否"}
_FLAGS = {
    "是": "1", "有": "1", "√": "1", "✓": "1", "✔": "1", "☑": "1", "Y": "1", "y": "1", "1": "1",
    "否": "0", "无": "0", "N": "0", "n": "0", "0": "0",
}  # fmt: skip


def judge_code(cell: Cell, label: str, codes: CodeList) -> Verdict:
    """Take a label, an alias or a code; anything else is code.unknown with the nearest labels."""
    text = as_text(cell)
    clean = without_blanks(text)
    if not clean:
        return Verdict(None)
    found = codes.find(clean)
    if found is None:
        unknown = note("code.unknown", codes.nearest(clean), label=label, value=quoted(clean))
        return Verdict(None, (unknown,))
    return Verdict(found.code, _repairs(text, clean, found.label, label))


def judge_flag(cell: Cell, label: str) -> Verdict:
    """Take 是/否, √, 有/无, Y/N and 1/0."""
    text = as_text(cell)
    clean = without_blanks(text)
    if not clean:
        return Verdict(None)
    flag = _FLAGS.get(clean)
    if flag is None:
        choice = list(FLAG_LABELS.values())
        return Verdict(None, (note("code.unknown", choice, label=label, value=quoted(clean)),))
    return Verdict(flag, _repairs(text, clean, FLAG_LABELS[flag], label))


def _repairs(text: str, clean: str, standard: str, label: str) -> tuple[Note, ...]:
    notes: tuple[Note, ...] = ()
    if clean != text and text != "":
        notes = (repaired(label),)
    if clean != standard:
        notes = (*notes, note("code.alias", label=label, value=standard))
    return notes
