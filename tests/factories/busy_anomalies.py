"""Anomalies of a busy site."""

from sqlalchemy import select

from registry.access.actor import Actor
from registry.anomalies.facts import Fact
from registry.anomalies.kinds import AnomalyKind
from registry.anomalies.models import Anomaly
from registry.anomalies.operations import close, keep
from registry.db import db, transaction
from registry.members.models import Membership
from registry.submissions.models import Submission
from tests.factories.copies import copies
from tests.factories.rosters import UNION
from tests.factories.unions import COUNTY


def make_anomalies(auditor: Actor, count: int) -> int:
    """Have many anomalies open and many closed, one of them about many members and rosters; returns
    the number of that.
    """
    session = db.session()
    members = session.scalars(select(Membership.member_id).where(Membership.union_code == UNION))
    rosters = session.scalars(select(Submission.id).where(Submission.submitted_at.is_not(None)))
    about = Fact(
        AnomalyKind.AGE,
        UNION,
        UNION,
        [1],
        "在会会员中有人超龄。",
        members.all()[:count],
        rosters.all()[:count],
    )
    other = about._replace(subject="other")
    with transaction() as writing:
        keep(writing, COUNTY, [about, other])
    close(2, "看过了。", actor=auditor)
    for number, first in ((1, 1_000), (2, 2_000)):
        copies(
            Anomaly,
            Anomaly.id == number,
            count,
            id=lambda copy, first=first: first + copy,
            subject=lambda copy, number=number: f"{number}:{copy}",
        )
    return 1
