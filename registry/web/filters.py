"""How numbers, days and codes are written on pages."""

from collections.abc import Mapping
from datetime import date, datetime

from flask import Flask, current_app

from registry.clock import SHANGHAI, now
from registry.codes import code_list
from registry.roster.limits import size_words
from registry.roster.messages import fact_of

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def install(app: Flask) -> None:
    """Make the filters known to templates, and how large an uploaded file may be."""
    app.add_template_global(largest_upload)
    for written in (count, day, instant, exact, ago, waited, code_label, fact):
        app.add_template_filter(written)


def largest_upload() -> str:
    """How large an uploaded file may be, as 50 MB."""
    return size_words(current_app.config["UPLOAD_BYTES"])


def count(value: int | None) -> str:
    """12345 → 12,345; None → —."""
    return "—" if value is None else f"{value:,}"


def day(value: date | None) -> str:
    """A day as 2018-07-31."""
    return "—" if value is None else value.strftime("%Y-%m-%d")


def instant(value: datetime | None) -> str:
    """An instant as 2018-07-31 14:05, Shanghai time."""
    return "—" if value is None else value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def exact(value: datetime | None) -> str:
    """An instant to the second, 2018-07-31 14:05:09, Shanghai time."""
    return "—" if value is None else value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def ago(value: datetime | None) -> str:
    """How long ago, for beside the exact time; empty when more than a day."""
    if value is None:
        return ""
    seconds = (now() - value).total_seconds()
    if seconds < _MINUTE:
        return "刚刚"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} 分钟前"
    return f"{int(seconds // _HOUR)} 小时前" if seconds < _DAY else ""


def waited(value: datetime | None) -> str:
    """How long something has been waiting: 不到 1 小时, 5 小时, 3 天."""
    if value is None:
        return ""
    seconds = int((now() - value).total_seconds())
    if seconds < _HOUR:
        return "不到 1 小时"
    return f"{seconds // _HOUR} 小时" if seconds < _DAY else f"{seconds // _DAY} 天"


def code_label(code: str | None, name: str) -> str:
    """The label of a code in a list; the code itself where the list does not know it."""
    if not code:
        return "—"
    try:
        return code_list(name).label(code)
    except KeyError:
        return code


def fact(finding: Mapping[str, str]) -> str:
    """What a finding on a file says to who can change nothing in it any more."""
    return fact_of(finding["code"], finding["message"])
