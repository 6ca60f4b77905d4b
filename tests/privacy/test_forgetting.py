"""Who left long ago is emptied when the setting says so: in bulk, on the trail, figures kept."""

from datetime import datetime, timedelta

from sqlalchemy import select

from registry.clock import now, today
from registry.db import db, transaction
from registry.members import restricting
from registry.members.models import Member
from registry.members.queries import record_of, sight_of
from registry.privacy import forgetting
from registry.privacy.requests import ask, withdraw
from registry.privacy.states import Checked, RequestKind
from registry.review.operations import approve, send_back
from registry.totals.queries import totals
from registry.totals.recount import reconcile
from registry.trail.queries import entries, verify
from tests.factories.clock import set_clock
from tests.factories.doubts import member_of
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_reviewer, make_roster, send_in
from tests.factories.unions import COUNTY

STAYS, LEFT, ASKS, HIDDEN, BACK = make_people(5)
DAYS = 30


def leave(people, clerk, reviewer):
    said = {place: {"change": "退会"} for place in range(len(people))}
    approve(send_in(make_roster(people, said), clerk), actor=reviewer)


def emptied():
    db.session.rollback()
    query = select(Member.full_name).where(
        Member.mobile_sealed.is_(None), Member.mobile_key.is_(None), Member.particulars == "{}"
    )
    return set(db.session.scalars(query))


def told():
    return [
        (one.detail["count"], len(one.detail["digest"]))
        for one in entries(db.session(), COUNTY, action=forgetting.ACTION)
    ]


def test_who_left_long_ago_is_emptied_and_what_is_open_waits(register, monkeypatch):
    clerk, reviewer = make_clerk(), make_reviewer()
    approve(send_in(make_roster([STAYS, LEFT, ASKS, HIDDEN, BACK]), clerk), actor=reviewer)
    leave([LEFT, ASKS, HIDDEN, BACK], clerk, reviewer)
    number = ask(
        UNION,
        member_of(ASKS.full_name).id,
        RequestKind.ACCESS,
        Checked.IN_PERSON,
        "想看",
        actor=clerk,
    )
    with transaction() as session:
        restricting.mark(session, COUNTY, member_of(HIDDEN.full_name).id, now())
    back = send_in(make_roster([BACK]), clerk)
    day, at = today(), datetime.now(now().tzinfo)
    before = totals(db.session(), COUNTY, day)
    set_clock(monkeypatch, at + timedelta(days=DAYS + 1))

    # Off unless a county says otherwise, and not a day too soon.
    assert (forgetting.due_count(db.session()), forgetting.forget_due()) == (0, 0)
    register.config["FORMER_DAYS"] = DAYS + 2
    assert (forgetting.due_count(db.session()), forgetting.forget_due()) == (0, 0)
    register.config["FORMER_DAYS"] = DAYS
    assert forgetting.due_count(db.session()) == 1
    assert emptied() == set()  # counting changes nothing
    assert forgetting.forget_due() == 1
    assert emptied() == {LEFT.full_name}
    withdraw(number, actor=clerk)
    send_back(back, rows=[2], reason="wrong_data", note="请核对", actor=reviewer)
    assert forgetting.due_count(db.session()) == 1  # the row sent back stands in a draft
    assert (forgetting.forget_due(limit=1), forgetting.forget_due()) == (1, 0)
    assert emptied() == {LEFT.full_name, ASKS.full_name}
    assert told() == [(1, 64), (1, 64)]

    # Name and number stay, the past stays, and one who comes back is the same person.
    kept = member_of(LEFT.full_name)
    line = record_of(db.session(), COUNTY, kept.id, sight_of(clerk.path), union_code=UNION).line
    assert (line.name, line.document[:4]) == (LEFT.full_name, LEFT.number[:4])
    assert totals(db.session(), COUNTY, day) == before
    assert reconcile(db.session(), COUNTY)[1] == []
    approve(send_in(make_roster([LEFT]), clerk), actor=reviewer)
    again = member_of(LEFT.full_name)
    assert (again.id, again.mobile_sealed is None) == (kept.id, False)
    assert reconcile(db.session(), COUNTY)[1] == []
    assert verify(db.session())[1] == []
