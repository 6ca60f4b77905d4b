"""The totals' pages: every figure, its parts, its past, its file; and the recount."""

import csv
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from registry.access.roles import Role
from registry.clock import today
from registry.db import db, transaction
from registry.members.models import Tally
from registry.review.operations import approve
from registry.submissions.operations import submit
from registry.submissions.states import Kind
from registry.totals.metrics import METRIC_LABELS
from registry.trail.queries import entries
from registry.unions.models import TradeUnion
from tests.factories.accounts import make_account, post, sign_in
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
from tests.factories.statements import counted_statements
from tests.factories.unions import COUNTY, TOWNSHIP, make_union, make_union_tree

PAGE = f"/unions/{COUNTY}/totals"
RECONCILE = f"/unions/{COUNTY}/reconcile"


@pytest.fixture
def city(app, client):
    """The city admin's browser: one union of 4 employees with 3 members, one of 5 pending."""
    make_union_tree()
    clerk = make_clerk()
    number = take_in(make_roster(make_people(3)), clerk, kind=Kind.FULL)
    submit(number, actor=clerk, employees=4)
    approve(number, actor=make_reviewer())
    send_in(make_roster(make_people(5, 2)), make_clerk(OTHER_UNION), union=OTHER_UNION)
    sign_in(client, make_account(Role.AUDITOR, COUNTY))
    return client


def test_the_page_says_all_figures_and_every_metric(city):
    text = city.get(PAGE).text

    assert "75.00%" in text
    for label in METRIC_LABELS.values():
        assert label in text
    assert "尚无数据" in text
    assert "合计" in text
    assert f'href="/unions/{TOWNSHIP}/totals"' in text


def test_it_goes_down_to_the_union_and_its_members(city):
    township = city.get(f"/unions/{TOWNSHIP}/totals").text
    assert f'href="/unions/{UNION}/totals"' in township
    union = city.get(f"/unions/{UNION}/totals").text
    assert f'href="/unions/{UNION}/people?state=ACTIVE"' in union


def test_a_past_day_is_kept_on_the_way_down(city):
    day = (today() - timedelta(days=1)).isoformat()
    text = city.get(PAGE, query_string={"on": day}).text
    assert "75.00%" not in text
    assert f'href="/unions/{TOWNSHIP}/totals?on={day}"' in text


@pytest.mark.parametrize("day", ["2999-01-01", "gestern", "2018-02-30", "0001-01-01"])
def test_a_day_that_cannot_be_is_today_and_said(city, day):
    text = city.get(PAGE, query_string={"on": day}).text
    assert "已按今天显示" in text
    assert "75.00%" in text


def test_more_members_than_employees_is_flagged(city):
    clerk = make_clerk()
    number = take_in(make_roster(make_people(4)), clerk, kind=Kind.FULL)
    submit(number, actor=clerk, employees=2)
    text = city.get(PAGE).text
    assert "会员多于职工" in text
    assert "150.00%" in text


def test_members_without_a_declared_headcount_are_said(city):
    approve(
        send_in(make_roster(make_people(1, 5)), make_clerk(OTHER_UNION), union=OTHER_UNION),
        actor=make_reviewer(),
    )
    text = city.get(PAGE).text
    assert "没有申报职工人数" in text


def test_the_file_is_text_with_a_mark_and_no_formula(city):
    make_union("3310830030001", name="=1+1公司工会")
    make_union("3310830030002", name="＋1公司工会")
    answer = post(city, "/unions/331083003/totals.csv", PAGE, on=today().isoformat())

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.data.startswith("\ufeff".encode())
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row[2] for row in rows] == ["单位", "'=1+1公司工会", "'＋1公司工会", "合计"]
    (entry,) = entries(db.session(), COUNTY, action="totals.export")
    assert entry.detail == {"on": today().isoformat(), "rows": 2}


def test_the_file_has_the_figures_of_the_page(city):
    answer = post(city, f"/unions/{COUNTY}/totals.csv", PAGE, on=today().isoformat())
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    members = rows[0].index("在会会员")
    assert [row[members] for row in rows[1:]] == ["3", "0", "3"]
    rate = rows[0].index("入会率（%）")
    assert rows[-1][rate : rate + 3] == ["75.00", "3", "4"]


