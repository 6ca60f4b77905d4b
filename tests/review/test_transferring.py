"""Transfers: a person active elsewhere is asked for, let go, kept, or settled about."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from registry.access.roles import Role
from registry.clock import now, today
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.members.models import (
    LIVE,
    EventType,
    Membership,
    MembershipEvent,
    MembershipState,
    Transfer,
)
from registry.members.transfers import TransferState
from registry.review import transferring
from registry.review.operations import approve, reject, send_back
from registry.submissions import queries
from registry.submissions.operations import withdraw as withdraw_submission
from registry.submissions.states import RowState, State
from registry.totals.recount import reconcile
from registry.trail.queries import entries, verify
from tests.factories.accounts import make_actor
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

FAR_UNION = "3310830020001"
FAR_TOWNSHIP = "331083002"
PEOPLE = make_people(6)


@pytest.fixture
def there(register):
    """Six members of the first union, of whom the other union reports three, and three new."""
    clerk, reviewer = make_clerk(), make_reviewer()
    approve(send_in(make_roster(PEOPLE), clerk), actor=reviewer)
    return clerk


def asked(union=OTHER_UNION, people=PEOPLE[:3]):
    return send_in(make_roster(people), make_clerk(union), union=union)


def open_transfers():
    query = select(Transfer.id).where(Transfer.ended_at.is_(None)).order_by(Transfer.id)
    return list(db.session.scalars(query))


def states():
    return [
        TransferState(one)
        for one in db.session.scalars(select(Transfer.state).order_by(Transfer.id))
    ]


def live_by_union():
    query = select(Membership.union_code, func.count()).where(Membership.state.in_(LIVE))
    return dict(db.session.execute(query.group_by(Membership.union_code)).tuples().all())


def assert_sound(count=6):
    assert reconcile(db.session(), COUNTY) == (count, [])
    assert verify(db.session())[1] == []
    live = select(func.count(), func.count(Membership.person_key.distinct()))
    total, persons = db.session.execute(live.where(Membership.state.in_(LIVE))).one()
    assert total == persons == count


def test_a_release_ends_membership_there_and_begins_it_here(there):
    number = asked()
    assert len(open_transfers()) == 3

    moved = transferring.release(open_transfers(), actor=there)

    assert moved == (3, 0)
    assert states() == [TransferState.RELEASED] * 3
    assert live_by_union() == {UNION: 3, OTHER_UNION: 3}
    view = queries.find(db.session(), number)
    assert view.state is State.CLOSED
    assert {row.state for row in queries.rows(db.session(), view)} == {RowState.APPROVED}
    events = db.session.scalars(select(MembershipEvent).order_by(MembershipEvent.id))
    types = [(one.type, one.from_union, one.to_union) for one in events][6:]
    assert types[:3] == [(EventType.TRANSFER_OUT, UNION, OTHER_UNION)] * 3
    assert types[3:] == [(EventType.TRANSFER_IN, UNION, OTHER_UNION)] * 3
    assert_sound()


def test_the_day_of_a_transfer_is_what_the_roster_says_or_nothing(there):
    people = PEOPLE[:2]
    changes = {0: {"change": "转入", "changed_on": "2026-03-05"}}
    send_in(make_roster(people, changes), make_clerk(OTHER_UNION), union=OTHER_UNION)
    transferring.release(open_transfers(), actor=there)
    ended = db.session.scalars(
        select(Membership.ended_on)
        .where(Membership.state == MembershipState.ENDED)
        .order_by(Membership.id)
    )
    assert list(ended) == ["2026-03-05", None]


def test_the_losing_unions_reviewer_may_answer_as_well(there):
    asked(FAR_UNION)
    transferring.release(open_transfers(), actor=make_actor(Role.REVIEWER, TOWNSHIP))
    assert live_by_union() == {UNION: 3, FAR_UNION: 3}


def test_who_sent_the_roster_that_asks_neither_releases_nor_grants(there, monkeypatch):
    # As a reviewer sends a workbook for many unions, or somebody who was a clerk before.
    both = make_actor([Role.CLERK, Role.REVIEWER], TOWNSHIP)
    send_in(make_roster(PEOPLE[:3]), both, union=OTHER_UNION)
    with pytest.raises(Forbidden) as released:
        transferring.release(open_transfers(), actor=both)
    set_clock(monkeypatch, now() + timedelta(days=16))
    with pytest.raises(Forbidden) as granted:
        transferring.grant(open_transfers(), actor=both)
    assert released.value.code == granted.value.code == "review.own"
    assert live_by_union() == {UNION: 6}
    transferring.grant(open_transfers(), actor=make_reviewer())
    assert live_by_union() == {UNION: 3, OTHER_UNION: 3}


@pytest.mark.parametrize(
    ("role", "place"),
    [(Role.CLERK, OTHER_UNION), (Role.REVIEWER, FAR_TOWNSHIP), (Role.CLERK, FAR_UNION)],
)
def test_nobody_else_may_release(there, role, place):
    asked(FAR_UNION)
    with pytest.raises(NotFound):
        transferring.release(open_transfers(), actor=make_actor(role, place))
    assert live_by_union() == {UNION: 6}
    assert states() == [TransferState.ASKED] * 3


def test_the_city_does_not_answer_for_a_union(there):
    asked(FAR_UNION)
    with pytest.raises(Forbidden):
        transferring.release(open_transfers(), actor=make_actor(Role.AUDITOR, COUNTY))


def test_an_objection_keeps_the_member_and_says_why(there):
    asked()
    numbers = open_transfers()
    assert transferring.object_to(numbers, actor=there, reason="working") == 3
    assert states() == [TransferState.OBJECTED] * 3
    with pytest.raises(StateRefused):
        transferring.object_to(numbers, actor=there, reason="working")
    # Whoever objected may still let go.
    transferring.release(numbers, actor=there)
    assert live_by_union() == {UNION: 3, OTHER_UNION: 3}
    assert_sound()


@pytest.mark.parametrize(
    ("reason", "note", "code"),
    [
        ("", "", "reason.unknown"),
        ("other", " ", "note.missing"),
        ("working", "3" * 501, "note.too_long"),
        ("working", "号码是 110101199003070038", "note.number"),
    ],
)
def test_an_objection_needs_its_reason(there, reason, note, code):
    asked()
    with pytest.raises(InputRefused) as refused:
        transferring.object_to(open_transfers(), actor=there, reason=reason, note=note)
    assert refused.value.code == code
    assert states() == [TransferState.ASKED] * 3


def test_without_an_answer_the_federation_above_both_settles(there, monkeypatch):
    asked()
    unit, city = make_actor(Role.REVIEWER, TOWNSHIP), make_actor(Role.AUDITOR, COUNTY)
    numbers = open_transfers()
    with pytest.raises(StateRefused) as early:
        transferring.grant(numbers, actor=unit)
    assert early.value.code == "transfer.not_due"

    set_clock(monkeypatch, now() + timedelta(days=16))
    with pytest.raises(Forbidden) as far:
        transferring.grant(numbers, actor=city)
    assert far.value.code == "transfer.not_arbiter"
    assert transferring.grant(numbers[:2], actor=unit, note="已核实劳动合同") == (2, 0)
    assert transferring.refuse(numbers[2:], actor=unit, note="仍在原单位") == 1
    assert states() == [TransferState.GRANTED, TransferState.GRANTED, TransferState.REFUSED]
    assert live_by_union() == {UNION: 4, OTHER_UNION: 2}
    assert_sound()


def test_between_two_units_the_city_settles_an_appeal(there):
    asked(FAR_UNION)
    numbers = open_transfers()
    transferring.object_to(numbers, actor=there, reason="unsettled")
    with pytest.raises(NotFound):
        transferring.appeal(numbers, actor=there)
    transferring.appeal(numbers, actor=make_clerk(FAR_UNION))
    with pytest.raises(NotFound):
        transferring.grant(numbers, actor=make_actor(Role.REVIEWER, TOWNSHIP))
    transferring.grant(numbers, actor=make_actor(Role.AUDITOR, COUNTY))
    assert live_by_union() == {UNION: 3, FAR_UNION: 3}


def test_who_asked_may_give_it_up(there):
    number = asked()
    numbers = open_transfers()
    with pytest.raises(NotFound):
        transferring.withdraw(numbers, actor=there)
    transferring.withdraw(numbers, actor=make_clerk(OTHER_UNION))
    assert states() == [TransferState.WITHDRAWN] * 3
    # The rows stay for the reviewer, and nobody is asked for a second time by them.
    outcome = approve(number, actor=make_reviewer())
    assert len(outcome.transfer) == 3
    assert open_transfers() == []


def test_what_becomes_of_the_row_becomes_of_its_request(there):
    reviewer = make_reviewer()
    number = asked()
    send_back(number, actor=reviewer, rows=[2], reason="wrong_data")
    reject(number, actor=reviewer, rows=[3], reason="wrong_data")
    assert states() == [TransferState.WITHDRAWN, TransferState.WITHDRAWN, TransferState.ASKED]


def test_a_roster_taken_back_takes_its_requests_back(there):
    clerk = make_clerk(OTHER_UNION)
    number = send_in(make_roster(PEOPLE[:3]), clerk, union=OTHER_UNION)
    withdraw_submission(number, actor=clerk)
    assert states() == [TransferState.WITHDRAWN] * 3
    with pytest.raises(StateRefused):
        transferring.release(list(db.session.scalars(select(Transfer.id))), actor=there)
    assert live_by_union() == {UNION: 6}


def test_who_leaves_by_another_way_is_asked_for_no_more(there):
    number = asked()
    gone = {i: {"change": "退会", "changed_on": "2026-02-01"} for i in range(3)}
    approve(send_in(make_roster(PEOPLE[:3], gone), there), actor=make_reviewer())
    numbers = open_transfers()

    assert transferring.release(numbers, actor=there) == (0, 3)
    assert states() == [TransferState.LAPSED] * 3
    (entry,) = entries(db.session(), COUNTY, action="transfer.")[:1]
    assert (entry.action, entry.place, entry.detail["count"]) == ("transfer.lapse", UNION, 3)
    assert approve(number, actor=make_reviewer()).decided == 3
    assert live_by_union() == {UNION: 3, OTHER_UNION: 3}
    assert_sound()


def test_two_unions_ask_for_one_person_and_one_gets_it(there):
    asked(OTHER_UNION, PEOPLE[:1])
    late = asked(FAR_UNION, PEOPLE[:1])
    first, second = open_transfers()
    transferring.release([first], actor=there)
    # The second asks the union where the person is by now, once its roster is looked at again.
    assert transferring.release([second], actor=there) == (0, 1)
    approve(late, actor=make_actor(Role.REVIEWER, FAR_TOWNSHIP))
    [third] = open_transfers()
    transferring.release([third], actor=make_clerk(OTHER_UNION))
    assert live_by_union() == {UNION: 5, FAR_UNION: 1}
    assert_sound()


@pytest.mark.parametrize("round_", range(3))
def test_a_release_twice_at_once_moves_everybody_once(register, there, round_):
    asked()
    numbers = open_transfers()
    db.session.remove()
    done, barrier = [], threading.Barrier(2)

    def let_go():
        with register.app_context():
            barrier.wait()
            try:
                done.append(transferring.release(numbers, actor=there).moved)
            except StateRefused:
                done.append(0)

    threads = [threading.Thread(target=let_go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done) == [0, 3]
    assert live_by_union() == {UNION: 3, OTHER_UNION: 3}
    assert_sound()


def test_the_last_day_to_answer_follows_the_setting(there):
    asked()
    due = db.session.scalars(select(Transfer.due_on)).all()
    assert due == [today() + timedelta(days=15)] * 3


def test_who_has_moved_on_is_asked_for_where_the_person_is_now(there):
    late = asked(FAR_UNION, PEOPLE[:1])
    asked(OTHER_UNION, PEOPLE[:1])
    far, near = open_transfers()
    transferring.release([near], actor=there)
    # The first request is still open, and asks a union that has nobody to let go any more.
    approve(late, actor=make_actor(Role.REVIEWER, FAR_TOWNSHIP))
    assert states() == [TransferState.LAPSED, TransferState.RELEASED, TransferState.ASKED]
    assert far not in open_transfers()
    transferring.release(open_transfers(), actor=make_clerk(OTHER_UNION))
    assert live_by_union() == {UNION: 5, FAR_UNION: 1}
    assert_sound()
