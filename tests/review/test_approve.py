"""Approval admits in one transaction, once, and never doubles a person."""

import pytest
from sqlalchemy import func, select

from registry.db import db
from registry.errors import Forbidden, NotFound, StateRefused
from registry.members.models import LIVE, Member, Membership, MembershipEvent, Person
from registry.review.operations import approve
from registry.submissions import queries
from registry.submissions.states import Kind, RowState, State
from registry.totals.recount import reconcile
from registry.trail.queries import verify
from tests.factories.people import make_people
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
)


def live_members(union=UNION):
    query = (
        select(func.count())
        .select_from(Membership)
        .where(Membership.union_code == union, Membership.state.in_(LIVE))
    )
    return db.session.scalar(query)


def count_of(model):
    return db.session.scalar(select(func.count()).select_from(model))


def agrees():
    _, differences = reconcile(db.session(), "331083")
    _, faults = verify(db.session())
    return differences == [] and faults == []


def test_admits_person_member_membership_and_event_of_every_row(register):
    clerk, reviewer = make_clerk(), make_reviewer()
    number = send_in(make_roster(make_people(30)), clerk)

    outcome = approve(number, actor=reviewer)

    assert (outcome.decided, outcome.pending, outcome.state) == (30, 0, State.CLOSED)
    assert live_members() == 30
    assert [count_of(m) for m in (Person, Member, Membership, MembershipEvent)] == [30] * 4
    assert agrees()


def test_admits_only_once(register):
    clerk, reviewer = make_clerk(), make_reviewer()
    number = send_in(make_roster(make_people(5)), clerk)
    approve(number, actor=reviewer)

    with pytest.raises(StateRefused) as refused:
        approve(number, actor=reviewer)

    assert refused.value.code == "submission.state"
    assert live_members() == 5
    assert agrees()


def test_rows_named_by_their_excel_number_are_admitted_alone(register):
    clerk, reviewer = make_clerk(), make_reviewer()
    number = send_in(make_roster(make_people(6)), clerk)

    outcome = approve(number, actor=reviewer, rows=[3, 5])

    assert (outcome.decided, outcome.pending, outcome.state) == (2, 4, State.IN_REVIEW)
    view = queries.find(db.session(), number)
    states = {row.row: row.state for row in queries.rows(db.session(), view)}
    assert [row for row, state in states.items() if state is RowState.APPROVED] == [3, 5]


def test_who_returns_and_who_is_new_enter_together_though_written_in_parts(register, monkeypatch):
    monkeypatch.setattr("registry.db._ROWS_IN_A_PART", 4)
    people, clerk, reviewer = make_people(12), make_clerk(), make_reviewer()
    approve(send_in(make_roster(people[:3]), clerk), actor=reviewer)
    gone = {i: {"change": "退会", "changed_on": "2025-02-01"} for i in range(3)}
    approve(send_in(make_roster(people[:3], gone), clerk), actor=reviewer)
    assert live_members() == 0

    outcome = approve(send_in(make_roster(people), clerk), actor=reviewer)

    assert (outcome.decided, outcome.pending, outcome.state) == (12, 0, State.CLOSED)
    assert (live_members(), count_of(Person), count_of(Member), count_of(Membership)) == (
        12,
        12,
        12,
        15,
    )
    strays = (
        select(func.count())
        .select_from(Membership)
        .join(Member, Member.id == Membership.member_id)
        .where(Member.person_key != Membership.person_key)
    )
    assert db.session.scalar(strays) == 0
    assert agrees()


def test_a_row_decided_already_is_refused_and_nothing_changes(register):
    clerk, reviewer = make_clerk(), make_reviewer()
    number = send_in(make_roster(make_people(4)), clerk)
    approve(number, actor=reviewer, rows=[2])

    with pytest.raises(StateRefused) as refused:
        approve(number, actor=reviewer, rows=[2, 3])

    assert refused.value.code == "row.not_pending"
    assert live_members() == 1


def test_somebody_active_elsewhere_stays_pending_as_a_transfer_and_is_not_doubled(register):
    people = make_people(5)
    reviewer = make_reviewer()
    approve(send_in(make_roster(people[:2]), make_clerk()), actor=reviewer)
    number = send_in(make_roster(people), make_clerk(OTHER_UNION), union=OTHER_UNION)

    outcome = approve(number, actor=reviewer)

    assert outcome.transfer == [2, 3]
    assert (outcome.decided, outcome.pending, outcome.state) == (3, 2, State.IN_REVIEW)
    assert live_members(UNION) == 2
    assert live_members(OTHER_UNION) == 3
    assert agrees()


