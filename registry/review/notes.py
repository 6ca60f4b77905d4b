"""What somebody writes beside a decision: some words, and no full number."""

from registry.errors import InputRefused
from registry.identity.written import refuse_number

NOTE_LENGTH = 500


def checked_note(note: str, *, needed: bool = False) -> str:
    """Return the note, stripped. Raises `InputRefused` where it is missing (`needed`), too long or
    holds a number.
    """
    note = note.strip()
    if needed and not note:
        raise InputRefused("note.missing", "请写明具体原因。")
    if len(note) > NOTE_LENGTH:
        raise InputRefused("note.too_long", f"说明最多 {NOTE_LENGTH} 个字。")
    refuse_number(note, "note.number", "说明")
    return note
