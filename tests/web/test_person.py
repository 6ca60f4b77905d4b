"""One person by hand: looked over before it is sent, judged as every roster is."""

import re

import pytest
from sqlalchemy import func, select

from registry.access.roles import Role
from registry.db import db
from registry.members.models import Member, Membership
from registry.review.operations import approve
from registry.submissions import queries
from registry.submissions.models import Submission
from registry.submissions.states import State
from registry.totals.recount import reconcile
from registry.trail.queries import entries
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.people import fields_of, make_people
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
)
from tests.factories.unions import COUNTY, make_union_tree

JOIN = f"/unions/{UNION}/person"


@pytest.fixture
def clerk(app, client):
    """The browser of the union's clerk."""
    make_union_tree()
    sign_in(client, make_account(Role.CLERK, UNION))
    return client


def drafts():
    return db.session.scalar(select(func.count()).select_from(Submission))


def admit(people, **changes):
    approve(send_in(make_roster(people), make_clerk()), actor=make_reviewer())
    return db.session.scalars(select(Member.id).order_by(Member.id.desc())).first()


def of_member(member_id, page):
    return f"/unions/{UNION}/members/{member_id}/{page}"


def number_in(answer):
    return int(re.fullmatch(r"/submissions/(\d+)", answer.location)[1])


def test_somebody_is_looked_over_then_sent(clerk):
    person = make_people(1)[0]
    fields = fields_of(person) | {"sex": "", "born_on": ""}

    shown = post(clerk, JOIN, JOIN, **fields)

    assert shown.status_code == 200
    assert "提交审核（1 人）" in shown.text
    assert person.born_on.isoformat() in shown.text
    assert drafts() == 0
    sent = post(clerk, JOIN, JOIN, **fields, step="submit")
    assert sent.status_code == 303
    view = queries.find(db.session(), number_in(sent))
    assert (view.state, view.source, view.ok_count) == (State.SUBMITTED, "FORM", 1)
    assert "已提交审核（1 人）" in clerk.get(sent.location).text


def test_a_double_click_sends_one(clerk):
    fields = fields_of(make_people(1)[0])
    first = post(clerk, JOIN, JOIN, **fields, step="submit")
    second = post(clerk, JOIN, JOIN, **fields, step="submit")
    assert first.location == second.location
    assert drafts() == 1


def test_faults_stand_at_their_fields_and_nothing_is_stored(clerk):
    person = make_people(1)[0]
    wrong = person.number[:-1] + ("1" if person.number[-1] != "1" else "2")
    fields = fields_of(person) | {"document_number": wrong, "ethnicity": "", "mobile": "123"}

    answer = post(clerk, JOIN, JOIN, **fields)

    assert answer.status_code == 400
    for field in ("document_number", "ethnicity", "mobile"):
        assert f'id="{field}-error"' in answer.text
    assert "校验码不正确" in answer.text
    assert f'value="{person.full_name}"' in answer.text
    assert drafts() == 0


def test_what_cannot_be_mended_now_is_kept_as_a_draft(clerk):
    fields = fields_of(make_people(1)[0]) | {"ethnicity": ""}
    assert "先存草稿" in post(clerk, JOIN, JOIN, **fields).text
    kept = post(clerk, JOIN, JOIN, **fields, step="keep")
    view = queries.find(db.session(), number_in(kept))
    assert (view.state, view.error_count) == (State.DRAFT, 1)


def test_going_back_keeps_what_was_typed(clerk):
    fields = fields_of(make_people(1)[0])
    answer = post(clerk, JOIN, JOIN, **fields, step="edit")
    assert answer.status_code == 200
    assert f'value="{fields["document_number"]}"' in answer.text
    assert drafts() == 0


def test_asking_is_on_the_trail_without_the_number(clerk):
    fields = fields_of(make_people(1)[0])
    post(clerk, JOIN, JOIN, **fields)
    (entry,) = entries(db.session(), COUNTY, action="draft.judge")
    assert fields["document_number"] not in str(entry)
    assert entry.detail["reason"] == "入会"


