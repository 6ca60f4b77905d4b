"""A union asks for a name or number to be put right; somebody else decides."""

import pytest
from sqlalchemy import select

from registry.access.roles import Role
from registry.db import db
from registry.errors import InputRefused, NotFound, StateRefused
from registry.identity import mask
from registry.identity.mask import Sight
from registry.members import looks
from registry.members.models import (
    EventType,
    MembershipEvent,
    Transfer,
)
from registry.members.operations import look_up
from registry.members.seeing import Why
from registry.members.transfers import TransferState
from registry.review.identities.asking import Faulty, ask, withdraw
from registry.review.identities.deciding import rule_case, undo
from registry.review.identities.opening import open_numbers
from registry.review.identities.queries import asked_by_union, count, is_taken
from registry.review.identities.states import CaseState, Ruling
from registry.review.models import IdentityCase
from registry.review.operations import approve
from registry.review.transfer_queries import Desk, transfers
from registry.submissions.queries import find
from registry.submissions.risk import Risk
from registry.trail.models import TrailEntry
from tests.factories.accounts import make_actor
from tests.factories.doubts import ANNA, BEN, OTHERS, WHY, case, member_of
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
)
from tests.factories.unions import COUNTY

# asked for by the union


def test_a_union_asks_and_its_reviewer_corrects(people):
    clerk, reviewer, _ = people
    member_id = member_of(ANNA.full_name).id
    asked = {"full_name": "安新名", "document_number": OTHERS[0].number}
    number = ask(UNION, member_id, asked, why="户口迁移时改了名和号码", actor=clerk)
    assert count(db.session(), COUNTY, reviewer.path) == 1

    rule_case(number, Ruling.CORRECT, actor=reviewer, **WHY)

    member = member_of("安新名")
    assert member.id == member_id
    assert OTHERS[0].born_on.isoformat() in member.particulars
    assert look_up(ANNA.number, actor=reviewer).line.member_id == member_id
    (line,) = asked_by_union(db.session(), COUNTY, UNION, Sight.OWN_UNION)
    assert (line.state, line.ruling) == (CaseState.DONE, Ruling.CORRECT)

    undo(number, actor=reviewer, **WHY)
    assert look_up(ANNA.number, actor=reviewer).line.member_id == member_id
    assert member_of(ANNA.full_name).id == member_id


def test_what_is_asked_is_refused_and_the_register_stays(people):
    clerk, reviewer, _ = people
    member_id = member_of(ANNA.full_name).id
    number = ask(UNION, member_id, {"full_name": "安新名"}, why="录错了", actor=clerk)
    with pytest.raises(StateRefused, match="已有一项"):
        ask(UNION, member_id, {"full_name": "安又改"}, why="录错了", actor=clerk)
    rule_case(number, Ruling.KEEP, actor=reviewer, **WHY)
    assert member_of("安新名") is None


@pytest.mark.parametrize(
    ("values", "why", "said"),
    [
        ({"document_number": "331021199001011234"}, "录错了", "校验"),
        ({"full_name": "安" * 60}, "录错了", "字"),
        ({"full_name": ""}, "录错了", "没有要更正"),
        ({"full_name": "安新名"}, "", "写明"),
        ({"full_name": "安新名"}, "号码应为331021199001011234", "不要写完整"),
    ],
)
def test_what_cannot_be_asked(people, values, why, said):
    clerk, _, _ = people
    member_id = member_of(ANNA.full_name).id
    with pytest.raises(InputRefused, match=said):
        ask(UNION, member_id, values, why=why, actor=clerk)
    assert case() is None


def test_a_number_of_somebody_else_is_no_correction(people):
    clerk, reviewer, _ = people
    member_id = member_of(ANNA.full_name).id
    number = ask(UNION, member_id, {"document_number": BEN.number}, why="录错了", actor=clerk)
    with pytest.raises(StateRefused, match="另有人用这个号码"):
        rule_case(number, Ruling.CORRECT, actor=reviewer, **WHY)
    assert case().state == CaseState.WAITING


def test_who_asked_does_not_decide_and_may_withdraw(people):
    both = make_actor([Role.CLERK, Role.REVIEWER], UNION)
    clerk = people[0]
    member_id = member_of(ANNA.full_name).id
    number = ask(UNION, member_id, {"full_name": "安新名"}, why="录错了", actor=clerk)
    with pytest.raises(NotFound):
        rule_case(number, Ruling.CORRECT, actor=both, **WHY)  # it is for the federation above
    with pytest.raises(NotFound):
        withdraw(number, actor=make_clerk(OTHER_UNION))
    withdraw(number, actor=clerk)
    with pytest.raises(StateRefused):
        withdraw(number, actor=clerk)
    with pytest.raises(StateRefused):
        rule_case(number, Ruling.CORRECT, actor=people[1], **WHY)


