"""A union's page and the acts on it, and the lists of a period, as they are seen and sent."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.clock import today
from registry.db import db
from registry.review.operations import approve
from registry.unions import history, queries
from registry.unions.book import COLUMNS
from registry.unions.employers import cover
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.clerk_desk import acts
from tests.factories.people import make_people
from tests.factories.register import DAY, FORMED, NAME, formed, listed
from tests.factories.rosters import OTHER_UNION, UNION, make_clerk, make_roster, send_in, take_in
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

NEW, LIST = f"/unions/{TOWNSHIP}/unions/new", f"/unions/{TOWNSHIP}/unions"
PAGE = f"/unions/{UNION}/profile"
FAR_TOWNSHIP = "331083002"


@pytest.fixture
def reviewer(client):
    """The unit's reviewer, signed in."""
    make_union_tree()
    account = make_account(Role.REVIEWER, TOWNSHIP)
    sign_in(client, account)
    return actor_of(db.session(), account.id)


@pytest.fixture
def city(app):
    """The city admin's browser, on the same tree."""
    make_union_tree()
    client = app.test_client()
    sign_in(client, make_account(Role.AUDITOR, COUNTY))
    return client


def do(client, code, act, **fields):
    page = f"/unions/{code}/profile/{act}"
    return post(client, page, page if client.get(page).status_code == 200 else "/home", **fields)


def test_from_the_list_to_a_founded_union_on_the_screen(client, reviewer):
    answer = post(client, NEW, NEW, unit=TOWNSHIP, name=NAME, state="unformed")
    code = re.search(r"/unions/(\d{13})/profile", answer.headers["Location"])[1]
    assert "未建" in client.get(answer.headers["Location"]).text
    assert do(client, code, "prepare", on="2018-03-01").status_code == 303
    answer = do(
        client,
        code,
        "found",
        on="2018-05-04",
        term_ends_on="2023-05-03",
        chair="叶某某",
        note="玉总工〔2018〕3号",
    )
    assert answer.status_code == 303
    page = client.get(f"/unions/{code}/profile").text
    for text in ("正常", "任期已经届满", "依据：玉总工〔2018〕3号", "状态：筹备 → 正常", "叶某某"):
        assert text in page
    assert "/profile/prepare" not in page
    directory = client.get(LIST).text
    assert code in directory
    assert "换届到期的工会" in client.get("/home").text


def test_the_directory_counts_and_narrows(client, reviewer):
    waits = listed(reviewer)
    page = client.get(LIST).text
    cards = re.findall(r"number-value[^>]*>([\d,]+)<", page)
    assert cards[:4] == ["3", "2", "1", "0"]
    for state, seen in (("not_yet", {waits}), ("active", {UNION, OTHER_UNION}), ("due", set())):
        page = client.get(f"{LIST}?state={state}").text
        assert set(re.findall(r"<td[^>]*>(\d{13})</td>", page)) == seen
    assert "没有符合条件" in client.get(f"{LIST}?kind=2").text


def test_a_refusal_stands_at_its_field_and_what_was_typed_stays(client, reviewer):
    answer = post(client, NEW, NEW, unit=TOWNSHIP, name="试验0001公司工会", state="unformed")
    assert answer.status_code == 400
    assert "本市已有同名的工会" in answer.text
    assert 'value="试验0001公司工会"' in answer.text
    answer = post(client, NEW, NEW, unit=FAR_TOWNSHIP, name=NAME, state="unformed")
    assert answer.status_code == 400, "no unit of this reviewer"
    answer = do(client, UNION, "change", credit_code="91350100M000100Y44")
    assert (answer.status_code, "末位应为 3" in answer.text) == (400, True)
    answer = do(client, UNION, "elect", on=(today() + DAY).isoformat(), term_ends_on="2030-01-01")
    assert (answer.status_code, "不能晚于今天" in answer.text) == (400, True)
    assert history.events(db.session(), COUNTY, UNION) == []


def test_a_new_name_leaves_the_former_one_on_the_page(client, reviewer):
    do(client, UNION, "rename", name="试验新名公司工会", on="")
    page = client.get(PAGE).text
    assert "曾用名：试验0001公司工会" in page
    assert "日期未填" in page
    assert "名称：试验0001公司工会 → 试验新名公司工会" in page


