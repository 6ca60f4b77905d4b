"""A list of unions on the screen: sent, looked at, applied, the rest brought back."""

import io
import re

import pytest

from registry.access.roles import Role
from registry.db import db
from registry.unions import queries
from tests.factories.accounts import csrf_of, make_account, sign_in
from tests.factories.rosters import UNION
from tests.factories.union_lists import sheet
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

IMPORTS = f"/unions/{TOWNSHIP}/unions/imports"
LIST = sheet(
    "工会代码 工会名称 状态 建会日期 类型 主席",
    [UNION, "改名公司工会", "正常", "", "", ""],
    ["", "新公司工会", "正常", "2018-05-04", "独立", "叶某某"],
    ["", "", "筹备", "昨天", "", ""],
    [f"{TOWNSHIP}0002", "", "", "", "", ""],
)


def at(app, role, place):
    """Return a browser on which somebody of this role is signed in."""
    browser = app.test_client()
    sign_in(browser, make_account(role, place))
    return browser


def words(text):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def send(browser, content, **fields):
    form = {"csrf_token": csrf_of(browser, IMPORTS), "file": (io.BytesIO(content), "名单.xlsx")}
    return browser.post(IMPORTS, data=form | fields)


@pytest.fixture
def reviewer(app):
    """The browser of the unit's reviewer."""
    make_union_tree()
    return at(app, Role.REVIEWER, TOWNSHIP)


def test_a_list_is_shown_applied_and_the_rest_taken_back(reviewer):
    assert "还没有上传过" in reviewer.get(IMPORTS).text
    directory = reviewer.get(f"/unions/{TOWNSHIP}/unions").text
    assert f'href="{IMPORTS}"' in directory
    for content, fields, said in (
        (b"", {}, "是空的"),
        (LIST, {"size": "7"}, "没有传完整"),
        (sheet("姓名 性别 证件号码", ["甲", "男", "1"]), {}, "没有找到表头"),
    ):
        refused = send(reviewer, content, **fields)
        assert refused.status_code == 400 and said in refused.text

    page = send(reviewer, LIST).headers["Location"]
    text = words(reviewer.get(page).text)
    assert "表中共 4 家" in text and "确认导入（2 家）" in text
    assert "建会日期（D 列） “建会日期”填的“昨天”" in text and "要填写工会名称" in text
    changed = words(reviewer.get(f"{page}?show=CHANGED").text)
    assert "更名：名称：试验0001公司工会 → 改名公司工会" in changed
    new = words(reviewer.get(f"{page}?show=NEW").text)
    assert "登记（2018-05-04）" in new and "工会类型：独立基层工会" in new and "主席：叶某某" in new
    assert "与登记一致" in reviewer.get(f"{page}?show=SAME").text

    token = {"csrf_token": csrf_of(reviewer, page)}
    applied = reviewer.post(f"{page}/apply", data=token, follow_redirects=True)
    assert "新登记 1 家，变更 1 家" in applied.text and "确认导入" not in applied.text
    db.session.rollback()
    assert queries.find(db.session(), UNION).name == "改名公司工会"
    again = reviewer.post(f"{page}/apply", data=token, follow_redirects=True)
    assert "不能再办一次" in again.text
    file = reviewer.get(f"{page}/held.xlsx")
    assert file.headers["Content-Disposition"].startswith("attachment")
    second = send(reviewer, file.data).headers["Location"]
    dropped = reviewer.post(f"{second}/drop", data=token, follow_redirects=True)
    assert "已放弃，工会登记没有变化" in dropped.text
    assert words(dropped.text).count("名单.xlsx") == 4
    assert "改名公司工会" in reviewer.get(f"/unions/{UNION}/profile").text


def test_only_who_manages_unions_there_finds_the_pages(app, reviewer):
    page = send(reviewer, LIST).headers["Location"]
    for role, place, status in (
        (Role.CLERK, UNION, 404),
        (Role.REVIEWER, "331083002", 404),
        (Role.ADMINISTRATOR, COUNTY, 403),
    ):
        assert at(app, role, place).get(page).status_code == status, role
    assert at(app, Role.AUDITOR, COUNTY).get(page).status_code == 200
    assert reviewer.get(f"/unions/{UNION}/unions/imports").status_code == 404
    assert reviewer.get(f"{IMPORTS}/17").status_code == 404
