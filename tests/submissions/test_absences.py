"""Members whom a roster of everybody leaves out: what is said of each, and where it goes."""

import pytest
from sqlalchemy import select

from registry.db import db
from registry.errors import InputRefused, NotFound, StateRefused
from registry.identity.mask import Sight
from registry.members.match import Match
from registry.members.models import EventType, Member, Membership, MembershipEvent, MembershipState
from registry.review import queue
from registry.review.operations import approve, send_back
from registry.submissions import absences, listing, queries
from registry.submissions.absences import ABSENCE
from registry.submissions.accounting import account_for, account_for_rest
from registry.submissions.corrections import exclude_row
from registry.submissions.operations import submit, withdraw
from registry.submissions.states import Kind, RowState, State
from registry.submissions.whereabouts import Reason, Said
from registry.totals.recount import reconcile
from registry.trail.queries import entries, verify
from registry.unions.queries import find as find_union
from tests.factories.people import make_people
from tests.factories.rosters import (
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
    take_in,
)

PEOPLE = make_people(8)


@pytest.fixture
def desk(register):
    """A clerk of a union with eight members."""
    clerk = make_clerk()
    approve(send_in(make_roster(PEOPLE), clerk), actor=make_reviewer())
    return clerk


def view_of(number):
    db.session.rollback()
    return queries.find(db.session(), number)


def account_of(number):
    return absences.account(db.session(), view_of(number))


def missing_in(number, **options):
    return absences.missing_members(db.session(), view_of(number), Sight.OWN_UNION, **options)


def member_of(person):
    query = select(Member.id).where(Member.full_name == person.full_name)
    return db.session.scalars(query).one()


def state_of(person):
    query = select(Membership.state).where(Membership.member_id == member_of(person))
    return MembershipState(db.session.scalars(query).one())


def last_event(person):
    query = select(MembershipEvent).where(MembershipEvent.member_id == member_of(person))
    return db.session.scalars(query.order_by(MembershipEvent.id.desc())).first()


def agrees():
    db.session.rollback()
    return reconcile(db.session(), "331083")[1] == [] and verify(db.session())[1] == []


def full_roster(clerk, people=PEOPLE[:4], kind=Kind.FULL):
    return take_in(make_roster(people), clerk, kind=kind)


def test_nothing_is_said_at_first(desk):
    number = full_roster(desk)

    assert account_of(number) == absences.Account(4, {})
    assert account_of(number).open == 4
    assert [one.name for one in missing_in(number)] == [one.full_name for one in PEOPLE[4:]]
    assert {one.reason for one in missing_in(number)} == {None}
    assert all("*" in one.document for one in missing_in(number))


def test_each_reason_becomes_its_change_in_the_register(desk):
    number = full_roster(desk, PEOPLE[:1])
    reasons = [
        (Reason.LEFT, "2026-03-02", MembershipState.ENDED, EventType.RESIGN),
        (Reason.MOVED, "2026-05", MembershipState.ENDED, EventType.TRANSFER_OUT),
        (Reason.RETIRED, "2026年1月31日", MembershipState.RETAINED, EventType.RETAIN),
        (Reason.UNEMPLOYED, "", MembershipState.RETAINED, EventType.RETAIN),
        (Reason.LAID_OFF, "", MembershipState.RETAINED, EventType.RETAIN),
        (Reason.DIED, "2026-02-01", MembershipState.ENDED, EventType.DECEASE),
        (Reason.OVERLOOKED, "2026-02-01", MembershipState.ACTIVE, EventType.ENTER),
    ]
    for person, (reason, on, _, _) in zip(PEOPLE[1:], reasons, strict=True):
        account_for(number, {member_of(person): Said(reason, on)}, actor=desk)

    assert account_of(number).said == {reason: 1 for reason, *_ in reasons}
    sent = submit(number, actor=desk, account_for_all=True)
    assert sent.missing == 7
    absent = account_of(number).number
    assert view_of(absent).submitted_at == view_of(number).submitted_at
    outcome = approve(absent, actor=make_reviewer())

    assert (outcome.decided, outcome.pending, outcome.state) == (7, 0, State.CLOSED)
    for person, (reason, _, state, event) in zip(PEOPLE[1:], reasons, strict=True):
        assert (state_of(person), last_event(person).type) == (state, event), reason
    happened = [last_event(person).happened_on for person in PEOPLE[1:7]]
    assert happened == ["2026-03-02", "2026-05", "2026-01-31", None, None, "2026-02-01"]
    assert [last_event(p).reason for p in PEOPLE[1:7]] == [None, "1", "7", "3", "2", "8"]
    assert agrees()


