"""Whom to remind: every union that something waits for, in words without any person's data."""

from datetime import timedelta

import pytest

from registry.access.roles import Role
from registry.clock import now
from registry.review.operations import approve, send_back
from tests.factories.accounts import make_account, sign_in
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
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

PEOPLE = make_people(3)
PAGE = f"/unions/{TOWNSHIP}/reminders"


@pytest.fixture
def unit(client):
    make_union_tree()
    sign_in(client, make_account(Role.REVIEWER, TOWNSHIP))


def test_who_never_sent_a_roster_is_reminded_until_one_is_sent(client, unit):
    page = client.get(PAGE).text
    assert "【试验0001公司工会】您好：还没有报送会员花名册" in page
    send_in(make_roster(PEOPLE), make_clerk())
    page = client.get(PAGE).text
    assert "【试验0001公司工会】" not in page
    assert "【试验0002公司工会】" in page


def test_what_waits_is_counted(client, unit, monkeypatch):
    clerk, reviewer = make_clerk(), make_reviewer()
    number = send_in(make_roster(PEOPLE), clerk)
    send_back(number, actor=reviewer, rows=[2], reason="wrong_data")
    approve(number, actor=reviewer)
    take_in(make_roster(PEOPLE[1:2]), clerk)
    send_in(make_roster(PEOPLE[1:]), make_clerk(OTHER_UNION), union=OTHER_UNION)
    page = client.get(PAGE).text
    assert "有 1 份名册的行待改正，改好请重新提交" in page
    assert "有 1 份名册上传后还没有提交" in page
    assert "有 2 人别的工会请求转出，待您答复。" in page
    set_clock(monkeypatch, now() + timedelta(days=16))
    sign_in(client, make_account(Role.REVIEWER, TOWNSHIP))
    assert "待您答复，其中 2 人已过期限" in client.get(PAGE).text
    for person in PEOPLE:
        assert person.full_name not in page
        assert person.number[:6] not in page


def test_only_ones_own_unions(client, unit):
    make_clerk("3310830020001")
    assert "3310830020001" not in client.get(PAGE).text
    assert client.get("/unions/331083002/reminders").status_code == 404
    assert client.get(f"/unions/{COUNTY}/reminders").status_code == 404


def test_a_clerk_reminds_nobody(client):
    make_union_tree()
    sign_in(client, make_account(Role.CLERK, UNION))
    assert client.get(f"/unions/{UNION}/reminders").status_code == 403
