"""What a day moved: told by what the decided rows meant, reconciled with the tallies."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.clock import today
from registry.dashboard.moves import NOTHING, Moves, moves, total
from registry.db import db
from registry.members.models import Transfer
from registry.review import transferring
from registry.review.models import Decision
from registry.review.operations import approve, reject, send_back
from registry.review.revoking import revoke
from registry.unions import queries as unions
from tests.factories.people import make_people
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
)
from tests.factories.unions import COUNTY, TOWNSHIP

PEOPLE = make_people(6)
LEAVES = {"change": "退会", "changed_on": "2018-07-01"}


@pytest.fixture
def day(register):
    """A union has six members of whom one leaves, two move to another and one is sent back; of the
    other's own four one is rejected.
    """
    clerk, other, reviewer = make_clerk(), make_clerk(OTHER_UNION), make_reviewer()
    first = send_in(make_roster(PEOPLE), clerk)
    approve(first, actor=reviewer)
    leaving = send_in(make_roster(PEOPLE[:1], {0: LEAVES}), clerk)
    approve(leaving, actor=reviewer)
    back = send_in(make_roster(make_people(1, 8)), clerk)
    send_back(back, actor=reviewer, rows=[2], reason="wrong_data", note="请核对")
    send_in(make_roster(PEOPLE[1:3]), other, union=OTHER_UNION)
    transferring.release(list(db.session.scalars(select(Transfer.id))), actor=clerk)
    four = send_in(make_roster(make_people(4, 5)), other, union=OTHER_UNION)
    reject(four, actor=reviewer, rows=[2], reason="not_employee", note="")
    approve(four, actor=reviewer)
    return four


def moved(code, on=None):
    db.session.rollback()
    return moves(db.session(), unions.find(db.session(), code), on or today())


def test_a_day_is_told_by_union_and_unit_and_adds_up(day):
    found = moved(TOWNSHIP)
    assert found == {
        UNION: Moves(entered=6, moved_out=2, left=1, approved=7, sent_back=1, sent=3, growth=3),
        OTHER_UNION: Moves(entered=3, moved_in=2, approved=5, rejected=1, sent=2, growth=5),
    }
    assert all(one.otherwise == 0 for one in found.values())
    assert moved(COUNTY) == {TOWNSHIP: total(found)}
    assert total(found).admitted == 11
    assert moved("331083002") == {}
    assert moved(COUNTY, today() - timedelta(days=1)) == {}
    assert total({}) == NOTHING

    # What is taken back was no decision on a roster of the day: the tallies tell it.
    number = db.session.scalar(
        select(Decision.id).where(Decision.submission_id == day, Decision.verdict == "APPROVE")
    )
    revoke(day, number, actor=make_reviewer(), reason="wrong_data", note="录错了")
    after = moved(TOWNSHIP)[OTHER_UNION]
    assert (after.entered, after.growth, after.otherwise) == (0, 2, 0)