def test_the_rest_is_said_at_once_and_what_was_said_stays(desk):
    number = full_roster(desk)
    account_for(number, {member_of(PEOPLE[4]): Said(Reason.LEFT, "2026-03-02")}, actor=desk)

    assert account_for_rest(number, Said(Reason.OVERLOOKED), actor=desk) == 3
    assert account_for_rest(number, Said(Reason.OVERLOOKED), actor=desk) == 0

    assert account_of(number).said == {Reason.LEFT: 1, Reason.OVERLOOKED: 3}
    assert account_of(number).open == 0
    row = queries.row(db.session(), view_of(account_of(number).number), 1)
    assert (row.match, row.change, row.changed_on) == (Match.LEAVE, "6", "2026-03-02")
    assert len(entries(db.session(), "331083", action="draft.account")) == 2


def test_what_was_said_is_changed_and_taken_back(desk):
    number, member = full_roster(desk), member_of(PEOPLE[4])
    account_for(number, {member: Said(Reason.LEFT, "2026-03-02")}, actor=desk)
    account_for(number, {member: Said(Reason.RETIRED)}, actor=desk)

    [one] = missing_in(number, member_id=member)
    assert (one.reason, one.on) == (Reason.RETIRED, "")
    account_for(number, {member: Said(None)}, actor=desk)

    assert account_of(number).said == {}
    assert missing_in(number, only_open=True, member_id=member)


@pytest.mark.parametrize("on", ["2999-01-01", "1950-01-01", "上个月", "9" * 60])
def test_an_impossible_date_is_refused_and_nothing_is_written(desk, on):
    number = full_roster(desk)

    with pytest.raises(InputRefused) as refused:
        account_for(
            number,
            {
                member_of(PEOPLE[4]): Said(Reason.OVERLOOKED),
                member_of(PEOPLE[5]): Said(Reason.LEFT, on),
            },
            actor=desk,
        )

    assert refused.value.code in {"date.impossible", "date.unreadable"}
    assert account_of(number).open == 4


def test_who_is_not_missing_cannot_be_accounted_for(desk):
    number = full_roster(desk)
    for member in (member_of(PEOPLE[0]), 999_999):
        with pytest.raises(StateRefused) as refused:
            account_for(number, {member: Said(Reason.LEFT)}, actor=desk)
        assert refused.value.code == "absence.not_missing"
    with pytest.raises(InputRefused):
        account_for(number, {}, actor=desk)
    with pytest.raises(InputRefused):
        account_for_rest(number, Said(None), actor=desk)


def test_only_its_own_clerk_and_only_a_draft_of_everybody(desk):
    number, member = full_roster(desk), member_of(PEOPLE[4])
    with pytest.raises(NotFound):
        account_for_rest(number, Said(Reason.LEFT), actor=make_clerk("3310830010002"))
    increment = take_in(make_roster(PEOPLE[:2]), desk)
    with pytest.raises(StateRefused):
        account_for(increment, {member: Said(Reason.LEFT)}, actor=desk)
    submit(number, actor=desk)
    with pytest.raises(StateRefused):
        account_for(number, {member: Said(Reason.LEFT)}, actor=desk)


def test_everybody_must_be_accounted_for_only_where_that_is_demanded(desk):
    number = full_roster(desk)
    with pytest.raises(StateRefused) as refused:
        submit(number, actor=desk, account_for_all=True)
    assert refused.value.code == "absence.open"
    assert view_of(number).state is State.DRAFT

    sent = submit(number, actor=desk)

    assert (sent.state, sent.missing) == (State.SUBMITTED, 4)
    assert account_of(number).number is None
    approve(number, actor=make_reviewer())
    assert {state_of(person) for person in PEOPLE} == {MembershipState.ACTIVE}
    assert agrees()


