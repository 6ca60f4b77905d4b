"""One person by hand goes the way of every roster, on both engines."""

import pytest
from sqlalchemy import func, select

from registry.access.roles import Role
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.members.match import Match
from registry.members.models import Member, Membership
from registry.review.operations import approve, send_back
from registry.submissions import queries
from registry.submissions.by_hand import enter_by_hand, judge_by_hand
from registry.submissions.models import Submission
from registry.submissions.operations import submit, withdraw
from registry.submissions.states import Kind, State
from registry.totals.recount import reconcile
from registry.trail.queries import entries
from tests.factories.accounts import make_actor
from tests.factories.people import fields_of, make_people
from tests.factories.rosters import OTHER_UNION, UNION, make_clerk, make_reviewer
from tests.factories.unions import COUNTY, TOWNSHIP

LEAVING = {"change": "退会", "changed_on": "2024-10-06"}


def values(seed=1, **changes):
    return fields_of(make_people(1, seed)[0]) | changes


def admit(clerk, **changes):
    number = enter_by_hand(clerk.place, values(**changes), actor=clerk)
    submit(number, actor=clerk)
    approve(number, actor=make_reviewer(clerk.place[:9]))
    return db.session.scalars(select(Member.id).order_by(Member.id.desc())).first()


def count():
    return db.session.scalar(select(func.count()).select_from(Submission))


def codes(judged):
    return {one.code for one in judged.findings}


def test_a_person_is_one_row_of_an_increment(register):
    clerk = make_clerk()
    number = enter_by_hand(UNION, values(), actor=clerk)

    view = queries.find(db.session(), number)
    assert (view.kind, view.state, view.source) == (Kind.INCREMENT, State.DRAFT, "FORM")
    assert (view.total_count, view.ok_count, view.is_read) == (1, 1, True)
    submit(number, actor=clerk)
    assert approve(number, actor=make_reviewer()).decided == 1
    assert reconcile(db.session(), COUNTY)[1] == []


def test_judging_stores_no_row_and_names_no_number(register):
    person = values()
    judged = judge_by_hand(UNION, person, actor=make_clerk())
    assert (judged.match, judged.findings, judged.has_error) == (Match.NEW, [], False)
    assert judged.labels["full_name"] == person["full_name"]
    assert person["document_number"] not in str(judged)
    assert person["mobile"] not in str(judged)
    assert count() == 0
    assert len(entries(db.session(), COUNTY, action="draft.judge")) == 1


def test_the_same_content_is_the_same_submission_while_it_is_under_way(register):
    clerk, reviewer = make_clerk(), make_reviewer()
    first = enter_by_hand(UNION, values(), actor=clerk)
    assert enter_by_hand(UNION, values(), actor=clerk) == first
    submit(first, actor=clerk)
    assert enter_by_hand(UNION, values(), actor=clerk) == first
    assert enter_by_hand(UNION, values(2), actor=clerk) != first
    approve(first, actor=reviewer)
    again = enter_by_hand(UNION, values(), actor=clerk)
    assert again != first
    withdraw(again, actor=clerk)
    assert enter_by_hand(UNION, values(), actor=clerk) != again


def test_what_was_sent_back_may_be_sent_again(register):
    clerk = make_clerk()
    number = enter_by_hand(UNION, values(), actor=clerk)
    submit(number, actor=clerk)
    send_back(number, actor=make_reviewer(), rows=[1], reason="other", note="请核对")
    assert enter_by_hand(UNION, values(), actor=clerk) != number


def test_the_content_is_known_again_by_a_key_and_not_by_a_plain_hash(small_register):
    import hashlib

    import msgspec

    person = values()
    enter_by_hand(UNION, person, actor=make_clerk())
    plain = hashlib.sha256(msgspec.json.encode(sorted(person.items()))).hexdigest()
    stored = db.session.scalars(select(Submission.file_sha256)).one()
    assert len(stored) == 64
    assert stored != plain


def test_a_member_leaves_by_number_of_the_register(register):
    clerk = make_clerk()
    member = admit(clerk)

    judged = judge_by_hand(UNION, LEAVING, actor=clerk, member_id=member)
    assert (judged.match, judged.has_error) == (Match.LEAVE, False)
    number = enter_by_hand(UNION, LEAVING, actor=clerk, member_id=member)
    submit(number, actor=clerk)
    approve(number, actor=make_reviewer())

    assert db.session.scalars(select(Membership.state)).one() == "ENDED"
    with pytest.raises(NotFound):
        judge_by_hand(UNION, LEAVING, actor=clerk, member_id=member)
    assert reconcile(db.session(), COUNTY)[1] == []


def test_changes_are_told_before_and_after(register):
    clerk = make_clerk()
    member = admit(clerk)
    change = {"education": "大学本科", "mobile": "13905769999"}
    judged = judge_by_hand(UNION, change, actor=clerk, member_id=member)
    assert judged.match is Match.CHANGED
    assert {(one.label, one.after) for one in judged.changes} == {
        ("学历", "大学本科"),
        ("移动电话", "（新号码）"),
    }
    assert judge_by_hand(UNION, {}, actor=clerk, member_id=member).match is Match.UNCHANGED


@pytest.mark.parametrize("field", ["document_number", "full_name", "document_kind"])
def test_who_it_is_cannot_be_changed_on_the_way(small_register, field):
    clerk = make_clerk()
    member = admit(clerk)
    with pytest.raises(InputRefused):
        enter_by_hand(UNION, LEAVING | {field: "别的"}, actor=clerk, member_id=member)


def test_faults_are_those_of_every_roster(small_register):
    wrong = {"document_number": "331083199003071230", "mobile": "12", "ethnicity": ""}
    judged = judge_by_hand(UNION, values(**wrong), actor=make_clerk())
    assert judged.has_error
    assert {"document.checksum", "mobile.format", "cell.required"} <= codes(judged)
    assert judged.match is None


def test_somebody_of_another_union_is_elsewhere(small_register):
    admit(make_clerk(OTHER_UNION))
    judged = judge_by_hand(UNION, values(), actor=make_clerk())
    assert judged.match is Match.TRANSFER
    assert codes(judged) == {"member.active_elsewhere"}
    assert judged.changes == []


def test_refusals_store_nothing(small_register):
    clerk = make_clerk()
    member = admit(clerk)
    other = make_clerk(OTHER_UNION)
    before = count()
    for error, union, given, actor, which in (
        (InputRefused, UNION, {"nonsense": "x"}, clerk, None),
        (InputRefused, UNION, {"post": "字" * 501}, clerk, None),
        (InputRefused, UNION, {"full_name": "  "}, clerk, None),
        (NotFound, UNION, values(2), other, None),
        (NotFound, OTHER_UNION, LEAVING, other, member),
        (NotFound, UNION, LEAVING, clerk, member + 99),
        (Forbidden, UNION, values(2), make_reviewer(), None),
        (StateRefused, TOWNSHIP, values(2), make_actor(Role.CLERK, TOWNSHIP), None),
    ):
        for act in (judge_by_hand, enter_by_hand):
            with pytest.raises(error):
                act(union, given, actor=actor, member_id=which)
    assert count() == before