def test_what_is_open_is_said_with_the_way_there(client, reviewer):
    clerk, people = make_clerk(), make_people(3)
    approve(send_in(make_roster(people[:2]), clerk), actor=reviewer)
    take_in(make_roster(people[2:]), clerk)
    page = client.get(f"{PAGE}/dissolve").text
    assert f'<a href="/unions/{UNION}/members">在册会员（含保留会籍） 2 人</a>' in page
    assert f'<a href="/unions/{UNION}/submissions">没有提交的草稿 1 份</a>' in page
    assert 'name="on"' not in page
    answer = do(client, UNION, "dissolve", on=today().isoformat())
    assert "办结以后才能撤销" in client.get(answer.headers["Location"]).text
    assert queries.find(db.session(), UNION).is_formed


def test_a_union_is_dissolved_and_offers_nothing_more(client, reviewer):
    do(client, UNION, "dissolve", on=today().isoformat())
    page = client.get(PAGE).text
    assert "撤销" in page
    assert "/profile/" not in page.partition("<main")[2]
    assert client.get(f"{PAGE}/rename").status_code == 303


def test_a_joint_union_takes_employers_in_and_out(client, reviewer):
    code = formed(reviewer, kind="2")
    page = f"/unions/{code}/profile"
    add = f"{page}/employers"
    assert post(client, add, page, name="试验阀门厂").status_code == 303
    answer = post(client, add, page, name="试验阀门厂")
    assert (answer.status_code, "已经在列" in answer.text) == (400, True)
    post(client, f"{add}/1/remove", page)
    text = client.get(page).text
    assert "还没有登记覆盖单位" in text
    assert "移除覆盖单位" in text


def test_only_the_city_moves_a_union_and_the_unit_sees_it_no_more(client, reviewer, city):
    assert "/profile/move" not in client.get(PAGE).text
    assert "/profile/move" in city.get(PAGE).text
    assert do(city, UNION, "move", unit=FAR_TOWNSHIP).status_code == 303
    assert client.get(PAGE).status_code == 404
    assert (
        f"上级工会：试验{TOWNSHIP[-4:]}镇工会 → 试验{FAR_TOWNSHIP[-4:]}镇工会"
        in city.get(PAGE).text
    )


def test_no_unit_is_chosen_beforehand(city):
    page = f"/unions/{COUNTY}/unions/new"
    assert '<option value="">请选择</option>' in city.get(page).text
    answer = post(city, page, page, unit="", name=NAME, state="unformed")
    assert (answer.status_code, "请选择上级工会" in answer.text) == (400, True)


def test_a_clerk_reads_the_own_page_and_changes_nothing(app, reviewer):
    client = app.test_client()
    sign_in(client, make_account(Role.CLERK, UNION))
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "/profile/" not in page.text.partition("<main")[2]
    assert client.get(f"{PAGE}/rename").status_code == 403
    assert client.get(f"/unions/{OTHER_UNION}/profile").status_code == 404
    assert client.get(f"{PAGE}/burn").status_code == 403


def test_an_act_that_is_none_is_not_found(client, reviewer):
    assert client.get(f"{PAGE}/burn").status_code == 404
    assert post(client, f"{PAGE}/register", PAGE).status_code == 404


def test_the_count_above_each_list_is_that_of_the_list(client, reviewer, monkeypatch):
    for number in (1, 2):
        formed(reviewer, name=f"新建{number}工会", on=today())
    first = (today() - timedelta(days=2)).isoformat()
    here = f"/unions/{TOWNSHIP}/unions/changes?from={first}&to={today().isoformat()}"
    page = client.get(here).text
    assert re.findall(r"新建\d工会", page.partition("<main")[2]) == ["新建1工会", "新建2工会"]
    assert "共 <strong>2</strong> 家" in page
    assert re.findall(r"<dd[^>]*>(\d+)</dd>", page)[:4] == ["2", "2", "0", "4"]
    monkeypatch.setattr("registry.web.union_changes.PAGE", 1)
    following = re.search(r'rel="next" href="([^"]+)"', client.get(here).text)[1]
    assert "新建2工会" in client.get(following.replace("&amp;", "&")).text
    assert "这段时间没有撤销的工会" in client.get(f"{here}&list=DISSOLVED").text


