"""A notice in versions: the program's own first, the city's after it, and under which each roster
was sent.
"""

import pytest
from sqlalchemy import select

from registry.access.roles import Role
from registry.db import db
from registry.errors import RegistryError
from registry.notices import queries
from registry.notices.operations import BODY_LENGTH, PURPOSE_LENGTH, publish
from registry.submissions.models import Submission
from registry.submissions.operations import submit
from registry.trail.queries import entries
from tests.factories.accounts import make_actor
from tests.factories.bundles import TOWNSHIP, make_bundle, make_unions, ready, split
from tests.factories.people import make_people
from tests.factories.rosters import make_clerk, make_reviewer, make_roster, send_in, take_in
from tests.factories.unions import COUNTY


def refused(code, act, *details, **more):
    with pytest.raises(RegistryError) as error:
        act(*details, **more)
    assert error.value.code == code


def test_versions_and_the_rosters_sent_under_them(register):
    city, clerk = make_actor(Role.AUDITOR, COUNTY), make_clerk()
    session = db.session()
    own = queries.in_force(session, COUNTY)
    assert (own.version, own.published_by, own.published_at) == (1, None, None)
    assert queries.find(session, COUNTY, 1) == own
    refused("notice.unknown", queries.find, session, COUNTY, 2)

    rosters = [make_roster(make_people(3, seed)) for seed in (1, 2, 3)]
    first = send_in(rosters[0], clerk)
    said = queries.confirmation(db.session(), COUNTY, first)
    assert said[:3] == (1, own.purpose, clerk.account_id)
    assert not said.was_shown
    assert queries.in_force(db.session(), COUNTY).published_at is not None

    for outside in (clerk, make_reviewer()):
        refused("place.unknown", publish, "目的", "全文", actor=outside)
    keeper = make_actor(Role.LOG_KEEPER, COUNTY)
    refused("permission.missing", publish, "目的", "全文", actor=keeper)
    refused("notice.purpose", publish, " ", "全文", actor=city)
    refused("notice.purpose", publish, "目" * (PURPOSE_LENGTH + 1), "全文", actor=city)
    refused("notice.body", publish, "目的", "", actor=city)
    refused("notice.body", publish, "目的", "文" * (BODY_LENGTH + 1), actor=city)
    refused("notice.same", publish, own.purpose, own.body, actor=city)
    assert publish("目的二", "全文二\r\n续", actor=city) == 2
    newest = entries(db.session(), COUNTY, action="notice.publish")[0]
    in_force = queries.in_force(db.session(), COUNTY)
    assert newest.detail == {"version": 2, "digest": in_force.digest}
    assert [one.version for one in queries.versions(db.session(), COUNTY)] == [2, 1]
    assert queries.find(db.session(), COUNTY, 1).body == own.body

    draft = take_in(rosters[1], clerk)
    assert queries.is_news(db.session(), in_force, COUNTY, clerk.account_id)
    refused("notice.changed", submit, draft, actor=clerk, notice=1)
    assert queries.confirmation(db.session(), COUNTY, draft) is None
    submit(draft, actor=clerk, notice=2)
    assert submit(draft, actor=clerk, notice=1).already
    said = queries.confirmation(db.session(), COUNTY, draft)
    assert (said.version, said.purpose, said.was_shown) == (2, "目的二", True)
    assert not queries.is_news(db.session(), in_force, COUNTY, clerk.account_id)
    # What was told once stays told so, whatever is in force now.
    assert queries.confirmation(db.session(), COUNTY, first).version == 1


def test_the_parts_of_a_roster_of_many_unions_are_sent_under_it_too(small_register):
    make_unions()
    reviewer = make_reviewer(TOWNSHIP)
    split(ready(make_bundle(make_people(6)), reviewer), reviewer)
    sent = db.session.scalars(select(Submission.id).where(Submission.submitted_at.is_not(None)))
    said = [queries.confirmation(db.session(), COUNTY, number) for number in sent.all()]
    assert [(one.version, one.confirmed_by) for one in said] == [(1, reviewer.account_id)] * 3
