"""Names of accounts, and other words about them: what may be chosen, and what was meant by them."""

import re
import unicodedata

from registry.errors import InputRefused
from registry.identity.written import refuse_number

_SHAPE = re.compile(r"[a-z][a-z0-9.-]{2,63}")
_LONGEST_DISPLAY = 50
LONGEST_REASON = 200


def clean_name(typed: str) -> str:
    """Return the account name meant: input methods leave full-width digits, blanks and capitals."""
    return unicodedata.normalize("NFKC", typed).strip().lower()[:64]


def judge_name(name: str) -> None:
    """Return when an account may have this name; raises `InputRefused`."""
    if not _SHAPE.fullmatch(name):
        raise InputRefused(
            "account.name",
            "账号以小写字母开头，只用小写字母、数字、点和短横线，3 至 64 位，"
            "例如 reviewer-331083001。",
        )


def judge_display_name(text: str) -> str:
    """Return the person's name, trimmed; raises `InputRefused` when it is blank or too long."""
    trimmed = unicodedata.normalize("NFC", text).strip()
    if not trimmed or len(trimmed) > _LONGEST_DISPLAY or not trimmed.isprintable():
        raise InputRefused("account.display_name", "请填写使用人姓名，不超过 50 个字。")
    return trimmed


def clerk_name(code: str, number: int) -> str:
    """Return the name of a union's clerk account: the first is `clerk-<code>`, then `-2`, `-3` …"""
    return f"clerk-{code}" if number == 1 else f"clerk-{code}-{number}"


def judge_reason(text: str, act: str) -> str:
    """Return why something is done to an account, trimmed: it stands on the trail.

    Raises `InputRefused`, naming the act, where it is blank, too long or holds a full number.
    """
    trimmed = text.strip()
    if not trimmed or len(trimmed) > LONGEST_REASON or not trimmed.isprintable():
        raise InputRefused("account.reason", f"请写明{act}原因，不超过 {LONGEST_REASON} 个字。")
    refuse_number(trimmed, "account.reason")
    return trimmed