def test_a_member_of_another_union_is_said_to_be_elsewhere_and_no_more(clerk):
    people = make_people(1)
    roster = send_in(make_roster(people), make_clerk(OTHER_UNION), union=OTHER_UNION)
    approve(roster, actor=make_reviewer())
    text = post(clerk, JOIN, JOIN, **fields_of(people[0])).text
    assert "其他工会" in text
    assert OTHER_UNION not in text
    assert "试验0002公司工会" not in text


def test_a_member_leaves_without_the_number_ever_being_shown(clerk):
    people = make_people(1)
    address = of_member(admit(people), "membership")
    fields = {"change": "退会", "changed_on": "2024-10-06", "change_reason": "个人要求退会"}

    pages = [
        clerk.get(address, query_string={"change": "6"}),
        post(clerk, address, address, **fields),
    ]
    assert [page.status_code for page in pages] == [200, 200]
    assert "会籍终止" in pages[1].text
    sent = post(clerk, address, address, **fields, step="submit")
    assert sent.status_code == 303
    assert all(people[0].number not in page.text for page in pages)
    assert all(people[0].mobile not in page.text for page in pages)
    approve(number_in(sent), actor=make_reviewer())
    assert db.session.scalars(select(Membership.state)).all() == ["ENDED"]
    assert reconcile(db.session(), COUNTY)[1] == []


def test_a_retained_member_is_back(clerk):
    member = admit(make_people(1))
    address = of_member(member, "membership")
    for change, state in (("保留会籍", "RETAINED"), ("入会", "ACTIVE")):
        fields = {"change": change, "changed_on": "2024-10-06"}
        assert post(clerk, address, address, **fields).status_code == 200
        sent = post(clerk, address, address, **fields, step="submit")
        approve(number_in(sent), actor=make_reviewer())
        db.session.rollback()
        assert db.session.scalars(select(Membership.state)).all() == [state]
    assert reconcile(db.session(), COUNTY)[1] == []


def test_what_changed_is_shown_before_and_after(clerk):
    address = of_member(admit(make_people(1)), "particulars")
    assert '<option selected value="小学">' in clerk.get(address).text
    fields = {"education": "大学本科", "mobile": "13905769999"}
    text = post(clerk, address, address, **fields).text
    assert "小学 → 大学本科" in text
    assert "（新号码）" in text
    sent = post(clerk, address, address, **fields, step="submit")
    approve(number_in(sent), actor=make_reviewer())
    member = db.session.scalars(select(Member)).one()
    assert '"education":"21"' in member.particulars
    assert '"ethnicity"' in member.particulars


def test_nothing_changed_is_nothing_to_send(clerk):
    address = of_member(admit(make_people(1)), "particulars")
    text = post(clerk, address, address, education="").text
    assert "没有变化，不用提交" in text
    assert "提交审核（1 人）" not in text


@pytest.mark.parametrize("extra", ["document_number", "full_name", "union_name", "state"])
def test_extra_fields_change_nothing(clerk, extra):
    address = of_member(admit(make_people(1)), "membership")
    fields = {"change": "退会", "changed_on": "2024-10-06", extra: "别的"}
    text = post(clerk, address, address, **fields).text
    assert "会籍终止" in text
    assert "别的" not in text


def test_a_change_that_is_not_offered_is_refused(clerk):
    address = of_member(admit(make_people(1)), "membership")
    answer = post(clerk, address, address, change="转入", changed_on="2024-10-06")
    assert answer.status_code == 400
    assert drafts() == 1


def test_members_of_others_and_former_ones_are_not_there(clerk):
    roster = send_in(make_roster(make_people(1)), make_clerk(OTHER_UNION), union=OTHER_UNION)
    approve(roster, actor=make_reviewer())
    member = db.session.scalars(select(Member.id)).one()
    for page in ("membership", "particulars"):
        assert clerk.get(of_member(member, page)).status_code == 404
        answer = post(clerk, of_member(member, page), JOIN, change="退会", step="submit")
        assert answer.status_code == 404


def test_only_the_clerk_enters_people(app, client):
    make_union_tree()
    sign_in(client, make_account(Role.REVIEWER, "331083001"))
    assert client.get(JOIN).status_code == 403
    assert client.get("/unions/3310830020001/person").status_code == 404