@pytest.mark.parametrize(
    "period",
    ["from=gestern&to=x", "from=2999-01-01&to=2999-02-01", "from=2018-02-01&to=2018-01-01"],
)
def test_a_period_that_cannot_be_is_this_year_and_said(client, reviewer, period):
    page = client.get(f"/unions/{TOWNSHIP}/unions/changes?{period}").text
    assert "已按今年显示" in page


def test_the_county_sees_the_units_side_by_side(city, reviewer):
    formed(reviewer, on=today())
    page = city.get(f"/unions/{COUNTY}/unions/changes").text
    assert f'href="/unions/{TOWNSHIP}/unions/changes' in page
    assert "合计" in page


def test_a_union_goes_into_another_as_the_page_foretold(client, reviewer):
    clerk, people = make_clerk(), make_people(3)
    approve(send_in(make_roster(people[:2]), clerk), actor=reviewer)
    send_in(make_roster(people[2:]), clerk)
    assert f"{PAGE}/merge" in client.get(f"{PAGE}/dissolve").text
    page = client.get(f"{PAGE}/merge").text
    assert re.findall(r"<dt>(.*?)</dt>\s*<dd[^>]*>(\d+)", page)[:2] == [
        ("在会会员", "2"),
        ("待审报送", "1"),
    ]
    told = {"into": OTHER_UNION, "on": today().isoformat()}
    answer = do(client, UNION, "merge", **told, seen=1)
    assert "什么都没有改" in client.get(answer.headers["Location"]).text
    assert do(client, UNION, "merge", **told, seen=2, note="玉总工〔2018〕9号").status_code == 303
    for code, other in ((UNION, "试验0002公司工会"), (OTHER_UNION, "试验0001公司工会")):
        page = client.get(f"/unions/{code}/profile").text
        for text in (f"对方工会：{other}", "在会会员：2", "待审报送：1", "依据：玉总工"):
            assert text in page
    assert "并入其他工会" in client.get(PAGE).text
    assert f"{PAGE}/merge" not in client.get(PAGE).text


def test_members_are_split_off_by_where_they_work_or_one_by_one(client, reviewer):
    people = make_people(3)
    works = {place: {"employer_name": "试验一厂"} for place in (0, 1)}
    works[2] = {"employer_name": "试验二厂"}
    approve(send_in(make_roster(people, works), make_clerk()), actor=reviewer)
    page = client.get(f"{PAGE}/split").text
    assert "试验一厂（2 人）" in page
    assert people[0].number not in page
    numbers = re.findall(r'name="members" value="(\d+)"', page)
    assert len(numbers) == 2
    told = {"into": OTHER_UNION, "on": today().isoformat()}
    assert "请先选择" in do(client, UNION, "split", **told).text
    assert do(client, UNION, "split", **told, members=numbers[0]).status_code == 303
    answer = do(client, UNION, "split", **told, employer="试验二厂", whole="1")
    assert "已分出 1 人" in client.get(answer.headers["Location"]).text
    assert "试验一厂（1 人）" in client.get(f"{PAGE}/split").text
    page = client.get(f"/unions/{OTHER_UNION}/profile").text
    assert page.count("接收会员") == 2


def test_the_register_leaves_as_a_workbook_in_which_no_cell_can_run(client, reviewer):
    joint = formed(reviewer, name="=试验联合工会", kind="2")
    cover(joint, "试验一厂", "91350100M000100Y43", actor=reviewer)
    cover(joint, "试验二厂", actor=reviewer)
    waits = listed(reviewer)
    assert f"{LIST}/file" in client.get(LIST).text
    sheet = load_workbook(BytesIO(client.get(f"{LIST}/file").data)).active
    head, *rows = ([cell.value for cell in row] for row in sheet.iter_rows(max_col=17))
    assert head == [column.label for column in COLUMNS]
    told = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    assert told.keys() == {UNION, OTHER_UNION, joint, waits}
    assert told[joint]["工会名称"] == "=试验联合工会"
    assert sheet.cell(2 + list(told).index(joint), 2).data_type == "s"
    assert told[joint]["覆盖单位"] == "试验一厂（91350100M000100Y43）；试验二厂"
    assert (told[joint]["状态"], told[joint]["建会日期"]) == ("正常", FORMED.isoformat())
    assert (told[waits]["状态"], told[waits]["列入应建日期"]) == ("未建", today().isoformat())
    assert acts("union.export")[0].detail["unions"] == 4
