"""A wrong approval taken back: as events and a decision, never by deletion."""

import threading
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from registry.access.roles import Role
from registry.clock import today
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.members.checked import checked
from registry.members.counts import tallied
from registry.members.match import Match
from registry.members.models import (
    LIVE,
    EventType,
    Member,
    Membership,
    MembershipEvent,
    MembershipState,
    Person,
    Transfer,
)
from registry.review import transferring
from registry.review.models import Decision, Verdict
from registry.review.operations import approve
from registry.review.revoking import revoke
from registry.submissions import queries
from registry.submissions.listing import row_counts
from registry.submissions.operations import submit
from registry.submissions.states import Kind, RowState, State
from registry.totals.recount import reconcile
from registry.trail.queries import entries, verify
from tests.factories.accounts import make_actor
from tests.factories.app import make_app, running
from tests.factories.people import make_people
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
)
from tests.factories.unions import COUNTY, make_union_tree

PEOPLE = make_people(6)
WHY = {"reason": "not_employee", "note": "回访时单位说没有这些人"}


def decision_of(number, verdict=Verdict.APPROVE):
    query = select(Decision.id).where(Decision.submission_id == number, Decision.verdict == verdict)
    return db.session.scalars(query.order_by(Decision.id)).all()[-1]


def states_of(number):
    view = queries.find(db.session(), number)
    return {row.row: row.state for row in queries.rows(db.session(), view)}


def live(union=UNION):
    query = select(func.count()).select_from(Membership)
    return db.session.scalar(
        query.where(Membership.union_code == union, Membership.state.in_(LIVE))
    )


def counts(union=UNION):
    return tallied(db.session(), COUNTY, today())[union]


def verified():
    return checked(db.session(), COUNTY, [today()], today())[UNION][today()].verified


def assert_sound(count):
    assert reconcile(db.session(), COUNTY) == (count, [])
    assert verify(db.session())[1] == []
    query = select(func.count(), func.count(Membership.person_key.distinct()))
    total, persons = db.session.execute(query.where(Membership.state.in_(LIVE))).one()
    held = db.session.scalar(select(func.count(Person.live_membership)))
    assert total == persons == held == count


@pytest.fixture
def desk(register):
    """Clerk, reviewer and an approved roster of six new members."""
    clerk, reviewer = make_clerk(), make_reviewer()
    number = send_in(make_roster(PEOPLE), clerk)
    approve(number, actor=reviewer)
    return clerk, reviewer, number


def test_who_entered_is_no_member_any_more_and_nothing_is_deleted(desk):
    _, reviewer, number = desk

    done = revoke(number, decision_of(number), actor=reviewer, **WHY)

    assert (done.revoked, done.moved_on, done.kept) == (6, [], [])
    assert live() == 0
    assert set(states_of(number).values()) == {RowState.REVOKED}
    for model, count in ((Person, 6), (Member, 6), (Membership, 6), (MembershipEvent, 12)):
        assert db.session.scalar(select(func.count()).select_from(model)) == count
    events = db.session.scalars(select(MembershipEvent).order_by(MembershipEvent.id)).all()[6:]
    assert {(one.type, one.from_union, one.submission_id) for one in events} == {
        (EventType.REVOKE, UNION, number)
    }
    assert sorted(one.row for one in events) == list(range(2, 8))
    assert {one.happened_on for one in events} == {None}, "a date is never invented"
    taken = db.session.get(Decision, (COUNTY, decision_of(number, Verdict.REVOKE)))
    assert (taken.revokes_id, taken.row_count) == (decision_of(number), 6)
    assert (taken.reason, taken.note) == (WHY["reason"], WHY["note"])
    view = queries.find(db.session(), number)
    assert view.state is State.CLOSED
    assert row_counts(db.session(), [view])[number].reconciles
    (entry,) = entries(db.session(), COUNTY, action="review.revoke")
    assert entry.detail["rows"] == 6
    assert_sound(0)


def test_the_counts_of_an_approval_go_with_it(desk):
    _, reviewer, number = desk
    before = counts()
    assert (before.admissions, before.first_pass, before.submitted) == (1, 1, 1)
    revoke(number, decision_of(number), actor=reviewer, rows=[2, 3], **WHY)
    part = counts()
    assert (part.active, part.admissions, part.first_pass, part.submitted) == (4, 1, 0, 1)
    revoke(number, decision_of(number), actor=reviewer, **WHY)
    after = counts()
    assert (after.active, after.filled, after.admissions, after.first_pass) == (0, 0, 0, 0)
    assert_sound(0)