def test_its_draft_is_sent_with_its_roster_only_and_shown_in_no_list(desk):
    number = full_roster(desk)
    account_for_rest(number, Said(Reason.LEFT), actor=desk)
    absent = account_of(number).number

    with pytest.raises(StateRefused) as refused:
        submit(absent, actor=desk)
    assert refused.value.code == "absence.with_roster"
    with pytest.raises(StateRefused):
        exclude_row(absent, 1, actor=desk)
    drafts = queries.of_union(db.session(), "331083", UNION, states=[State.DRAFT])
    assert [one.id for one in drafts] == [number]
    place = find_union(db.session(), UNION)
    shown = listing.below(db.session(), place, with_drafts=True)
    assert absent not in [one.id for one in shown]
    assert listing.counts_by_state(db.session(), place, with_drafts=True)[State.DRAFT] == 1


def test_both_stand_next_to_each_other_in_the_queue(desk):
    number = full_roster(desk)
    account_for_rest(number, Said(Reason.OVERLOOKED), actor=desk)
    send_in(make_roster(make_people(1, seed=9)), desk)
    submit(number, actor=desk, account_for_all=True)

    lines = queue.queue(db.session(), "331083", "/331083/")

    kinds = [(one.submission.source, one.pending.total) for one in lines]
    assert kinds == [("FILE", 1), ("FILE", 4), (ABSENCE, 4)]
    assert agrees()


@pytest.mark.parametrize("way", ["withdrawn", "superseded", "discarded"])
def test_it_ends_with_its_roster(desk, way):
    number = full_roster(desk)
    account_for_rest(number, Said(Reason.LEFT), actor=desk)
    absent = account_of(number).number
    if way != "discarded":
        submit(number, actor=desk, account_for_all=True)
    if way == "superseded":
        submit(full_roster(desk, PEOPLE[:5]), actor=desk)
    else:
        withdraw(number, actor=desk)

    expected = State.SUPERSEDED if way == "superseded" else State.WITHDRAWN
    assert (view_of(number).state, view_of(absent).state) == (expected, expected)
    assert view_of(absent).pending_count == 0
    assert {state_of(person) for person in PEOPLE} == {MembershipState.ACTIVE}
    assert agrees()


def test_what_is_being_decided_on_does_not_end_with_its_roster(desk):
    number = full_roster(desk)
    account_for_rest(number, Said(Reason.LEFT), actor=desk)
    submit(number, actor=desk, account_for_all=True)
    absent = absences.linked(db.session(), view_of(number)).id
    approve(absent, actor=make_reviewer(), rows=[1])

    withdraw(number, actor=desk)

    assert view_of(absent).state is State.IN_REVIEW
    assert agrees()


def test_who_stands_in_the_roster_after_all_is_dropped(desk):
    number = full_roster(desk, PEOPLE[:4])
    exclude_row(number, 5, actor=desk)  # the fourth person: of nobody else is that said
    assert account_of(number).total == 5
    account_for_rest(number, Said(Reason.LEFT), actor=desk)
    exclude_row(number, 5, actor=desk, excluded=False)
    assert account_of(number).said == {Reason.LEFT: 4}

    submit(number, actor=desk, account_for_all=True)

    absent = view_of(account_of(number).number)
    assert (absent.total_count, absent.pending_count, view_of(number).missing_count) == (4, 4, 4)
    approve(absent.id, actor=make_reviewer())
    assert state_of(PEOPLE[3]) is MembershipState.ACTIVE
    assert agrees()


def test_a_roster_without_missing_members_takes_nothing_along(desk):
    number = full_roster(desk, PEOPLE[:7])
    account_for_rest(number, Said(Reason.LEFT), actor=desk)
    absent = account_of(number).number
    approve(send_in(make_roster(PEOPLE[7:], {0: {"change": "退会"}}), desk), actor=make_reviewer())

    submit(number, actor=desk, account_for_all=True)

    assert (view_of(number).missing_count, view_of(absent).state) == (0, State.WITHDRAWN)
    assert agrees()


@pytest.fixture
def retired(desk):
    """The desk, with the last of the eight retained: that was approved."""
    retire = {0: {"change": "保留会籍", "change_reason": "退休", "changed_on": "2026-01-31"}}
    approve(send_in(make_roster(PEOPLE[7:], retire), desk), actor=make_reviewer())
    return desk


