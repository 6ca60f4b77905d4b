"""Two unions admit the same persons at the same moment: each person is admitted once."""

import threading

import pytest
from sqlalchemy import func, select

from registry.db import db
from registry.members.models import LIVE, Membership, Person
from registry.review.operations import approve
from registry.totals.recount import reconcile
from registry.trail.queries import verify
from tests.drills.checker import check
from tests.drills.conftest import Drill
from tests.factories.people import make_people
from tests.factories.rosters import OTHER_UNION, make_clerk, make_reviewer, make_roster, send_in

FAULT = "the same persons approved in two unions at once"


@pytest.fixture
def there(register):
    """The application as the checker finds it: its folder and its database."""
    return register.config["DATA"], register.config["DATABASE_URL"]


def test_each_person_is_admitted_once(register, there):
    drill = Drill(db.engine.dialect.name)
    times, people = drill.times(3, 200), 10
    everybody = make_people(people * times, seed=drill.seed)
    for round_ in range(times):
        admit_at_once(register, everybody[people * round_ :][:people])
        assert_admitted_once(people * (round_ + 1))
    assert db.session.scalar(select(func.count()).select_from(Person)) == people * times

    db.session.remove()
    assert check(*there).faults == []
    drill.write(FAULT, times, 2 * times, 0, 0, f"{people} persons each time")


def admit_at_once(register, people):
    """Have both unions report the same people, and both reviewers approve at the same moment."""
    count = len(people)
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
    assert sum(outcome.decided for outcome in outcomes.values()) == count
    assert sum(len(outcome.transfer) for outcome in outcomes.values()) == count


def assert_admitted_once(count):
    live = select(func.count(), func.count(Membership.person_key.distinct())).where(
        Membership.state.in_(LIVE)
    )
    assert tuple(db.session.execute(live).one()) == (count, count)
    assert reconcile(db.session(), "331083") == (count, [])
    assert verify(db.session())[1] == []