def test_the_rows_come_back_to_the_clerk_and_may_be_sent_again(desk):
    clerk, reviewer, number = desk
    done = revoke(number, decision_of(number), actor=reviewer, rows=[2, 4], **WHY)
    again = submit(done.follow_up_id, actor=clerk).submission_id
    outcome = approve(again, actor=reviewer)
    assert outcome.decided == 2
    assert_sound(6)
    entered = select(Membership.id).where(Membership.state == MembershipState.ENDED)
    assert len(db.session.scalars(entered).all()) == 2, "the first stay is kept"


def test_without_handing_back_the_same_file_may_be_sent_again(desk):
    clerk, reviewer, number = desk
    done = revoke(number, decision_of(number), actor=reviewer, hand_back=False, **WHY)
    assert done.follow_up_id is None
    again = send_in(make_roster(PEOPLE), clerk)
    assert again != number
    approve(again, actor=reviewer)
    assert_sound(6)


def test_who_has_moved_on_since_is_named_and_stays(desk):
    clerk, reviewer, number = desk
    changes = {0: {"change": "退会", "changed_on": "2025-02-01"}, 1: {"education": "博士研究生"}}
    approve(send_in(make_roster(PEOPLE[:2], changes), clerk), actor=reviewer)
    other = send_in(make_roster(PEOPLE[2:3]), make_clerk(OTHER_UNION), union=OTHER_UNION)
    waiting = list(db.session.scalars(select(Transfer.id)))
    transferring.release(waiting, actor=clerk)

    done = revoke(number, decision_of(number), actor=reviewer, **WHY)

    assert (done.revoked, done.moved_on) == (3, [2, 3, 4])
    assert {row for row, state in states_of(number).items() if state is RowState.APPROVED} == {
        2,
        3,
        4,
    }
    assert (live(), live(OTHER_UNION)) == (1, 1)
    assert_sound(2)
    with pytest.raises(StateRefused, match="3 人入库以后"):
        revoke(number, decision_of(number), actor=reviewer, **WHY)
    with pytest.raises(StateRefused) as refused:
        revoke(other, decision_of(other), actor=reviewer, **WHY)
    assert refused.value.code == "decision.transfer"
    assert_sound(2)


def particulars():
    db.session.rollback()
    found = db.session.execute(select(Member.id, Member.particulars, Member.filled))
    return {number: (said, filled) for number, said, filled in found}


def states():
    db.session.rollback()
    found = db.session.scalars(select(Membership.state).order_by(Membership.id))
    return Counter(MembershipState(state) for state in found)


def test_changes_leavings_and_rests_are_put_back(desk):
    clerk, reviewer, _ = desk
    before = particulars()
    changes = {
        0: {"education": "博士研究生", "political_status": "群众"},
        1: {"change": "退会", "changed_on": "2025-02-01"},
        2: {"change": "保留会籍", "changed_on": "2025-02-01"},
        3: {"mobile": PEOPLE[4].mobile},
    }
    more = send_in(make_roster([*PEOPLE, *make_people(1, seed=9)], changes), clerk)
    approve(more, actor=reviewer)
    assert (live(), states()[MembershipState.RETAINED]) == (6, 1)

    done = revoke(more, decision_of(more), actor=reviewer, **WHY)

    assert (done.revoked, done.moved_on, done.kept) == (4, [], [5, 6, 7])
    assert done.counts == dict.fromkeys((Match.CHANGED, Match.LEAVE, Match.RETAIN, Match.NEW), 1)
    assert states() == {MembershipState.ACTIVE: 6, MembershipState.ENDED: 2}
    assert {number: particulars()[number] for number in before} == before
    assert_sound(6)


def test_who_rested_and_was_back_at_work_rests_again(desk):
    clerk, reviewer, _ = desk
    rest = {0: {"change": "保留会籍", "changed_on": "2025-02-01"}}
    approve(send_in(make_roster(PEOPLE[:1], rest), clerk), actor=reviewer)
    back = send_in(make_roster(PEOPLE[:1], {0: {"education": "博士研究生"}}), clerk)
    approve(back, actor=reviewer)
    assert states()[MembershipState.RETAINED] == 0
    revoke(back, decision_of(back), actor=reviewer, **WHY)
    assert states()[MembershipState.RETAINED] == 1
    assert_sound(6)
    again = send_in(make_roster(PEOPLE[:1], rest), clerk, kind=Kind.REVERIFY)
    approve(again, actor=reviewer)
    with pytest.raises(StateRefused):
        revoke(again, decision_of(again), actor=reviewer, **WHY)
    assert states()[MembershipState.RETAINED] == 1, "it was only said again"


def test_what_was_changed_again_since_stays(desk):
    clerk, reviewer, _ = desk
    first = send_in(make_roster(PEOPLE[:1], {0: {"education": "博士研究生"}}), clerk)
    approve(first, actor=reviewer)
    leave = {0: {"change": "退会", "changed_on": "2025-02-01"}}
    second = send_in(make_roster(PEOPLE[1:2], leave), clerk)
    approve(second, actor=reviewer)
    approve(send_in(make_roster(PEOPLE[:2], {0: {"education": "大学本科"}}), clerk), actor=reviewer)
    for number in (first, second):
        with pytest.raises(StateRefused, match="又有变动"):
            revoke(number, decision_of(number), actor=reviewer, **WHY)
    assert_sound(6)


