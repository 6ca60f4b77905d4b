"""What a request says beside its address: parameters and bodies, each judged where it is read."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec
from flask import request

from registry.errors import InputRefused

T = TypeVar("T")
_WHETHER = {"true": True, "1": True, "false": False, "0": False}
_DIGITS = 10


def body(kind: type[T]) -> T:
    """Return the JSON body as a struct; an empty body is `{}`.

    Raises `InputRefused` (request.body) for anything else, unknown fields among it.
    """
    try:
        return msgspec.json.decode(request.get_data() or b"{}", type=kind)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise InputRefused("request.body", f"请求内容不正确（{error}）。") from None


def whole(said: Mapping[str, str], name: str, usual: int, least: int, most: int) -> int:
    """Return a whole number, `usual` where nothing is said; raises `InputRefused`
    (request.number).
    """
    text = said.get(name)
    if text is None:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise _not_between(name, least, most)
    if not least <= int(text) <= most:
        raise _not_between(name, least, most)
    return int(text)


def whether(said: Mapping[str, str], name: str) -> bool:
    """Return a yes or no, no where nothing is said; raises `InputRefused` (request.whether)."""
    text = said.get(name, "false")
    if text not in _WHETHER:
        raise InputRefused("request.whether", f"{name} 只能是 true 或 false。")
    return _WHETHER[text]


def _not_between(name: str, least: int, most: int) -> InputRefused:
    return InputRefused("request.number", f"{name} 应为 {least} 到 {most} 之间的整数。")
