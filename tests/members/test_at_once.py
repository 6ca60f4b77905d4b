"""Two unions admit the same persons at the same moment: each person is admitted once."""

import threading

import pytest
from sqlalchemy import func, select

from registry.db import db
from registry.members.models import LIVE, Membership, Person
from registry.review.operations import approve
from registry.totals.queries import reconcile
from registry.trail.queries import verify
from tests.factories.people import make_people
from tests.factories.rosters import OTHER_UNION, make_clerk, make_reviewer, make_roster, send_in


@pytest.mark.parametrize("round_", range(3))
def test_each_person_is_admitted_once(register, round_):
    people = make_people(40, seed=round_)
    first = send_in(make_roster(people), make_clerk())
    second = send_in(
        make_roster(list(reversed(people))), make_clerk(OTHER_UNION), union=OTHER_UNION
    )
    reviewers = [make_reviewer(), make_reviewer()]
    db.session.remove()
    outcomes, barrier = {}, threading.Barrier(2)

    def decide(number, reviewer):
        with register.app_context():
            barrier.wait()
            outcomes[number] = approve(number, actor=reviewer)

    threads = [
        threading.Thread(target=decide, args=pair)
        for pair in zip((first, second), reviewers, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    live = select(func.count(), func.count(Membership.person_key.distinct())).where(
        Membership.state.in_(LIVE)
    )
    assert tuple(db.session.execute(live).one()) == (40, 40)
    assert db.session.scalar(select(func.count()).select_from(Person)) == 40
    assert sum(outcome.decided for outcome in outcomes.values()) == 40
    assert sum(len(outcome.transfer) for outcome in outcomes.values()) == 40
    assert reconcile(db.session(), "331083") == (40, [])
    assert verify(db.session())[1] == []