def test_a_verified_member_is_taken_off_the_verified_too(desk):
    clerk, reviewer, number = desk
    approve(send_in(make_roster(PEOPLE), clerk, kind=Kind.REVERIFY), actor=reviewer)
    assert verified() == 6
    revoke(number, decision_of(number), actor=reviewer, rows=[2], **WHY)
    assert verified() == 5
    assert_sound(5)


def test_who_sent_the_roster_may_not_and_neither_may_others(desk):
    clerk, reviewer, number = desk
    decision = decision_of(number)
    for actor, refusal in (
        (clerk, Forbidden),
        (make_reviewer("331083002"), NotFound),
        (make_actor(Role.AUDITOR, COUNTY), Forbidden),
    ):
        with pytest.raises(refusal):
            revoke(number, decision, actor=actor, **WHY)
    with pytest.raises(NotFound):
        revoke(number, decision + 1000, actor=reviewer, **WHY)
    assert live() == 6


@pytest.mark.parametrize(
    ("why", "code"),
    [
        ({"reason": "bored", "note": "x"}, "reason.unknown"),
        ({"reason": "wrong_data", "note": " "}, "note.missing"),
        ({"reason": "wrong_data", "note": "证件 110101199003070038"}, "note.number"),
    ],
)
def test_a_reason_is_given_in_words(desk, why, code):
    _, reviewer, number = desk
    with pytest.raises(InputRefused) as refused:
        revoke(number, decision_of(number), actor=reviewer, **why)
    assert refused.value.code == code
    assert live() == 6


def test_rows_of_other_decisions_are_refused_and_nothing_changes(desk):
    _, reviewer, number = desk
    decision = decision_of(number)
    revoke(number, decision, actor=reviewer, rows=[2], **WHY)
    with pytest.raises(StateRefused) as refused:
        revoke(number, decision, actor=reviewer, rows=[2, 3], **WHY)
    assert refused.value.code == "row.not_approved"
    with pytest.raises(StateRefused) as refused:
        revoke(number, decision_of(number, Verdict.REVOKE), actor=reviewer, **WHY)
    assert refused.value.code == "decision.not_approval"
    assert_sound(5)


def test_two_at_once_take_it_back_once(desk, register):
    _, reviewer, number = desk
    decision, told, ready = decision_of(number), [], threading.Barrier(2)
    db.session.remove()

    def act():
        with register.app_context():
            ready.wait()
            try:
                told.append(revoke(number, decision, actor=reviewer, **WHY).revoked)
            except StateRefused as refused:
                told.append(refused.code)

    both = [threading.Thread(target=act) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(map(str, told)) == ["6", "revoke.none"]
    assert_sound(0)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["enter", "elsewhere", "leave", "change", "revoke"]),
        st.sets(st.integers(0, 4), min_size=1),
    ),
    min_size=2,
    max_size=8,
)


@settings(
    max_examples=8,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=ACTS)
def test_in_any_order_the_totals_are_the_recount_and_nobody_is_doubled(tmp_path_factory, acts):
    with running(make_app(tmp_path_factory.mktemp("register"))):
        make_union_tree()
        clerks = {UNION: make_clerk(), OTHER_UNION: make_clerk(OTHER_UNION)}
        reviewer, approved = make_reviewer(), []
        for step, (act, who) in enumerate(acts):
            if act == "revoke":
                for number in approved[-2:]:
                    take_back(number, reviewer)
            else:
                union = OTHER_UNION if act == "elsewhere" else UNION
                roster = make_roster(
                    (PEOPLE[one] for one in sorted(who)), said(act, step, len(who))
                )
                # Blank lines make it another file.
                approved += decided(roster + b"\n" * step, clerks[union], union, reviewer)
            assert_sound(live() + live(OTHER_UNION))


def said(act, step, count):
    one = {
        "leave": {"change": "退会", "changed_on": "2025-02-01"},
        "change": {"education": ("博士研究生", "高中", "初中")[step % 3]},
    }.get(act, {})
    return dict.fromkeys(range(count), one)


def decided(roster, clerk, union, reviewer):
    try:
        number = send_in(roster, clerk, union=union)
    except (InputRefused, StateRefused):  # nobody of whom it asks anything is a member
        return []
    return [number] if approve(number, actor=reviewer).decided else []


def take_back(number, reviewer):
    try:
        revoke(number, decision_of(number), actor=reviewer, **WHY)
    except StateRefused as refused:
        assert refused.code == "revoke.none"
