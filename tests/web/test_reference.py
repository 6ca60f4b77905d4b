"""The reference register on the screen: loading, both work lists, what each role is shown."""

import io
import re

import pytest
from sqlalchemy import select

from registry.access.roles import Role
from registry.db import db
from registry.members.models import Member
from registry.reference.models import ReferencePerson
from registry.review.operations import approve
from tests.factories.accounts import csrf_of, make_account, sign_in
from tests.factories.numbers import spoilt
from tests.factories.people import make_people
from tests.factories.reference import load_base, make_base
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
)
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

PEOPLE = make_people(8)
LOADS = f"/unions/{COUNTY}/reference/loads"


@pytest.fixture
def tree(app):
    make_union_tree()


def at(app, role, place):
    """Return a browser on which somebody of this role is signed in."""
    browser = app.test_client()
    sign_in(browser, make_account(role, place))
    return browser


def words(text):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def send(browser, content, name="参保名单.xlsx", **fields):
    data = {"csrf_token": csrf_of(browser, LOADS), "file": (io.BytesIO(content), name), **fields}
    return browser.post(LOADS, data=data)


def admit(people, union=UNION):
    approve(send_in(make_roster(people), make_clerk(union), union=union), actor=make_reviewer())


def test_the_city_loads_a_workbook_and_sees_what_became_of_each_row(app, tree):
    city = at(app, Role.AUDITOR, COUNTY)
    assert "还没有基础数据" in city.get(f"/unions/{COUNTY}/reference").text
    changes = {1: {"身份证号码": spoilt(PEOPLE[1].number)}, 2: {"工会名称": "没有这家"}}

    answer = send(city, make_base(PEOPLE, changes=changes))

    assert answer.status_code == 303
    page = city.get(answer.headers["Location"]).text
    text = words(page)
    assert "表中共 8 行" in text and "3 行 证件号码校验码不正确" in text
    assert "1 人的单位没有对上" in text
    assert not any(one.number in page or one.mobile in page for one in PEOPLE)
    assert "参保名单.xlsx" in city.get(LOADS).text
    overview = words(city.get(f"/unions/{COUNTY}/reference").text)
    assert "没有这家" in overview and "合计（含没有对上单位的）" in overview
    assert db.session.scalars(select(Member)).all() == []


@pytest.mark.parametrize(
    ("content", "fields", "said"),
    [
        (b"", {}, "是空的"),
        (b"nothing", {}, "不是表格"),
        (make_base(PEOPLE[:1]), {"size": "7"}, "没有传完整"),
        (make_base(PEOPLE[:1]), {"sha256": "0" * 64}, "没有传完整"),
        (make_base(PEOPLE[:1]), {"year": "1987"}, "年度应在"),
        (make_base(PEOPLE[:1]), {"year": "去年"}, "整数"),
    ],
)
def test_a_refused_file_says_why_and_changes_nothing(app, tree, content, fields, said):
    city = at(app, Role.AUDITOR, COUNTY)
    answer = send(city, content, **fields)
    assert answer.status_code == 400
    assert said in answer.text
    assert db.session.scalars(select(ReferencePerson)).all() == []


def test_a_file_has_to_be_chosen(app, tree):
    city = at(app, Role.AUDITOR, COUNTY)
    answer = city.post(LOADS, data={"csrf_token": csrf_of(city, LOADS)})
    assert answer.status_code == 400 and "请先选择基础数据文件" in answer.text


def test_only_the_city_finds_the_page_for_loading(app, tree):
    for role, place, status in (
        (Role.CLERK, UNION, 404),
        (Role.REVIEWER, TOWNSHIP, 404),
        (Role.ADMINISTRATOR, COUNTY, 403),
        (Role.LOG_KEEPER, COUNTY, 403),
    ):
        browser = at(app, role, place)
        assert browser.get(LOADS).status_code == status, role
    city = at(app, Role.AUDITOR, COUNTY)
    assert city.get(f"/unions/{TOWNSHIP}/reference/loads").status_code == 404
    assert city.get(f"{LOADS}/17").status_code == 404


