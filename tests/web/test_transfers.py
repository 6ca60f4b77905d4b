"""The page of transfers: each side sees its own half, and does what is its own to do."""

import re

import pytest
from sqlalchemy import select

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.db import db
from registry.members.models import Transfer
from registry.members.transfers import TransferState
from registry.review.operations import approve
from tests.factories.accounts import csrf_of, make_account, sign_in
from tests.factories.people import make_people
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
)
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

PEOPLE = make_people(3)
FAR_UNION = "3310830020001"
HERE, THERE = f"/unions/{UNION}/transfers", f"/unions/{OTHER_UNION}/transfers"
LOSING_NAME, ASKING_NAME = "试验0001公司工会", "试验0002公司工会"


@pytest.fixture
def asked(client):
    """Three members of the first union, for whom the second asks; returns the asking roster."""
    make_union_tree()
    approve(send_in(make_roster(PEOPLE), make_clerk()), actor=make_reviewer())
    return send_in(make_roster(PEOPLE), make_clerk(OTHER_UNION), union=OTHER_UNION)


def enter(client, role, place):
    if client.get("/home").status_code == 200:
        post(client, "/sign-out", {})
    account = make_account(role, place)
    sign_in(client, account)
    return actor_of(db.session(), account.id)


def post(client, address, fields, *, follow=True):
    data = {"csrf_token": csrf_of(client), **fields}
    return client.post(address, data=data, follow_redirects=follow)


def numbers():
    return list(db.session.scalars(select(Transfer.id).order_by(Transfer.id)))


def states():
    db.session.rollback()
    return [TransferState(one) for one in db.session.scalars(select(Transfer.state))]


def test_the_losing_clerk_sees_who_asks_and_lets_go(client, asked):
    enter(client, Role.CLERK, UNION)
    assert "请求转出的会员" in client.get("/home").text
    page = client.get(HERE).text
    for words in (ASKING_NAME, PEOPLE[0].full_name, "待答复", "同意转出", "不同意"):
        assert words in page
    assert PEOPLE[0].number not in page
    answer = post(client, f"{HERE}/release", {"transfers": numbers(), "desk": "LOSING"})
    assert "已同意转出 3 人" in answer.text
    assert set(states()) == {TransferState.RELEASED}
    assert "没有请求转出的会员" in client.get(HERE).text
    assert "已同意转会" in client.get(f"{HERE}?ended=1").text


def test_the_asking_clerk_learns_nothing_of_the_other_union(client, asked):
    enter(client, Role.CLERK, OTHER_UNION)
    pages = [
        client.get(f"{THERE}?desk=ASKING").text,
        client.get(f"/submissions/{asked}").text,
        client.get("/home").text,
    ]
    assert f"第 {asked} 号报送" in pages[0]
    for page in pages:
        assert LOSING_NAME not in page
        assert UNION not in page


def test_an_objection_reaches_the_asking_clerk_without_its_note(client, asked):
    enter(client, Role.CLERK, UNION)
    wanted = {"transfers": numbers(), "desk": "LOSING"}
    refused = post(client, f"{HERE}/object", wanted, follow=False)
    assert refused.status_code == 400
    assert "请选择不同意转出的原因" in refused.text
    assert set(states()) == {TransferState.ASKED}
    said = {"object-reason": "working", "object-note": "老王还在二车间"}
    post(client, f"{HERE}/object", wanted | said)
    assert set(states()) == {TransferState.OBJECTED}

    enter(client, Role.CLERK, OTHER_UNION)
    home, page = client.get("/home").text, client.get(f"{THERE}?desk=ASKING").text
    assert "转入请求被拒" in home
    assert "此人仍在本单位工作" in page
    assert "老王" not in page
    post(client, f"{THERE}/appeal", {"transfers": numbers(), "desk": "ASKING"})

    enter(client, Role.REVIEWER, TOWNSHIP)
    assert "转会等您裁定" in client.get("/home").text
    desk = f"/unions/{TOWNSHIP}/transfers"
    page = client.get(f"{desk}?desk=SETTLING").text
    assert "老王还在二车间" in page
    assert LOSING_NAME in page
    assert ASKING_NAME in page
    wanted = {"transfers": numbers(), "desk": "SETTLING"}
    assert post(client, f"{desk}/refuse", wanted, follow=False).status_code == 400
    answer = post(client, f"{desk}/refuse", wanted | {"refuse-note": "已到车间核实"})
    assert "已裁定 3 人不转会" in answer.text


