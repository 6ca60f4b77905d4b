"""Passwords: argon2id (RFC 9106), what is guessed first, and one-time codes for slips."""

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from registry.errors import InputRefused

LONGEST = 128
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# Without 0 O 1 l I and their like: slips are read from paper and typed by hand.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 4

# What people type when they must have something long. Any run of these, forwards or backwards.
_ROWS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
)
_RUN = 6
_GUESSED = (
    "password",
    "passw0rd",
    "mima",
    "admin",
    "yuhuan",
    "gonghui",
    "tongxin",
    "zonggonghui",
    "woaini",
    "iloveyou",
    "letmein",
    "welcome",
    "玉环",
    "工会",
    "密码",
)


def hash_password(plain: str) -> str:
    """Return the argon2id hash, its parameters and salt inside; takes some 20 ms on purpose."""
    return _hasher.hash(_normal(plain))


def matches(hashed: str, plain: str) -> bool:
    """Tell whether the password belongs to the hash; nothing belongs to an empty one, which costs
    the same time.
    """
    hashed = hashed or _nobodys_hash()
    try:
        return _hasher.verify(hashed, _normal(plain))
    except (VerificationError, InvalidHashError):
        return False


def spend_time(plain: str) -> None:
    """Do the work of `matches` for a name that does not exist, so that time does not tell it."""
    matches(_nobodys_hash(), plain)


def one_time() -> str:
    """Return a random code to be typed from paper (79 bits): four groups of four."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def plain_code(typed: str) -> str:
    """Return a one-time code as it was made: capitals, blanks and other dashes are understood."""
    letters = "".join(letter for letter in _normal(typed).lower() if letter.isalnum())
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))


def judge(plain: str, *, shortest: int, personal: tuple[str, ...] = ()) -> None:
    """Return when a password is long enough and not guessed first (see `policies.judge`)."""
    text = _normal(plain)
    if len(text) < shortest:
        raise InputRefused(
            "password.short",
            f"密码至少 {shortest} 个字符，现在是 {len(text)} 个。可以用一句容易记住的话。",
        )
    if len(text) > LONGEST:
        raise InputRefused("password.long", f"密码不能超过 {LONGEST} 个字符。")
    if _is_guessable(text.lower(), personal):
        raise InputRefused(
            "password.guessable",
            "这个密码太容易被猜到（连续或重复的字符、常用词、账号名或姓名占了大半），"
            "请换成几个互不相关的词。",
        )


def _is_guessable(text: str, personal: tuple[str, ...]) -> bool:
    """Tell whether too little is left once runs and known words are taken away."""
    rest = text
    words = {*_GUESSED, *(_normal(name).lower() for name in personal)}
    # The longest first: `admin` taken out of `administrator` would leave the rest of it.
    for word in sorted(words, key=len, reverse=True):
        if len(word) > 1:
            rest = rest.replace(word, "")
    rest = _without_runs(rest)
    return len(set(rest)) < _RUN


def _without_runs(text: str) -> str:
    rows = [*_ROWS, *(row[::-1] for row in _ROWS)]
    at, kept = 0, []
    while at < len(text):
        piece = text[at : at + _RUN]
        if len(piece) == _RUN and any(piece in row for row in rows):
            at += _RUN
        else:
            kept.append(text[at])
            at += 1
    return "".join(kept)


def _normal(plain: str) -> str:
    """Full-width letters of an input method are the same password as their plain form."""
    return unicodedata.normalize("NFKC", plain)


@cache
def _nobodys_hash() -> str:
    return hash_password(secrets.token_urlsafe(16))
