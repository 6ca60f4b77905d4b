"""What came back, by reason, rule and union."""

from datetime import timedelta

import pytest

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.clock import today
from registry.db import db
from registry.review.operations import approve, reject, send_back
from registry.review.queries import decisions
from registry.review.returns import Period, by_rule, listed, returns
from registry.review.revoking import revoke
from registry.submissions import queries
from registry.unions.queries import find
from tests.factories.accounts import make_account, sign_in
from tests.factories.people import make_people
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
)
from tests.factories.unions import TOWNSHIP, make_union_tree

PEOPLE = make_people(8)
PAGE = f"/unions/{TOWNSHIP}/returns"


def send_back_some(reviewer):
    """Two unions: of one two rows sent back and one rejected, of the other one taken back."""
    number = send_in(make_roster(PEOPLE[:5], {0: {"mobile": ""}}), make_clerk())
    send_back(number, actor=reviewer, rows=[2, 3], reason="wrong_data", note="请补手机号")
    reject(number, actor=reviewer, rows=[4], reason="not_employee")
    other = send_in(make_roster(PEOPLE[5:]), make_clerk(OTHER_UNION), union=OTHER_UNION)
    approve(other, actor=reviewer)
    (decision,) = decisions(db.session(), queries.find(db.session(), other))
    why = {"reason": "wrong_data", "note": "回访不属实"}
    revoke(other, decision.id, actor=reviewer, rows=[2], **why)


def test_rows_are_counted_by_reason_rule_and_union(register):
    send_back_some(make_reviewer())
    session, place = db.session(), find(db.session(), TOWNSHIP)
    period = Period(today(), today())
    found = returns(session, place, period)
    assert found.total == 4
    assert {reason: dict(counts) for reason, counts in found.by_reason.items()} == {
        "wrong_data": {"SEND_BACK": 2, "REVOKE": 1},
        "not_employee": {"REJECT": 1},
    }
    assert {code: dict(counts) for code, counts in found.by_union.items()} == {
        UNION: {"wrong_data": 2, "not_employee": 1},
        OTHER_UNION: {"wrong_data": 1},
    }
    assert sum(by_rule(session, place, period).values()) == 1
    union = find(session, UNION)
    assert [one.row_count for one in listed(session, union, period)] == [1, 2]
    yesterday = today() - timedelta(days=1)
    assert returns(session, place, Period(yesterday, yesterday)).total == 0
    assert returns(session, find(session, "331083002"), period).total == 0


@pytest.fixture
def reviewer(client):
    make_union_tree()
    account = make_account(Role.REVIEWER, TOWNSHIP)
    sign_in(client, account)
    return actor_of(db.session(), account.id)


def test_the_unit_sees_what_to_teach_and_each_time(client, reviewer):
    assert "这段时间没有退回的人" in client.get(PAGE).text
    send_back_some(reviewer)
    page = client.get(PAGE).text
    for words in ("共 4 人次", "信息有误", "非本单位职工", "试验0001公司工会"):
        assert words in page
    page = client.get(f"/unions/{UNION}/returns").text
    assert "信息有误：请补手机号" in page
    assert "共 3 人次" in page
    past = "first=2018-01-01&last=2018-12-31"
    assert "这段时间没有退回的人" in client.get(f"{PAGE}?{past}").text


@pytest.mark.parametrize(
    "asked",
    [
        "first=x&last=y",
        "first=2026-02-01&last=2026-01-01",
        "last=9999-12-31",
        "last=0001-01-05",
        "first=0001-01-01",
    ],
)
def test_a_period_that_is_none_is_no_fault(client, reviewer, asked):
    assert client.get(f"{PAGE}?{asked}").status_code == 200


def test_others_do_not_see_it(client, reviewer):
    for role, place, status in ((Role.REVIEWER, "331083002", 404), (Role.CLERK, UNION, 404)):
        other = client.application.test_client()
        sign_in(other, make_account(role, place))
        assert other.get(PAGE).status_code == status
    clerk = client.application.test_client()
    sign_in(clerk, make_account(Role.CLERK, UNION))
    assert clerk.get(f"/unions/{UNION}/returns").status_code == 403
