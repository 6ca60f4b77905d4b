"""The day that a page is asked for."""

from datetime import date
from typing import NamedTuple

from flask import flash, request

from registry.clock import today
from registry.errors import InputRefused
from registry.totals.days import day_of


class Asked(NamedTuple):
    """The day that a page is of. `argument` names a past one in addresses, None for today."""

    on: date
    argument: str | None


_SAID = {
    "date.malformed": "日期没有看懂，已按今天显示。请写成 2018-07-31。",
    "date.too_early": "截止日期太早，已按今天显示。请核对年份。",
    "date.future": "截止日期不能晚于今天，已按今天显示。",
}


def day_asked() -> Asked:
    """Return the day that `on` asks for, in the address or the form; today for none, and for one
    that cannot be asked for, and say so.
    """
    present = today()
    try:
        day = day_of(request.values.get("on") or None)
    except InputRefused as error:
        flash(_SAID[error.code], "warning")
        return Asked(present, None)
    return Asked(day, day.isoformat()) if day < present else Asked(present, None)
