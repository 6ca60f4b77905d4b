"""The pages of the composition: numbers lead to lists of as many; others' places do not exist."""

import re

import pytest

from registry.access.roles import Role
from registry.review.operations import approve
from tests.factories.accounts import make_account, sign_in
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_reviewer, make_roster, send_in
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

PAGE = f"/unions/{COUNTY}/structure"


@pytest.fixture
def city(app, client):
    """A city admin's browser; the first union has seven members."""
    make_union_tree()
    approve(send_in(make_roster(make_people(7)), make_clerk()), actor=make_reviewer())
    sign_in(client, make_account(Role.AUDITOR, COUNTY))
    return client


def numbers_of(text):
    """Return the addresses and numbers of the table's cells."""
    cells = re.findall(r'<td class="number"><a href="([^"]+)">([\d,]+)</a>', text)
    return [(href.replace("&amp;", "&"), int(number.replace(",", ""))) for href, number in cells]


@pytest.mark.parametrize("by", ["part", "union", "kind", "age"])
def test_each_number_leads_to_as_many(city, by):
    cells = numbers_of(city.get(f"{PAGE}?by={by}&across=sex").text)
    assert len(cells) >= 4
    for href, number in cells:
        text = city.get(href).text
        assert f"共 <strong>{number}</strong> 人" in text
        assert len(re.findall(r'<th scope="row" class="nowrap"><a', text)) == number


def test_the_list_tells_who_approved_and_from_which_row(city):
    text = city.get(f"/unions/{TOWNSHIP}/people?approvers=1").text
    assert "审核人" in text
    row = re.search(r'href="(/submissions/\d+\?rows=APPROVED&amp;after=\d+)"', text)
    answer = city.get(row[1].replace("&amp;", "&"))
    assert answer.status_code == 200
    member = re.search(rf'href="(/unions/{UNION}/members/\d+)"', answer.text)
    assert city.get(member[1]).status_code == 200


def test_nobody_is_there_before_the_first(city):
    text = city.get(f"{PAGE}?on=2018-03-31").text
    assert "没有符合条件的会员" in text
    assert "没有符合条件的会员" in city.get(f"/unions/{COUNTY}/people?on=2018-03-31").text


def test_what_cannot_be_meant_is_left_aside(city):
    query = "?by=shoes&across=sex&on=someday&sex=7&skip=x&state=ENDED"
    assert "日期没有看懂" in city.get(PAGE + query).text
    assert "共 <strong>7</strong> 人" in city.get(f"/unions/{COUNTY}/people{query}").text


def test_names_and_numbers_are_masked(city):
    text = city.get(f"/unions/{COUNTY}/people").text
    for person in make_people(7):
        assert person.full_name not in text
        assert person.number not in text
        assert person.number[6:14] not in text


def test_others_see_their_own_place(app, client):
    make_union_tree()
    sign_in(client, make_account(Role.CLERK, UNION))
    for page in ("structure", "people"):
        assert client.get(f"/unions/{UNION}/{page}").status_code == 200
        assert client.get(f"/unions/{TOWNSHIP}/{page}").status_code == 404


def test_the_keepers_of_accounts_see_no_people(app, client):
    make_union_tree()
    sign_in(client, make_account(Role.ADMINISTRATOR, COUNTY))
    assert client.get(PAGE).status_code == 403
    assert client.get(f"/unions/{COUNTY}/people").status_code == 403
