"""Which day is asked for."""

from datetime import date

from registry.clock import FIRST_DAY, today
from registry.errors import InputRefused


def day_of(text: str | None) -> date:
    """Return the day that a text names, today for none.

    Raises `InputRefused` for no day (date.malformed), for one before all that is counted
    (date.too_early), and for one to come (date.future).
    """
    if text is None:
        return today()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InputRefused(
            "date.malformed", f"日期“{text[:20]}”不对，请写成 2018-07-31 的样子。"
        ) from None
    if day < FIRST_DAY:
        raise InputRefused("date.too_early", f"日期不能早于 {FIRST_DAY.year} 年，请核对年份。")
    if day > today():
        raise InputRefused("date.future", "不能查询将来的日期。")
    return day
