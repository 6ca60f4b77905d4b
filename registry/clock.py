"""The only reader of the clock: instants are UTC, days are those of Asia/Shanghai."""

from datetime import UTC, date, datetime, time, timedelta, timezone

# China has had one time zone without daylight saving since 1991; a fixed offset needs no zone data.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
# No earlier day is entered or asked for: what is counted back from one stays in the calendar.
FIRST_DAY = date(1900, 1, 1)


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return the present day in Asia/Shanghai."""
    return local_day(now())


def local_day(instant: datetime) -> date:
    """Return the day in Asia/Shanghai on which an aware instant falls."""
    return instant.astimezone(SHANGHAI).date()


def end_of_day(day: date) -> datetime:
    """Return the first instant after a Shanghai day, in UTC."""
    start = datetime.combine(day, time.min, tzinfo=SHANGHAI)
    return (start + timedelta(days=1)).astimezone(UTC)
