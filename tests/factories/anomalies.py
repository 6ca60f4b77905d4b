"""Searches for anomalies, done at once."""

from collections.abc import Iterable

from sqlalchemy import select

from registry.access.actor import Actor
from registry.anomalies.models import Anomaly
from registry.db import db
from registry.jobs import anomalies
from registry.jobs.leases import worker_name
from registry.jobs.work import run
from registry.submissions.states import Kind
from seeds.people import Person
from tests.factories.rosters import UNION, make_roster, send_in
from tests.factories.unions import COUNTY


def search(auditor: Actor) -> list[Anomaly]:
    """Search the county at once; returns all anomalies there are by number."""
    run(anomalies.start(COUNTY, actor=auditor), worker_name())
    return kept()


def kept() -> list[Anomaly]:
    """Return all anomalies by number, as they stand."""
    db.session.rollback()
    return list(db.session.scalars(select(Anomaly).order_by(Anomaly.id)))


def one_family(people: Iterable[Person], clerk: Actor, *, union: str = UNION) -> int:
    """Send a roster of people who share one surname and one mobile; returns its number."""
    some = list(people)
    changes: dict[int, dict[str, object]] = {
        place: {"full_name": f"欧阳{one.full_name[-1]}", "mobile": some[0].mobile}
        for place, one in enumerate(some)
    }
    return send_in(make_roster(some, changes), clerk, union=union, kind=Kind.FULL)
