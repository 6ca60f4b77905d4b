"""The sample's page: drawn, called, and no number in full."""

import re

import pytest

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.db import db
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_roster, send_in, take_in
from tests.factories.unions import TOWNSHIP, make_union_tree

PEOPLE = make_people(12)


@pytest.fixture
def reviewer(client):
    make_union_tree()
    account = make_account(Role.REVIEWER, TOWNSHIP, name="reviewer", display_name="王审核")
    sign_in(client, account)
    return actor_of(db.session(), account.id)


@pytest.fixture
def sent(reviewer):
    return send_in(make_roster(PEOPLE), make_clerk())


def draw(client, number):
    page = f"/submissions/{number}/sample"
    assert post(client, page, page=page).status_code == 303
    return [int(row) for row in re.findall(r'id="row-(\d+)"', client.get(page).text)]


def keep(client, number, row, result, note=""):
    page = f"/submissions/{number}/sample"
    return post(client, f"{page}/rows/{row}", page=page, result=result, note=note)


def test_a_sample_is_drawn_and_its_outcome_stands_on_the_roster(client, sent):
    assert "抽取 10 人（待审 12 人）" in client.get(f"/submissions/{sent}/sample").text
    rows = draw(client, sent)
    assert len(rows) == 10
    assert keep(client, sent, rows[0], "TRUE").status_code == 303
    assert keep(client, sent, rows[1], "FALSE", "没有入会").status_code == 303
    for page in (f"/submissions/{sent}/review", f"/submissions/{sent}"):
        text = client.get(page).text
        assert "抽样回访 10 人：<strong>1</strong> 人属实" in text
        assert "1 人不属实" in text
    page = client.get(f"/submissions/{sent}/sample").text
    assert "没有入会" in page
    for person in PEOPLE:
        assert person.mobile not in page
        assert person.number not in page


@pytest.mark.parametrize(
    ("result", "note", "said"),
    [
        ("FALSE", "", "请写明哪里不属实"),
        ("TRUE", "13812345678", "不要写手机号"),
        ("PERHAPS", "", "请选择回访结果"),
    ],
)
def test_what_cannot_be_kept_is_said_beside_its_row(client, sent, result, note, said):
    (row, *_) = draw(client, sent)
    answer = keep(client, sent, row, result, note)
    assert answer.status_code == 400
    assert said in answer.text
    assert "还有 10 人没有回访" in client.get(f"/submissions/{sent}/sample").text


def test_drafts_and_other_places_have_no_sample(client, sent):
    clerk = make_clerk()
    draft = take_in(make_roster(make_people(2, seed=3)), clerk)
    assert client.get(f"/submissions/{draft}/sample").status_code == 404
    for role, place, status in ((Role.REVIEWER, "331083002", 404), (Role.CLERK, UNION, 403)):
        other = client.application.test_client()
        sign_in(other, make_account(role, place))
        assert other.get(f"/submissions/{sent}/sample").status_code == status
        assert post(other, f"/submissions/{sent}/sample").status_code == status
