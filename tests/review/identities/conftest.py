"""Who is in the register when a doubt comes up."""

import pytest
from sqlalchemy import select

from registry.db import db
from registry.members.models import LIVE, Membership, Person
from registry.review.operations import approve
from registry.totals.recount import reconcile
from registry.trail.queries import verify
from tests.factories.doubts import ANNA, BEN, CARL
from tests.factories.rosters import make_clerk, make_reviewer, make_roster, send_in
from tests.factories.unions import COUNTY


@pytest.fixture
def people(register):
    """Three members of the first union; the clerk and two reviewers."""
    clerk, reviewer = make_clerk(), make_reviewer()
    approve(send_in(make_roster([ANNA, BEN, CARL]), clerk), actor=reviewer)
    yield clerk, reviewer, make_reviewer()
    db.session.rollback()
    assert reconcile(db.session(), COUNTY)[1] == []
    assert verify(db.session())[1] == []
    live = select(Person.live_membership).where(Person.live_membership.is_not(None))
    members = select(Membership.id).where(Membership.state.in_(LIVE))
    assert set(db.session.scalars(live)) == set(db.session.scalars(members))
