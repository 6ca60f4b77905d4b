"""The directory of unions: what they are, how many members, what they sent last."""

import re
from datetime import date

import pytest

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.db import db, transaction
from registry.review.operations import approve
from registry.unions import operations, queries
from tests.factories.accounts import make_account, sign_in
from tests.factories.people import make_people
from tests.factories.rosters import OTHER_UNION, UNION, make_clerk, make_roster, send_in
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

LIST = f"/unions/{TOWNSHIP}/unions"


@pytest.fixture
def reviewer(client):
    make_union_tree()
    account = make_account(Role.REVIEWER, TOWNSHIP)
    sign_in(client, account)
    return actor_of(db.session(), account.id)


def row_of(page, code):
    """Return the cells of a union's row, tags left out."""
    rows = re.findall(r"<tr.*?</tr>", page, re.S)
    found = next(row for row in rows if code in row)
    cells = re.findall(r"<t[hd].*?</t[hd]>", found, re.S)
    return [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells]


def declare(code, employees, actor):
    with transaction() as session:
        union = queries.find(session, code)
        operations.declare_headcount(session, union, employees, date(2018, 7, 1), actor=actor)


def test_members_employees_and_the_last_submission_stand_beside_the_name(client, reviewer):
    clerk, people = make_clerk(), make_people(4)
    approve(send_in(make_roster(people[:3]), clerk), actor=reviewer)
    declare(UNION, 7, clerk)
    send_in(make_roster(people[3:]), clerk)
    page = client.get(LIST).text
    assert row_of(page, UNION)[4:7] == ["7", "3", "42.85%"]
    assert row_of(page, UNION)[7].startswith("待审")
    assert row_of(page, OTHER_UNION)[4:8] == ["—", "0", "—", "还没有报送"]
    assert f'href="/unions/{UNION}/members"' in page
    assert f'href="/unions/{UNION}/submissions"' in page
    assert "共 2 家基层工会" in page


def test_more_members_than_employees_is_flagged(client, reviewer):
    clerk = make_clerk()
    approve(send_in(make_roster(make_people(3)), clerk), actor=reviewer)
    declare(UNION, 2, clerk)
    assert "会员多于职工" in client.get(LIST).text


def test_unions_are_searched_by_name_or_code_and_paged_by_code(client, reviewer, monkeypatch):
    found = client.get(f"{LIST}?search=0002公司").text
    assert OTHER_UNION in found
    assert UNION not in found
    assert "没有符合条件" in client.get(f"{LIST}?search=没有的").text
    monkeypatch.setattr("registry.web.unions.PAGE", 1)
    first = client.get(LIST).text
    assert OTHER_UNION not in first
    following = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = client.get(following).text
    assert OTHER_UNION in second
    assert "回到第一页" in second


def test_each_sees_the_own_part_of_the_tree(app, reviewer):
    cases = (
        (Role.CLERK, UNION, {UNION}),
        (Role.AUDITOR, COUNTY, {UNION, OTHER_UNION, "3310830020001", "3310830020002"}),
    )
    for role, place, seen in cases:
        client = app.test_client()
        sign_in(client, make_account(role, place))
        page = client.get(f"/unions/{place}/unions").text
        assert set(re.findall(r"<td[^>]*>(\d{13})</td>", page)) == seen


def test_a_county_picks_one_unit_and_may_follow_to_its_rosters(app, reviewer):
    client = app.test_client()
    sign_in(client, make_account(Role.AUDITOR, COUNTY))
    page = client.get(f"/unions/{COUNTY}/unions?unit=331083002").text
    assert "3310830020001" in page
    assert UNION not in page
    assert "/unions/3310830020001/submissions" in page.partition("<main")[2]


def test_a_unit_of_elsewhere_is_no_filter(client, reviewer):
    page = client.get(f"{LIST}?unit=331083002").text
    assert UNION in page
    assert "3310830020001" not in page