def test_two_unions_that_sent_the_same_new_person_admit_one(register):
    people = make_people(1)
    reviewer = make_reviewer()
    first = send_in(make_roster(people), make_clerk())
    second = send_in(make_roster(people), make_clerk(OTHER_UNION), union=OTHER_UNION)

    approve(first, actor=reviewer)
    outcome = approve(second, actor=reviewer)

    assert (outcome.decided, outcome.transfer) == (0, [2])
    assert outcome.state is State.SUBMITTED
    assert live_members(UNION) + live_members(OTHER_UNION) == 1


def test_the_same_number_under_another_name_is_a_conflict_that_stays(register):
    people = make_people(2)
    reviewer, clerk = make_reviewer(), make_clerk()
    approve(send_in(make_roster(people), clerk), actor=reviewer)
    number = send_in(make_roster(people, {0: {"full_name": "欧阳某某"}}), clerk)

    outcome = approve(number, actor=reviewer)

    assert outcome.conflict == [2]
    assert (outcome.decided, outcome.pending) == (1, 1)


def test_a_changed_field_is_written_with_its_event_and_a_blank_erases_nothing(register):
    people = make_people(1)
    reviewer, clerk = make_reviewer(), make_clerk()
    approve(send_in(make_roster(people), clerk), actor=reviewer)
    changed = make_roster(people, {0: {"education": "博士研究生", "household_kind": None}})

    approve(send_in(changed, clerk), actor=reviewer)

    member = db.session.scalars(select(Member)).one()
    assert '"education":"11"' in member.particulars
    assert '"household_kind":"10"' in member.particulars
    events = db.session.scalars(select(MembershipEvent).order_by(MembershipEvent.id)).all()
    assert [event.type for event in events] == ["ENTER", "CORRECT"]
    assert events[1].changed == '["education"]'
    assert agrees()


@pytest.mark.parametrize(
    ("change", "state", "live"),
    [("退会", "ENDED", 0), ("除名", "ENDED", 0), ("保留会籍", "RETAINED", 1)],
)
def test_leaving_and_retaining_change_the_membership_and_the_counts(register, change, state, live):
    people = make_people(1)
    reviewer, clerk = make_reviewer(), make_clerk()
    approve(send_in(make_roster(people), clerk), actor=reviewer)
    leaving = make_roster(people, {0: {"change": change, "changed_on": "2024-05-06"}})

    outcome = approve(send_in(leaving, clerk), actor=reviewer)

    assert outcome.decided == 1
    membership = db.session.scalars(select(Membership)).one()
    assert membership.state == state
    assert live_members() == live
    assert agrees()


def test_who_left_may_enter_again_and_keeps_the_old_history(register):
    people = make_people(1)
    reviewer, clerk = make_reviewer(), make_clerk()
    approve(send_in(make_roster(people), clerk), actor=reviewer)
    left = {0: {"change": "退会", "changed_on": "2024-05-06"}}
    approve(send_in(make_roster(people, left), clerk), actor=reviewer)
    other = make_clerk(OTHER_UNION)

    approve(send_in(make_roster(people), other, union=OTHER_UNION), actor=reviewer)

    assert count_of(Member) == 1
    assert count_of(Membership) == 2
    events = db.session.scalars(select(MembershipEvent.type).order_by(MembershipEvent.id)).all()
    assert list(events) == ["ENTER", "RESIGN", "ENTER"]
    assert agrees()


def test_who_sent_the_roster_may_not_review_it(register):
    both = make_reviewer()
    clerk = make_clerk()
    number = send_in(make_roster(make_people(1)), clerk)
    same_person = type(both)(
        clerk.account_id,
        both.name,
        both.display_name,
        both.roles,
        both.place,
        both.path,
        both.county,
    )

    with pytest.raises(Forbidden) as refused:
        approve(number, actor=same_person)

    assert refused.value.code == "review.own"


def test_a_reviewer_of_another_unit_does_not_find_it(register):
    number = send_in(make_roster(make_people(1)), make_clerk())

    with pytest.raises(NotFound):
        approve(number, actor=make_reviewer("331083002"))


def test_a_clerk_may_not_approve(register):
    clerk = make_clerk()
    number = send_in(make_roster(make_people(1)), clerk)

    with pytest.raises(Forbidden):
        approve(number, actor=clerk)


def test_a_full_roster_leaves_who_it_does_not_name_in_the_union(register):
    people = make_people(4)
    reviewer, clerk = make_reviewer(), make_clerk()
    approve(send_in(make_roster(people), clerk), actor=reviewer)

    number = send_in(make_roster(people[:3]), clerk, kind=Kind.FULL)
    view = queries.find(db.session(), number)
    approve(number, actor=reviewer)

    assert view.missing_count == 1
    assert live_members() == 4