def test_the_city_settles_between_units(client, asked):
    number = send_in(make_roster(PEOPLE[:1]), make_clerk(FAR_UNION), union=FAR_UNION)
    enter(client, Role.CLERK, UNION)
    [far] = db.session.scalars(select(Transfer.id).where(Transfer.submission_id == number))
    post(client, f"{HERE}/object", {"transfers": [far], "object-reason": "unsettled"})
    enter(client, Role.CLERK, FAR_UNION)
    post(client, f"/unions/{FAR_UNION}/transfers/appeal", {"transfers": [far]})
    enter(client, Role.AUDITOR, COUNTY)
    desk = f"/unions/{COUNTY}/transfers"
    page = client.get(desk).text
    assert LOSING_NAME in page
    assert PEOPLE[0].full_name not in page  # the county sees surnames
    answer = post(client, f"{desk}/grant", {"transfers": [far], "desk": "SETTLING"})
    assert "已裁定转会 1 人" in answer.text


@pytest.mark.parametrize(
    ("role", "place", "act", "status"),
    [
        (Role.CLERK, OTHER_UNION, "release", 404),
        (Role.CLERK, OTHER_UNION, "object", 404),
        (Role.CLERK, UNION, "grant", 403),
        (Role.AUDITOR, COUNTY, "release", 403),
        (Role.ADMINISTRATOR, COUNTY, "release", 403),
        (Role.REVIEWER, "331083002", "release", 404),
    ],
)
def test_nobody_does_what_is_not_theirs(client, asked, role, place, act, status):
    enter(client, role, place)
    answer = post(client, f"{HERE}/{act}", {"transfers": numbers()}, follow=False)
    assert answer.status_code == status
    assert set(states()) == {TransferState.ASKED}


def test_a_number_of_another_union_is_not_found(client, asked):
    far = "3310830020002"
    enter(client, Role.CLERK, FAR_UNION)
    address = f"/unions/{FAR_UNION}/transfers/release"
    answer = post(client, address, {"transfers": numbers()}, follow=False)
    assert answer.status_code == 404
    assert far not in answer.text
    assert set(states()) == {TransferState.ASKED}


def test_nothing_chosen_is_said(client, asked):
    enter(client, Role.CLERK, UNION)
    assert "请先勾选要办理的人" in post(client, f"{HERE}/release", {}).text


def test_the_pages_follow_one_another(client, asked, monkeypatch):
    monkeypatch.setattr("registry.web.transfers.PAGE", 1)
    enter(client, Role.CLERK, UNION)
    seen, address = [], HERE
    while address:
        page = client.get(address).text
        seen += re.findall(r'name="transfers" value="(\d+)"', page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found[1].replace("&amp;", "&") if found else ""
    assert seen == [str(number) for number in numbers()]


def test_all_of_a_kind_are_answered_at_once_however_many(client, asked, monkeypatch):
    monkeypatch.setattr("registry.web.transfers.PAGE", 1)
    monkeypatch.setattr("registry.review.transferring.MOST_AT_ONCE", 2)
    enter(client, Role.CLERK, UNION)
    assert "选中这一类全部 3 人" in client.get(HERE).text
    answer = post(client, f"{HERE}/release", {"whole": "1", "desk": "LOSING"})
    assert "已同意转出 3 人" in answer.text
    assert set(states()) == {TransferState.RELEASED}
