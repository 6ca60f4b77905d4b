"""Closed months of a busy site."""

from sqlalchemy import update

from registry.access.actor import Actor
from registry.clock import now, today
from registry.db import db, transaction
from registry.members.models import Standing
from registry.periods.canonical import canonical, digest
from registry.periods.composing import compose
from registry.periods.documents import Links, written
from registry.periods.models import Period, PeriodClosing
from registry.periods.months import Month
from tests.factories.copies import copies
from tests.factories.unions import COUNTY


def make_periods(auditor: Actor, count: int) -> None:
    """Have everybody come last month, that month closed, and many before it."""
    month = Month.of(today()).previous
    with transaction() as session:
        session.execute(update(Standing).values(since=month.last_day))
    content = compose(db.session(), COUNTY, month, {})
    how = {"closed_at": now(), "closed_by": auditor.name, "signed_with": {}}
    document = canonical(written(COUNTY, month, content, Links(), **how))
    key = {"county": COUNTY, "month": str(month), "revision": 1}
    closing = PeriodClosing(
        **key,
        last_day=month.last_day,
        closed_by=auditor.account_id,
        closed_at=now(),
        document=document,
        digest=digest(document),
        algorithm="Ed25519",
        public_key="-",
        signature=b"-",
    )
    with transaction() as session:
        session.add(Period(**key, state="CLOSED"))
        session.flush()
        session.add(closing)
    earlier = [month]
    for _ in range(count):
        earlier.append(earlier[-1].previous)
    for model in (Period, PeriodClosing):
        newest = model.month == str(month)
        copies(model, newest, count, month=lambda number: str(earlier[number]))
