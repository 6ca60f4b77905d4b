"""Members verified on the page: answers become a roster of verification, nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from registry.access.roles import Role
from registry.campaigns import operations
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.members.match import Match
from registry.members.models import EventType, Member, Membership, MembershipEvent, MembershipState
from registry.review.operations import approve, send_back
from registry.submissions import confirming, queries
from registry.submissions.accounting import account_for_rest
from registry.submissions.corrections import exclude_row, open_for_correction
from registry.submissions.operations import submit, withdraw
from registry.submissions.states import ANSWERS, Kind, State
from registry.submissions.whereabouts import Reason, Said
from registry.totals.recount import reconcile
from registry.trail.queries import entries, verify
from registry.unions import queries as unions
from tests.factories.accounts import make_actor
from tests.factories.campaigns import answer, answer_rest, begin, campaign, draft_of, listed
from tests.factories.clock import set_clock
from tests.factories.people import make_people
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
    take_in,
)
from tests.factories.unions import COUNTY

PEOPLE = make_people(8)
START = datetime(2025, 3, 3, 4, tzinfo=UTC)
RETIRED = {"change": "保留会籍", "change_reason": "退休", "changed_on": "2025-01-31"}


@pytest.fixture
def desk(register, monkeypatch):
    """The clerk of a union with seven members and one who is retained."""
    set_clock(monkeypatch, START)
    clerk, reviewer = make_clerk(), make_reviewer()
    approve(send_in(make_roster(PEOPLE), clerk), actor=reviewer)
    approve(send_in(make_roster(PEOPLE[7:], {0: RETIRED}), clerk), actor=reviewer)
    set_clock(monkeypatch, START + timedelta(days=30))
    return clerk


@pytest.fixture
def number(desk):
    """A campaign of the whole county."""
    return begin(make_actor(Role.AUDITOR, COUNTY))


def member_of(person):
    query = select(Member.id).where(Member.full_name == person.full_name)
    return db.session.scalars(query).one()


def membership_of(person):
    db.session.rollback()
    query = select(Membership).where(Membership.member_id == member_of(person))
    return db.session.scalars(query.order_by(Membership.id.desc())).first()


def last_event(person):
    query = select(MembershipEvent).where(MembershipEvent.member_id == member_of(person))
    return db.session.scalars(query.order_by(MembershipEvent.id.desc())).first()


def standing(number):
    db.session.rollback()
    before = campaign(number).opens_at
    union = unions.find(db.session(), UNION)
    return confirming.standing(db.session(), union, [before])[before]


def view_of(number):
    db.session.rollback()
    return queries.find(db.session(), number)


def agrees():
    db.session.rollback()
    return reconcile(db.session(), COUNTY)[1] == [] and verify(db.session())[1] == []


def test_members_in_work_are_asked_for_masked_and_the_retained_apart(number):
    assert [one.name for one in listed(number)] == [one.full_name for one in PEOPLE[:7]]
    assert [one.name for one in listed(number, retained=True)] == [PEOPLE[7].full_name]
    assert all("*" in one.document and "*" in one.mobile for one in listed(number))
    assert standing(number) == (7, 0, 0, 1)


def test_each_answer_becomes_its_change_once_it_is_approved(number, desk):
    said = [
        (Reason.OVERLOOKED, "", MembershipState.ACTIVE, EventType.ENTER),
        (Reason.LEFT, "2025-03-20", MembershipState.ENDED, EventType.RESIGN),
        (Reason.MOVED, "2025-03", MembershipState.ENDED, EventType.TRANSFER_OUT),
        (Reason.RETIRED, "", MembershipState.RETAINED, EventType.RETAIN),
        (Reason.DIED, "", MembershipState.ENDED, EventType.DECEASE),
    ]
    for person, (reason, on, *_) in zip(PEOPLE[:5], said, strict=True):
        answer(number, member_of(person), reason, desk, on)
    draft = view_of(draft_of())
    assert (draft.kind, draft.source, draft.total_count) == (Kind.REVERIFY, ANSWERS, 5)
    assert {membership_of(one).state for one in PEOPLE[:7]} == {MembershipState.ACTIVE}

    sent = submit(draft.id, actor=desk, account_for_all=True)
    assert (sent.missing, sent.matches[Match.LEAVE], sent.matches[Match.UNCHANGED]) == (0, 3, 1)
    assert standing(number) == (2, 0, 5, 1)
    approve(draft.id, actor=make_reviewer())

    for person, (reason, on, state, event) in zip(PEOPLE[:5], said, strict=True):
        assert (membership_of(person).state, last_event(person).type) == (state, event), reason
        if reason is not Reason.OVERLOOKED:
            assert last_event(person).happened_on == (on or None)
    assert membership_of(PEOPLE[0]).verified_at is not None
    # Of whom nothing was said nothing changes.
    assert membership_of(PEOPLE[5]).verified_at is None
    assert standing(number) == (2, 0, 0, 2)
    assert agrees()


def test_an_answer_is_changed_and_taken_back(number, desk):
    who = member_of(PEOPLE[0])
    answer(number, who, Reason.LEFT, desk, "2025-03-20")
    answer(number, who, Reason.OVERLOOKED, desk)
    [line] = listed(number, said=True)
    assert (line.reason, line.on) == (Reason.OVERLOOKED, "")

    draft = draft_of()
    answer(number, who, None, desk)
    assert draft_of() is None  # an empty draft is none
    assert view_of(draft).state is State.WITHDRAWN
    assert standing(number) == (7, 0, 0, 1)


def test_the_rest_is_said_at_once_and_what_was_said_stays(number, desk):
    answer(number, member_of(PEOPLE[0]), Reason.LEFT, desk)

    assert answer_rest(number, desk) == 6
    assert answer_rest(number, desk) == 0
    assert standing(number) == (0, 7, 0, 1)
    assert {one.reason for one in listed(number, said=True)} == {Reason.LEFT, Reason.OVERLOOKED}
    sent = submit(draft_of(), actor=desk)
    approve(sent.submission_id, actor=make_reviewer())
    assert standing(number) == (0, 0, 0, 1)
    assert agrees()


def test_who_is_left_out_of_the_draft_is_asked_for_again(number, desk):
    answer_rest(number, desk)
    exclude_row(draft_of(), 1, actor=desk)

    assert standing(number) == (1, 6, 0, 1)
    assert [one.name for one in listed(number)] == [PEOPLE[0].full_name]
    assert answer_rest(number, desk) == 1
    assert standing(number) == (0, 7, 0, 1)


def test_a_retained_member_can_only_be_back(number, desk):
    who = member_of(PEOPLE[7])
    with pytest.raises(InputRefused, match="已回来"):
        answer(number, who, Reason.LEFT, desk)
    answer(number, who, Reason.OVERLOOKED, desk)
    row = queries.rows(db.session(), view_of(draft_of()))[0]
    assert (row.match, row.changed_fields) == (Match.CHANGED, ["membership_state"])

    sent = submit(draft_of(), actor=desk)
    approve(sent.submission_id, actor=make_reviewer())
    found = membership_of(PEOPLE[7])
    assert found.state == MembershipState.ACTIVE
    assert found.verified_at is not None
    assert agrees()


def test_the_rest_says_nothing_of_the_retained(number, desk):
    answer_rest(number, desk)

    assert all(not one.is_retained for one in listed(number, said=True))


def test_an_impossible_date_writes_nothing(number, desk):
    for on in ("2099-01-01", "昨天", "1" * 41):
        with pytest.raises(InputRefused):
            answer(number, member_of(PEOPLE[0]), Reason.LEFT, desk, on)
    assert draft_of() is None


def test_only_who_is_asked_for_can_be_answered_for(number, desk):
    with pytest.raises(InputRefused):
        confirming.say(UNION, campaign(number).opens_at, {}, actor=desk)
    with pytest.raises(StateRefused):
        answer(number, 999, Reason.OVERLOOKED, desk)
    verified = send_in(make_roster(PEOPLE[:1]), desk, kind=Kind.REVERIFY)
    with pytest.raises(StateRefused):  # waits for review
        answer(number, member_of(PEOPLE[0]), Reason.OVERLOOKED, desk)
    approve(verified, actor=make_reviewer())
    with pytest.raises(StateRefused):  # verified
        answer(number, member_of(PEOPLE[0]), Reason.OVERLOOKED, desk)
    assert standing(number) == (6, 0, 0, 1)


def test_nobody_else_answers(number, desk):
    before, said = campaign(number).opens_at, {member_of(PEOPLE[0]): Said(Reason.OVERLOOKED)}
    with pytest.raises(NotFound):
        confirming.say(UNION, before, said, actor=make_clerk(OTHER_UNION))
    with pytest.raises(Forbidden):
        confirming.say(UNION, before, said, actor=make_reviewer())
    with pytest.raises(Forbidden):
        confirming.say_rest(UNION, before, actor=make_actor(Role.AUDITOR, COUNTY))
    with pytest.raises(StateRefused):  # a member of another union
        confirming.say(OTHER_UNION, before, said, actor=make_clerk(OTHER_UNION))


def test_four_eyes(number, desk):
    answer_rest(number, desk)
    sent = submit(draft_of(), actor=desk)
    both = make_actor([Role.CLERK, Role.REVIEWER], UNION)

    assert sent.state is State.SUBMITTED
    with pytest.raises(Forbidden):
        approve(sent.submission_id, actor=desk)
    approve(sent.submission_id, actor=both)


def test_page_and_file_are_mixed_freely(number, desk):
    answer(number, member_of(PEOPLE[0]), Reason.LEFT, desk)
    roster = take_in(make_roster(PEOPLE[1:3]), desk, kind=Kind.REVERIFY)
    account_for_rest(roster, Said(Reason.OVERLOOKED), actor=desk)
    assert standing(number).open == 6  # an unsent file is no answer

    submit(roster, actor=desk, account_for_all=True)
    assert standing(number) == (0, 1, 6, 1)
    assert view_of(draft_of()).total_count == 1


def test_sent_back_it_is_asked_again(number, desk):
    answer(number, member_of(PEOPLE[0]), Reason.LEFT, desk)
    sent = submit(draft_of(), actor=desk)
    send_back(
        sent.submission_id, actor=make_reviewer(), rows=[1], reason="other", note="请写明日期"
    )

    assert standing(number) == (7, 0, 0, 1)


def test_withdrawn_it_is_a_draft_again(number, desk):
    answer_rest(number, desk)
    sent = submit(draft_of(), actor=desk)
    assert withdraw(sent.submission_id, actor=desk) == draft_of()
    assert standing(number) == (0, 7, 0, 1)


def test_a_draft_outlives_its_campaign(number, desk):
    answer_rest(number, desk)
    operations.close(number, actor=make_actor(Role.AUDITOR, COUNTY))

    sent = submit(draft_of(), actor=desk)
    approve(sent.submission_id, actor=make_reviewer())
    assert all(membership_of(one).verified_at is not None for one in PEOPLE[:7])
    assert agrees()


def test_no_full_number_stands_in_the_draft_or_on_the_trail(number, desk):
    answer_rest(number, desk)
    opened = open_for_correction(draft_of(), range(1, 8), desk)
    assert all("*" in one.raw["document_number"] for one in opened.values())
    [entry] = entries(db.session(), COUNTY, action="draft.answers")[:1]
    assert entry.detail["rows"] == 7
    assert not any(one.number in str(entry.detail) for one in PEOPLE)


def test_a_thousand_at_once(register, monkeypatch):
    set_clock(monkeypatch, START)
    clerk, reviewer = make_clerk(), make_reviewer()
    approve(send_in(make_roster(make_people(1_000)), clerk), actor=reviewer)
    set_clock(monkeypatch, START + timedelta(days=30))
    number = begin(reviewer, "331083001")

    assert answer_rest(number, clerk) == 1_000
    sent = submit(draft_of(), actor=clerk)
    approve(sent.submission_id, actor=reviewer)

    assert standing(number) == (0, 0, 0, 0)
    assert agrees()