def test_a_full_roster_asks_nothing_of_who_is_retained_already(retired):
    before = last_event(PEOPLE[7]).id
    number = full_roster(retired, PEOPLE[:6])

    assert account_of(number) == absences.Account(1, {}, kept=1)
    assert [one.name for one in missing_in(number)] == [PEOPLE[6].full_name]
    with pytest.raises(StateRefused) as refused:
        account_for(number, {member_of(PEOPLE[7]): Said(Reason.LEFT)}, actor=retired)
    assert refused.value.code == "absence.not_missing"
    assert account_for_rest(number, Said(Reason.LEFT), actor=retired) == 1
    sent = submit(number, actor=retired, account_for_all=True)

    # Who the roster leaves out is counted as ever.
    assert sent.missing == 2
    absent = view_of(account_of(number).number)
    assert (absent.total_count, account_of(number).said) == (1, {Reason.LEFT: 1})
    approve(number, actor=make_reviewer())
    approve(absent.id, actor=make_reviewer())
    assert state_of(PEOPLE[6]) is MembershipState.ENDED
    assert state_of(PEOPLE[7]) is MembershipState.RETAINED
    assert last_event(PEOPLE[7]).id == before
    assert agrees()


def test_a_full_roster_without_other_missing_members_goes_at_once(retired):
    number = full_roster(retired, PEOPLE[:7])

    submit(number, actor=retired, account_for_all=True)

    assert account_of(number).number is None
    assert view_of(number).missing_count == 1
    assert agrees()


def test_who_is_retained_while_the_draft_lies_is_asked_of_no_more(desk):
    number = full_roster(desk, PEOPLE[:7])
    account_for_rest(number, Said(Reason.OVERLOOKED), actor=desk)
    absent = account_of(number).number
    approve(
        send_in(make_roster(PEOPLE[7:], {0: {"change": "保留会籍"}}), desk),
        actor=make_reviewer(),
    )

    assert account_of(number) == absences.Account(0, {}, absent, kept=1)
    submit(number, actor=desk, account_for_all=True)

    assert view_of(absent).state is State.WITHDRAWN
    assert agrees()


@pytest.mark.parametrize("said", [Reason.OVERLOOKED, Reason.STILL_RETAINED])
def test_a_roster_to_verify_asks_of_the_retained_who_stay_so_and_nothing_is_written(retired, said):
    before = last_event(PEOPLE[7]).id
    number = full_roster(retired, PEOPLE[:6], kind=Kind.REVERIFY)
    assert [one.is_retained for one in missing_in(number)] == [False, True]
    account_for_rest(number, Said(said), actor=retired)
    assert account_of(number).said == {Reason.OVERLOOKED: 1, Reason.STILL_RETAINED: 1}
    submit(number, actor=retired, account_for_all=True)

    outcome = approve(account_of(number).number, actor=make_reviewer())

    assert (outcome.decided, outcome.state) == (2, State.CLOSED)
    assert state_of(PEOPLE[6]) is MembershipState.ACTIVE
    assert state_of(PEOPLE[7]) is MembershipState.RETAINED
    assert last_event(PEOPLE[7]).id == before
    assert agrees()


def test_rows_sent_back_come_to_the_clerk_as_always(desk):
    number = full_roster(desk)
    account_for_rest(number, Said(Reason.LEFT), actor=desk)
    submit(number, actor=desk, account_for_all=True)
    absent = account_of(number).number

    outcome = send_back(absent, actor=make_reviewer(), rows=[1], reason="wrong_data")

    draft = view_of(outcome.follow_up_id)
    assert (draft.total_count, draft.error_count, draft.state) == (1, 0, State.DRAFT)
    submit(draft.id, actor=desk)
    approve(draft.id, actor=make_reviewer())
    assert state_of(PEOPLE[4]) is MembershipState.ENDED
    counts = listing.row_counts(db.session(), [view_of(absent)])[absent]
    assert counts.reconciles and (counts.sent_back, counts.pending) == (1, 3)
    assert agrees()


def test_a_roster_to_verify_has_missing_members_too(desk):
    number = full_roster(desk, PEOPLE[:6], kind=Kind.REVERIFY)

    assert view_of(number).missing_count == 2
    account_for_rest(number, Said(Reason.OVERLOOKED), actor=desk)
    submit(number, actor=desk, account_for_all=True)

    states = queries.counts_by_state(db.session(), view_of(account_of(number).number))
    assert states == {RowState.PENDING: 2}
