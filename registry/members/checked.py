"""When a union's active members were last checked, counted by day: by entry, or by verification.

A membership is checked when it is admitted and each time that a roster of verification confirms it;
the last of these counts. `CheckedTally` keeps the changes, so that "how many were checked since a
day", at the end of any day, is a sum over few rows and never over members (decision 0030).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, case, func, insert, select, update
from sqlalchemy.orm import Session

from registry.clock import end_of_day, local_day
from registry.db import Instant, one_of, setting, table_of
from registry.members.models import CheckedTally, Membership, MembershipState


class Check(NamedTuple):
    """The day of a last check, and whether a verification made it: else it is the entry."""

    on: date
    by_verification: bool


class Checked(NamedTuple):
    """A union's active members who were last checked since a day: those `verified` since, and those
    who `entered` since and were not verified. All others were last checked before.
    """

    verified: int = 0
    entered: int = 0


_table = table_of(CheckedTally)
_kept = _table.c
_OF = (
    _kept.county == bindparam("at_county"),
    _kept.union_code == bindparam("at_union"),
    _kept.day == bindparam("at_day"),
    _kept.checked_on == bindparam("at_checked_on"),
)
_ADD = (
    update(_table)
    .where(*_OF)
    .values(
        entered=_kept.entered + bindparam("add_entered"),
        verified=_kept.verified + bindparam("add_verified"),
    )
)


def checks_of(found: Iterable[Any]) -> Counter[Check]:
    """Return the last checks of active memberships, each with `verified_at`, `admitted_at`."""
    return Counter(last_check(one.verified_at, one.admitted_at) for one in found)


def last_check(verified_at: datetime | None, admitted_at: datetime) -> Check:
    """Return a membership's last check."""
    return Check(local_day(verified_at or admitted_at), verified_at is not None)


def count(
    session: Session,
    county: str,
    union_code: str,
    at: datetime,
    *,
    come: Mapping[Check, int] | None = None,
    gone: Mapping[Check, int] | None = None,
) -> None:
    """Add active members with these last checks to a union's, and take others off, in the
    transaction of the act, which is at this instant.
    """
    net = Counter(come or {})
    net.subtract(gone or {})
    changes: dict[date, list[int]] = {}
    for check, number in net.items():
        if number:
            changes.setdefault(check.on, [0, 0])[check.by_verification] += number
    of_day = {"county": county, "union_code": union_code, "day": local_day(at)}
    for on, (entered, verified) in sorted(changes.items()):
        _add(session, {**of_day, "checked_on": on}, entered, verified)


def _add(session: Session, key: dict[str, Any], entered: int, verified: int) -> None:
    where = {f"at_{name.removesuffix('_code')}": value for name, value in key.items()}
    changed: Any = session.execute(
        _ADD, {**where, "add_entered": entered, "add_verified": verified}
    )
    if not changed.rowcount:
        session.execute(insert(_table), {**key, "entered": entered, "verified": verified})


def checked(
    session: Session,
    county: str,
    since: Collection[date],
    on: date,
    *,
    codes: Collection[str] | None = None,
) -> dict[str, dict[date, Checked]]:
    """Return, by union and by each day of `since`, the active members at the end of day `on` who
    were checked since.

    `codes` names the unions that are asked for; unions without any are left out.
    """
    days = sorted(set(since))
    sums: list[ColumnElement[Any]] = []
    for day in days:
        late = _kept.checked_on >= day
        sums += [
            func.sum(case((late, _kept.verified), else_=0)),
            func.sum(case((late, _kept.entered), else_=0)),
        ]
    # By `ix_checked_tally_checked_on`: what lies before is not looked at.
    query = select(_kept.union_code, *sums).where(
        _kept.county == county, _kept.checked_on >= days[0], _kept.day <= on
    )
    if codes is not None:
        query = query.where(one_of(CheckedTally.union_code, codes))
    found: dict[str, dict[date, Checked]] = {}
    for code, *values in session.execute(query.group_by(_kept.union_code)):
        parts = (Checked(*map(int, values[at : at + 2])) for at in range(0, len(values), 2))
        found[code] = dict(zip(days, parts, strict=True))
    return found


_membership = table_of(Membership).c
_LAST = func.coalesce(_membership.verified_at, _membership.admitted_at, type_=Instant())


def repair(session: Session, county: str, at: datetime) -> None:
    """Count the last checks of all active members anew and write what differs, from the day of this
    instant on.
    """
    live = select(_membership.union_code, _membership.verified_at, _membership.admitted_at).where(
        _membership.county == county, _membership.state == MembershipState.ACTIVE
    )
    real: dict[str, Counter[Check]] = defaultdict(Counter)
    for code, verified_at, admitted_at in session.execute(live):
        real[code][last_check(verified_at, admitted_at)] += 1
    sums = select(
        _kept.union_code, _kept.checked_on, func.sum(_kept.entered), func.sum(_kept.verified)
    ).where(_kept.county == county)
    kept: dict[str, Counter[Check]] = defaultdict(Counter)
    grouped = sums.group_by(_kept.union_code, _kept.checked_on)
    for code, on, entered, verified in session.execute(grouped):
        kept[code].update({Check(on, False): int(entered), Check(on, True): int(verified)})
    for code in sorted({*real, *kept}):
        count(session, county, code, at, come=real[code], gone=kept[code])


def is_due(before: datetime | ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that a member in work was last checked before an instant."""
    return and_(_membership.state == MembershipState.ACTIVE, before > _LAST)


def valid_until(verified_at: datetime | None, admitted_at: datetime) -> date:
    """Return the last day on which a membership counts as checked."""
    return last_check(verified_at, admitted_at).on + timedelta(days=setting("REVERIFY_EVERY_DAYS"))


def period_of(on: date) -> date:
    """Return the first day on which a check is still valid on a day."""
    return on - timedelta(days=setting("REVERIFY_EVERY_DAYS"))


def begin_of(day: date) -> datetime:
    """Return the first instant of a day in Asia/Shanghai, in UTC."""
    return end_of_day(day - timedelta(days=1))
