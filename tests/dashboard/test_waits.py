"""What waits where: at the desk of whoever has to act, and how long."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from registry.dashboard.waits import Desk, together, waits
from registry.db import db
from registry.members.models import Transfer
from registry.questions import operations as questions
from registry.review import transferring
from registry.review.operations import approve
from registry.unions import queries as unions
from tests.factories.clock import set_clock
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

PEOPLE = make_people(4)
START = datetime(2025, 3, 3, 4, tzinfo=UTC)
FAR_UNION, FAR_TOWNSHIP = "3310830020001", "331083002"


def waiting(code):
    db.session.rollback()
    return waits(db.session(), unions.find(db.session(), code))


@pytest.fixture
def site(register, monkeypatch):
    """Rosters that wait since today, three, and ten days; two people whom the other unit's union
    asks for, one of whom is objected to; a question at the unit and one at the city.
    """
    set_clock(monkeypatch, START - timedelta(days=20))
    clerk, far, reviewer = make_clerk(), make_clerk(FAR_UNION), make_reviewer()
    approve(send_in(make_roster(PEOPLE), clerk), actor=reviewer)
    asked = send_in(make_roster(PEOPLE[:2]), far, union=FAR_UNION)
    for days, seed, union in ((10, 5, UNION), (3, 6, UNION), (0, 7, OTHER_UNION)):
        set_clock(monkeypatch, START - timedelta(days=days))
        send_in(make_roster(make_people(2, seed)), make_clerk(union), union=union)
    transfers = list(db.session.scalars(select(Transfer.id).order_by(Transfer.id)))
    transferring.object_to(transfers[:1], actor=clerk, reason="working")
    questions.ask(UNION, "退休的人还要不要报", actor=clerk)
    questions.pass_up(
        questions.ask(OTHER_UNION, "外地的算不算", actor=make_clerk(OTHER_UNION)), actor=reviewer
    )
    return asked


def test_what_waits_stands_at_the_desk_that_has_to_act(site):
    county = waiting(COUNTY)
    assert county.keys() == {COUNTY, TOWNSHIP, FAR_TOWNSHIP}
    rosters = county[TOWNSHIP][Desk.ROSTERS]
    assert (rosters.things, rosters.rows, rosters.late, rosters.median_days) == (3, 6, 1, 3)
    assert rosters.oldest == START - timedelta(days=10)
    # One transfer waits for the losing union, past its time; one for the asking union.
    assert county[TOWNSHIP][Desk.TRANSFERS][::4] == (1, 1)
    assert county[FAR_TOWNSHIP][Desk.TRANSFERS][::4] == (1, 0)
    assert county[FAR_TOWNSHIP][Desk.ROSTERS].rows == 2
    # A question that was passed up waits at the city, and not at the unit any more.
    assert county[TOWNSHIP][Desk.QUESTIONS].things == 1
    assert county[COUNTY] == {Desk.QUESTIONS: county[TOWNSHIP][Desk.QUESTIONS]}
    assert together(county, Desk.ROSTERS) == (4, 8, 2)

    unit = waiting(TOWNSHIP)
    assert unit.keys() == {UNION, OTHER_UNION}
    assert (unit[UNION][Desk.ROSTERS].things, unit[OTHER_UNION][Desk.ROSTERS].things) == (2, 1)
    assert unit[UNION][Desk.TRANSFERS].things == 1

    # An appeal waits with the federation above both.
    objected = select(Transfer.id).where(Transfer.state == "OBJECTED")
    transferring.appeal(list(db.session.scalars(objected)), actor=make_clerk(FAR_UNION))
    again = waiting(COUNTY)
    assert again[COUNTY][Desk.TRANSFERS].things == 1
    assert Desk.TRANSFERS not in again[FAR_TOWNSHIP]
