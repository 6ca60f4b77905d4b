"""The administrator's pages."""

import re

import pytest

from registry.access.roles import Role
from registry.accounts import queries
from registry.db import db
from tests.factories.accounts import PASSWORD, invited, make_account, post, sign_in, try_sign_in
from tests.factories.unions import COUNTY, TOWNSHIP, make_union

UNION = "3310830010001"
LIST = f"/unions/{COUNTY}/accounts"
NEW = f"{LIST}/new"


@pytest.fixture
def administrator(client):
    account = make_account(Role.ADMINISTRATOR, COUNTY, name="system", display_name="陈管理")
    sign_in(client, account)
    return account


def create(client, **changes):
    fields = {
        "name": "reviewer9",
        "display_name": "王审核",
        "place": TOWNSHIP,
        "roles": ["REVIEWER"],
    }
    return post(client, NEW, page=NEW, **(fields | changes))


def code_on(page):
    return re.search(r"<code>((?:[a-z0-9]{4}-){3}[a-z0-9]{4})</code>", page.text)[1]


def find(name):
    return next(a for a in queries.accounts(db.session(), f"/{COUNTY}/") if a.name == name)


def test_accounts_are_listed_searched_and_filtered(client, administrator):
    make_account(Role.CLERK, UNION, name="clerk-a", display_name="李会计")
    make_account(Role.REVIEWER, TOWNSHIP, name="reviewer-a", is_locked=True)
    page = client.get(LIST).text
    assert all(words in page for words in ("clerk-a", "李会计", "基层经办员", "reviewer-a"))
    assert "共 3 个账号，停用 1 个" in page
    assert "clerk-a" not in client.get(f"{LIST}?status=locked").text
    assert "reviewer-a" not in client.get(f"{LIST}?role=CLERK").text
    assert "没有符合条件的账号" in client.get(f"{LIST}?search=%").text
    assert client.get(f"{LIST}?role=NONSENSE&status=nonsense").status_code == 200


def test_long_lists_are_paged_by_name(client, administrator, monkeypatch):
    monkeypatch.setattr("registry.web.accounts.PAGE", 2)
    for name in "abc":
        make_account(Role.CLERK, UNION, name=f"clerk-{name}")
    first = client.get(f"{LIST}?role=CLERK").text
    assert "clerk-b" in first
    assert "clerk-c" not in first
    href = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = client.get(href).text
    assert "clerk-c" in second
    assert "clerk-a" not in second
    assert 'rel="next"' not in second


def test_a_new_account_gets_a_slip_that_opens_it_and_is_shown_once(app, client, administrator):
    make_union(TOWNSHIP)
    page = create(client)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    code = code_on(page)
    assert "邀请码只显示这一次" in page.text
    assert code not in client.get(f"/accounts/{find('reviewer9').id}").text
    assert invited(app.test_client(), code).headers["Location"] == "/home"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "x"}, "账号为 3 至 64 位"),
        ({"name": "有空格 的"}, "账号以小写字母开头"),
        ({"display_name": ""}, "请填写使用人姓名"),
        ({"place": "331083999"}, "请核对工会代码"),
        ({"place": "331082"}, "不在您的管理范围内"),
        ({"roles": []}, "请至少选择一个角色"),
        ({"roles": ["AUDITOR"]}, "不能设在乡镇（街道）一级"),
        ({"place": COUNTY, "roles": ["AUDITOR", "LOG_KEEPER"]}, "必须由不同的人担任"),
        ({"roles": ["EMPEROR"]}, "EMPEROR"),
    ],
)
def test_a_bad_account_is_refused_on_the_form_that_keeps_its_values(
    client, administrator, changes, words
):
    make_union(TOWNSHIP)
    make_union("331082")
    page = create(client, **changes)
    assert page.status_code == 400
    assert words in page.text
    assert 'value="' + changes.get("name", "reviewer9") + '"' in page.text
    assert len(queries.accounts(db.session(), "/")) == 1


def test_roles_are_changed_and_bad_ones_refused(client, administrator):
    account = make_account(Role.AUDITOR, COUNTY)
    page = f"/accounts/{account.id}"
    answer = post(client, f"{page}/roles", page=page, roles=["AUDITOR", "ADMINISTRATOR"])
    assert answer.status_code == 400
    assert "必须由不同的人担任" in answer.text
    answer = post(client, f"{page}/roles", page=page, roles=["LOG_KEEPER"])
    assert answer.status_code == 303
    assert "角色已调整" in client.get(page).text
    assert queries.find(db.session(), account.id).roles == {Role.LOG_KEEPER}


def test_locking_ends_the_persons_session_and_unlocking_lets_them_back(app, client, administrator):
    account = make_account(Role.CLERK, UNION)
    person = app.test_client()
    sign_in(person, account)
    page = f"/accounts/{account.id}"
    assert post(client, f"{page}/lock", page=page).status_code == 303
    assert "已停用" in client.get(page).text
    assert person.get("/home").status_code == 303
    again = post(client, f"{page}/lock", page=page)
    assert again.status_code == 409
    assert "已经停用" in again.text
    assert "account.locked" in again.text
    post(client, f"{page}/unlock", page=page)
    sign_in(person, account)


def test_a_reset_shows_an_invitation_once(app, client, administrator):
    account = make_account(Role.CLERK, UNION)
    page = f"/accounts/{account.id}"
    code = code_on(post(client, f"{page}/reset", page=page))
    assert try_sign_in(app.test_client(), account.name, PASSWORD).status_code == 400
    answer = invited(app.test_client(), code)
    assert answer.headers["Location"] == "/home"
    assert try_sign_in(app.test_client(), account.name, PASSWORD).status_code == 303


def test_an_account_is_closed_for_good_with_a_reason(app, client, administrator):
    account = make_account(Role.REVIEWER, TOWNSHIP)
    person = app.test_client()
    sign_in(person, account)
    page = f"/accounts/{account.id}"
    assert post(client, f"{page}/close", page=page, reason=" ").status_code == 303
    assert "请写明注销原因" in client.get(page).text
    assert post(client, f"{page}/close", page=page, reason="调离").status_code == 303
    shown = client.get(page).text
    assert "已注销" in shown
    assert "调离" in shown
    assert person.get("/home").status_code == 303
    for offer in ("恢复账号", "保存角色", "重置第二步验证", "注销账号"):
        assert offer not in shown
    for act in ("unlock", "reset", "close", "lock"):
        answer = post(client, f"{page}/{act}", page=page, reason="再来")
        assert answer.status_code == 409
        assert "已经注销" in answer.text
    taken = create(client, name=account.name)
    assert "已经有人使用" in taken.text


def test_ones_own_account_is_not_managed(client, administrator):
    page = f"/accounts/{administrator.id}"
    shown = client.get(page).text
    assert "这是您自己的账号" in shown
    assert "停用账号" not in shown
    for act in ("lock", "unlock", "reset"):
        assert post(client, f"{page}/{act}", page=page).status_code == 409
    assert post(client, f"{page}/roles", page=page, roles=["AUDITOR"]).status_code == 400


def test_no_such_account(client, administrator):
    assert client.get("/accounts/999").status_code == 404
    assert client.get("/accounts/x").status_code == 404


def test_the_administrator_sees_counts_first(client, administrator):
    make_account(Role.CLERK, UNION)
    page = client.get("/home").text
    for words in ("从未登录的账号", "没有经办员的基层工会", "账号管理"):
        assert words in page
    assert "会员名册" not in page
