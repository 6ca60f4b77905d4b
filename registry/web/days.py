"""The day that a page is asked for."""

from datetime import date
from typing import NamedTuple

from flask import flash, request

from registry.clock import today


class Asked(NamedTuple):
    """The day that a page is of. `argument` names a past one in addresses, None for today."""

    on: date
    argument: str | None


def day_asked() -> Asked:
    """Return the day that `on` asks for, in the address or the form; today for none, none known, or
    one to come, and say so.
    """
    text, present = request.values.get("on", ""), today()
    if not text:
        return Asked(present, None)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        flash("日期没有看懂，已按今天显示。请写成 2018-07-31。", "warning")
        return Asked(present, None)
    if day > present:
        flash("截止日期不能晚于今天，已按今天显示。", "warning")
    return Asked(day, day.isoformat()) if day < present else Asked(present, None)
