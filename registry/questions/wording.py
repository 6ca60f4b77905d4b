"""What may be written in questions and answers: not too long, and no full number of anybody. Pure.

The text is read by more people than the person's row, so a number in it is refused, with its place.
"""

import re

from registry.errors import InputRefused
from registry.identity.characters import without_invisible
from registry.identity.written import full_number

QUESTION_LENGTH = 500
ANSWER_LENGTH = 2_000
WORD_LENGTH = 500
_BLANK_LINES = re.compile(r"\n{3,}")


def checked(text: str, what: str, most: int, *, needed: bool = True) -> str:
    """Return the text as it is kept; `what` names it in the refusal.

    Raises `InputRefused` with text.missing, text.too_long or text.number.
    """
    text = _BLANK_LINES.sub("\n\n", without_invisible(text).replace("\r\n", "\n").strip())
    if needed and not text:
        raise InputRefused("text.missing", f"请写{what}。")
    if len(text) > most:
        raise InputRefused(
            "text.too_long", f"{what}最多 {most:,} 个字，现在有 {len(text):,} 个字，请写短一些。"
        )
    found = full_number(text, anyhow=True)
    if found:
        raise InputRefused(
            "text.number",
            f"{what}的第 {found.start() + 1} 个字起（“{found[0][:4]}…”）像是"
            "完整的证件号码或手机号。请去掉，写明第几行就行。",
        )
    return text