def test_faults_are_told_by_field(people):
    clerk, _, _ = people
    with pytest.raises(Faulty) as refused:
        ask(
            UNION,
            member_of(ANNA.full_name).id,
            {"document_number": "12345"},
            why="录错了",
            actor=clerk,
        )
    assert set(refused.value.faults) == {"document_number"}


def test_only_members_of_the_union_are_asked_for(people):
    with pytest.raises(NotFound):
        ask(
            OTHER_UNION,
            member_of(ANNA.full_name).id,
            {"full_name": "安新名"},
            why="录错了",
            actor=make_clerk(OTHER_UNION),
        )


# beside transfers


def test_a_transfer_under_the_old_number_is_looked_at_again(people):
    clerk, reviewer, _ = people
    asking = send_in(make_roster([ANNA]), make_clerk(OTHER_UNION), union=OTHER_UNION)
    number = ask(
        UNION,
        member_of(ANNA.full_name).id,
        {"document_number": OTHERS[0].number},
        why="录错了",
        actor=clerk,
    )
    rule_case(number, Ruling.CORRECT, actor=reviewer, **WHY)
    db.session.rollback()
    assert db.session.scalar(select(Transfer.state)) == TransferState.LAPSED
    assert approve(asking, actor=reviewer).conflict == [2]


def test_nothing_in_full_stands_in_cases_or_on_the_trail(people):
    clerk, reviewer, _ = people
    number = ask(
        UNION,
        member_of(ANNA.full_name).id,
        {"document_number": OTHERS[0].number},
        why="录错了",
        actor=clerk,
    )
    rule_case(number, Ruling.CORRECT, actor=reviewer, **WHY)
    db.session.rollback()
    said = "".join(db.session.scalars(select(TrailEntry.detail)))
    assert OTHERS[0].number not in said
    assert ANNA.number not in said
    assert mask.document(ANNA.number, Sight.OWN_UNION) not in said
    events = db.session.scalars(
        select(MembershipEvent.changed).where(MembershipEvent.type == EventType.CORRECT)
    )
    assert "document_number" in "".join(events)


def test_a_transfer_that_ended_is_still_listed_after_the_correction(people):
    clerk, reviewer, _ = people
    send_in(make_roster([ANNA]), make_clerk(OTHER_UNION), union=OTHER_UNION)
    asked = {"document_number": OTHERS[0].number}
    number = ask(UNION, member_of(ANNA.full_name).id, asked, why="录错了", actor=clerk)
    rule_case(number, Ruling.CORRECT, actor=reviewer, **WHY)
    for desk in (Desk.LOSING, Desk.ASKING):
        (line,) = transfers(
            db.session(), COUNTY, reviewer.path, desk, Sight.TOWNSHIP, is_open=False
        )
        assert line.state is TransferState.LAPSED
        assert line.document.startswith(OTHERS[0].number[:4])
    submission = db.session.scalar(select(Transfer.submission_id))
    assert find(db.session(), submission).risk == Risk.HIGH


def test_both_numbers_are_seen_with_a_reason_and_the_union_reads_who_looked(people):
    clerk, reviewer, _ = people
    member = member_of(ANNA.full_name)
    asked = {"document_number": OTHERS[0].number}
    number = ask(UNION, member.id, asked, why="录错了", actor=clerk)
    with pytest.raises(InputRefused):
        open_numbers(number, actor=reviewer, why=Why(""))
    with pytest.raises(NotFound):
        open_numbers(number, actor=make_reviewer("331083002"), why=Why("VERIFY", "对照证件"))
    seen = open_numbers(number, actor=reviewer, why=Why("VERIFY", "对照证件"))
    assert seen.values == (ANNA.number, OTHERS[0].number)
    (look,) = looks.at_member(db.session(), COUNTY, UNION, member_of(ANNA.full_name).person_key)
    assert (look.reason, look.what) == ("核对本人证件：对照证件", "核对身份时查看完整证件号码")


def test_where_the_number_is_somebody_elses_it_is_said_before_the_ruling(people):
    clerk, _, _ = people
    ids = [member_of(one.full_name).id for one in (ANNA, BEN)]
    taken = ask(UNION, ids[0], {"document_number": BEN.number}, why="录错了", actor=clerk)
    free = ask(UNION, ids[1], {"document_number": OTHERS[0].number}, why="录错了", actor=clerk)
    cases = [db.session.get(IdentityCase, (COUNTY, one)) for one in (taken, free)]
    assert [is_taken(db.session(), one) for one in cases] == [True, False]