def test_others_see_their_own_place(app, client):
    make_union_tree()
    sign_in(client, make_account(Role.CLERK, UNION))
    assert client.get(f"/unions/{UNION}/totals").status_code == 200
    assert client.get(f"/unions/{TOWNSHIP}/totals").status_code == 404
    assert post(client, PAGE + ".csv", f"/unions/{UNION}/totals").status_code == 404
    assert client.get(f"/unions/{UNION}/reconcile").status_code == 403


def test_recounting_says_that_all_agrees_and_stands_on_the_trail(city):
    assert "还没有核对过" in city.get(RECONCILE).text
    answer = post(city, RECONCILE, RECONCILE)
    assert answer.status_code == 303
    text = city.get(RECONCILE).text
    assert "完全一致" in text
    (entry,) = entries(db.session(), COUNTY, action="totals.reconcile")
    assert entry.detail == {"checked": 3, "differences": 0, "first": []}
    assert "已核对的会员" in city.get("/home").text


def test_a_difference_is_listed_and_waits_on_the_first_page(city):
    with transaction() as session:
        session.execute(update(Tally).where(Tally.union_code == UNION).values(active=7))
    post(city, RECONCILE, RECONCILE)

    text = city.get(RECONCILE).text
    assert "汇总数与会员不一致" in text
    assert UNION in text
    home = city.get("/home").text
    assert home.index("汇总数与会员不一致") < home.index("在会会员")


def test_the_first_page_counts_unions_without_any_roster(city):
    text = city.get("/home").text
    assert "有事没办的基层工会" in text
    assert "汇总数该核对了" in text


@pytest.mark.parametrize("asked", ["", "?by=kind", "?by=union&only=covered", "?by=union&kind=1"])
def test_each_number_leads_to_as_many(city, asked):
    with transaction() as session:
        session.execute(update(TradeUnion).where(TradeUnion.code == UNION).values(kind="1"))
    text = city.get(f"/unions/{COUNTY}/totals{asked}").text
    table = text[text.index("figure-table") : text.index("各项指标")]
    cells = re.findall(r'<td class="number"><a href="([^"]+)">([\d,]+)</a>', table)
    assert cells
    for href, number in {(href, number) for href, number in cells if "only=" in href}:
        what = re.search("only=([a-z_]+)", href)[1]
        column = {"formed": 2, "should": 1, "covered": 4, "employees": 5, "pending": 9}[what]
        answer = city.get(href.replace("&amp;", "&")).text
        line = answer[answer.index('<tr class="total">') :]
        told = re.findall(r"<t[hd][^>]*>(?:<a[^>]*>)?([^<]*)", line)[column]
        assert told == number
    for href, number in {(href, number) for href, number in cells if "/people" in href}:
        assert f"共 <strong>{number}</strong> 人" in city.get(href.replace("&amp;", "&")).text


def test_more_unions_ask_no_more_questions(city):
    with counted_statements() as few:
        city.get(PAGE)
    for number in range(4, 9):
        make_union(f"33108300{number}0001")
    with counted_statements() as many:
        city.get(PAGE)
    assert many.count == few.count


def test_what_differs_is_put_right_for_a_reason(city):
    with transaction() as session:
        session.execute(update(Tally).where(Tally.union_code == UNION).values(active=7))
    post(city, RECONCILE, RECONCILE)
    page = f"/unions/{COUNTY}/repair"

    answer = post(city, page, RECONCILE, reason=" ")
    assert (answer.status_code, "请写明改正的原因" in answer.text) == (400, True)
    assert post(city, page, RECONCILE, reason="断电后恢复").status_code == 303

    text = city.get(RECONCILE).text
    assert "已按清点的结果改正 1 处" in text
    assert "完全一致" in text
    (entry,) = entries(db.session(), COUNTY, action="totals.repair")
    assert (entry.detail["reason"], entry.detail["left"]) == ("断电后恢复", 0)
