"""Characters that stand in a cell without being meant: invisible, full-width, apostrophes."""

import re

# Controls, soft hyphen, Hangul and Braille fillers, zero-width and direction marks, variation
# selectors, tags: nothing of it shows on paper.
INVISIBLE = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U000e0000-\U000e01ef"
)
_INVISIBLE = re.compile(f"[{INVISIBLE}]")

# Excel shows 'text for a cell that was forced to be text; some exports keep the mark.
_APOSTROPHES = "'\u2018\u2019\u02bc\uff07`"

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def without_invisible(text: str) -> str:
    """Return the text without characters that cannot be seen."""
    return _INVISIBLE.sub("", text)


def without_apostrophe(text: str) -> str:
    """Return the text without the blanks around it and without leading apostrophes."""
    return text.strip().lstrip(_APOSTROPHES).strip()


def half_width(text: str) -> str:
    """Return the text with full-width Latin letters, digits and signs made half-width."""
    return text.translate(_HALF_WIDTH)
