"""An approval seen again and taken back from its page."""

import pytest
from sqlalchemy import select

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.db import db
from registry.members.models import Member
from registry.review.operations import approve
from registry.review.queries import decisions
from registry.submissions import queries
from registry.submissions.states import RowState
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.people import make_people
from tests.factories.rosters import OTHER_UNION, UNION, make_clerk, make_roster, send_in
from tests.factories.unions import TOWNSHIP, make_union_tree

PEOPLE = make_people(4)


@pytest.fixture
def reviewer(client):
    make_union_tree()
    account = make_account(Role.REVIEWER, TOWNSHIP, name="reviewer", display_name="王审核")
    sign_in(client, account)
    return actor_of(db.session(), account.id)


@pytest.fixture
def admitted(reviewer):
    number = send_in(make_roster(PEOPLE), make_clerk())
    approve(number, actor=reviewer)
    return number


def page_of(number):
    (found,) = [
        one
        for one in decisions(db.session(), queries.find(db.session(), number))
        if one.verdict.value == "APPROVE"
    ]
    return f"/submissions/{number}/decisions/{found.id}"


def take_back(client, number, dialog="revoke", **fields):
    filled = {"reason": "wrong_data", "note": "回访说没有此人", "hand_back": "y"}
    named = {f"{dialog}-{name}": value for name, value in (filled | fields.pop("form", {})).items()}
    page = page_of(number)
    return post(client, f"{page}/revoke", page=page, **named, **fields)


def states_of(number):
    db.session.rollback()
    found = queries.rows(db.session(), queries.find(db.session(), number))
    return [row.state for row in found]


def test_the_roster_leads_to_its_approval_and_back_out_of_the_register(client, admitted):
    assert page_of(admitted) in client.get(f"/submissions/{admitted}").text
    page = client.get(page_of(admitted)).text
    assert "全部撤销（4 人）" in page
    for person in PEOPLE:
        assert person.number not in page
        assert person.mobile not in page

    answer = take_back(client, admitted, rows=["2", "3"])

    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).text
    assert "已撤销 2 人" in page
    assert "信息有误：回访说没有此人" in page
    assert "全部撤销（2 人）" in page
    assert states_of(admitted) == [RowState.REVOKED] * 2 + [RowState.APPROVED] * 2
    assert "已撤销" in client.get(f"/submissions/{admitted}").text


def test_all_at_once_leaves_an_empty_page_that_says_so(client, admitted):
    answer = take_back(client, admitted, "revoke-all", whole="1")
    page = client.get(answer.headers["Location"]).text
    assert "这次通过的人都已撤销" in page
    assert states_of(admitted) == [RowState.REVOKED] * 4


def test_the_page_of_the_person_tells_it(client, admitted):
    take_back(client, admitted, "revoke-all", whole="1")
    number = db.session.scalar(select(Member.id))
    page = client.get(f"/unions/{UNION}/members/{number}")
    assert page.status_code == 200
    assert "审核撤销" in page.text
    assert page.text.count("王审核审核") == 2


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"rows": ["2"], "form": {"note": ""}}, "请写明具体原因"),
        ({"rows": ["2"], "form": {"reason": ""}}, "请选择"),
        ({"rows": ["2"], "form": {"note": "13812345678"}}, "不要写完整"),
        ({}, "请先勾选要撤销的人"),
    ],
)
def test_what_is_missing_is_said_and_nothing_changes(client, admitted, fields, said):
    answer = take_back(client, admitted, **fields)
    assert answer.status_code == 400
    assert said in answer.text
    assert states_of(admitted) == [RowState.APPROVED] * 4


def test_others_do_not_find_it(client, admitted):
    page = page_of(admitted)
    for role, place, status in (
        (Role.REVIEWER, "331083002", 404),
        (Role.CLERK, OTHER_UNION, 404),
        (Role.CLERK, "3310830010001", 403),
    ):
        stranger = client.application.test_client()
        sign_in(stranger, make_account(role, place))
        assert stranger.get(page).status_code == status
        assert post(stranger, f"{page}/revoke").status_code == status
    assert states_of(admitted) == [RowState.APPROVED] * 4


def test_a_decision_of_another_roster_is_not_there(client, reviewer, admitted):
    other = send_in(make_roster(make_people(1, seed=7)), make_clerk(OTHER_UNION), union=OTHER_UNION)
    approve(other, actor=reviewer)
    number = page_of(other).rpartition("/")[2]
    assert client.get(f"/submissions/{admitted}/decisions/{number}").status_code == 404