def test_a_clerk_sees_the_own_list_and_takes_it_along(app, tree):
    load_base(PEOPLE[:4], UNION)
    load_base(PEOPLE[4:6], OTHER_UNION)
    admit(PEOPLE[3:6])
    clerk = at(app, Role.CLERK, UNION)
    page = f"/unions/{UNION}/reference"

    text = clerk.get(page).text
    assert [one.full_name in text for one in PEOPLE[:6]] == [True] * 3 + [False] * 3
    assert "下载预填名册（3 人）" in words(text)
    assert not any(one.number in text for one in PEOPLE)
    # Two members stand there under the other union: that is not told.
    other = clerk.get(f"{page}?side=register").text
    assert [one.full_name in other for one in PEOPLE[3:6]] == [False, True, True]
    assert OTHER_UNION not in other

    book = clerk.get(f"{page}/prefilled.xlsx")
    assert book.status_code == 200 and book.headers["X-Content-Type-Options"] == "nosniff"
    assert "基础库里还没有入会的人" in clerk.get("/home").text
    assert clerk.get(f"/unions/{OTHER_UNION}/reference").status_code == 404
    assert clerk.get(f"/unions/{OTHER_UNION}/reference/prefilled.xlsx").status_code == 404


def test_the_unit_sees_its_unions_and_the_city_surnames_only(app, tree):
    load_base(PEOPLE[:4], UNION)
    admit(PEOPLE[2:6])
    unit, city = at(app, Role.REVIEWER, TOWNSHIP), at(app, Role.AUDITOR, COUNTY)
    page = f"/unions/{UNION}/reference"
    assert PEOPLE[0].full_name in unit.get(page).text
    assert PEOPLE[4].full_name in unit.get(f"{page}?side=register").text
    assert unit.get(f"{page}/prefilled.xlsx").status_code == 403
    for address in (page, f"{page}?side=register"):
        text = city.get(address).text
        assert not any(one.full_name in text or one.number in text for one in PEOPLE)
    assert "50.00%" in city.get(f"/unions/{COUNTY}/reference").text
    assert "50.00%" in unit.get(f"/unions/{TOWNSHIP}/reference").text
    assert unit.get(f"/unions/{COUNTY}/reference").status_code == 404


def test_the_reviewer_sees_who_is_known(app, tree):
    other = make_people(1, seed=9)[0]
    load_base(PEOPLE[:2], OTHER_UNION)
    load_base(PEOPLE[2:3], changes={0: {"身份证号码": other.number}})
    number = send_in(make_roster(PEOPLE[:5]), make_clerk())
    unit = at(app, Role.REVIEWER, TOWNSHIP)

    text = words(unit.get(f"/submissions/{number}/review?part=ALL").text)

    assert "待审的 5 人里，医疗互助基础库有 3 人，没有 2 人" in text
    assert text.count("基础库有，号码不同") == 1
    assert len(re.findall(r"基础库有(?! [0-9]|，|的)", text)) == 2


def test_without_a_base_the_review_says_nothing_of_it(app, tree):
    number = send_in(make_roster(PEOPLE[:2]), make_clerk())
    unit = at(app, Role.REVIEWER, TOWNSHIP)
    text = words(unit.get(f"/submissions/{number}/review?part=ALL").text)
    assert "医疗互助基础库有" not in text and "基础库没有" not in text


def test_the_metric_stands_on_the_totals_page(app, tree):
    load_base(PEOPLE[:4])
    admit(PEOPLE[:1])
    city = at(app, Role.AUDITOR, COUNTY)
    assert re.search(
        r"基础数据匹配率 25\.00% 1 4", words(city.get(f"/unions/{COUNTY}/totals").text)
    )


def test_the_lists_turn_pages(app, tree, monkeypatch):
    monkeypatch.setattr("registry.web.reference.PAGE", 3)
    load_base(PEOPLE)
    clerk = at(app, Role.CLERK, UNION)
    page, seen = f"/unions/{UNION}/reference?side=base", []
    while page:
        text = clerk.get(page).text
        seen += [one for one in PEOPLE if one.full_name in text]
        found = re.search(r'rel="next" href="([^"]+)"', text)
        page = found[1].replace("&amp;", "&") if found else ""
    assert seen == PEOPLE
