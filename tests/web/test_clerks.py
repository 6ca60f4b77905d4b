"""The review unit's pages about its unions' clerks."""

import re

import pytest

from registry.access.roles import Role
from registry.accounts import clerks, queries
from registry.db import db
from tests.factories.accounts import PASSWORD, invited, make_account, post, sign_in, try_sign_in
from tests.factories.unions import TOWNSHIP, make_union_tree

UNION, SECOND = "3310830010001", "3310830010002"
LIST = f"/unions/{TOWNSHIP}/clerks"


@pytest.fixture
def reviewer(client):
    make_union_tree(townships=1, unions=2)
    account = make_account(Role.REVIEWER, TOWNSHIP, name="reviewer")
    sign_in(client, account)
    return account


@pytest.fixture
def clerk(reviewer):
    return make_account(Role.CLERK, UNION, name=f"clerk-{UNION}", display_name="李会计")


def slips_on(page):
    codes = re.findall(r"<code>([^<]+)</code>", page.text)
    return dict(zip(codes[::2], codes[1::2], strict=True))


def test_every_union_is_listed_with_or_without_a_clerk(client, clerk):
    page = client.get(LIST).text
    for words in (UNION, SECOND, "李会计", f"clerk-{UNION}", "未开通", "从未登录"):
        assert words in page
    assert "还有 <strong>1</strong> 家" in page
    assert SECOND not in client.get(f"{LIST}?search=李会计").text
    assert "没有找到" in client.get(f"{LIST}?search=没有的").text


def test_pages_follow_the_code(client, reviewer, monkeypatch):
    monkeypatch.setattr("registry.web.clerks.PAGE", 1)
    first = client.get(LIST).text
    href = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    assert SECOND not in first
    assert SECOND in client.get(href).text


def test_all_missing_accounts_are_opened_and_printed_once(app, client, reviewer):
    page = post(client, f"{LIST}/create", page=LIST)
    slips = slips_on(page)
    assert set(slips) == {f"clerk-{UNION}", f"clerk-{SECOND}"}
    assert "账号纸条（2 张）" in page.text
    assert "试验0002公司工会" in page.text
    for code in slips.values():
        assert invited(app.test_client(), code).headers["Location"] == "/home"
    again = post(client, f"{LIST}/create", page=LIST)
    assert again.status_code == 303
    assert "都已经有经办员账号" in client.get(LIST).text


def test_more_than_can_be_opened_at_once_is_said(client, reviewer, monkeypatch):
    monkeypatch.setattr(clerks, "CLERKS_AT_ONCE", 1)
    page = post(client, f"{LIST}/create", page=LIST)
    assert "还有 1 家工会没有开通" in page.text


def test_one_unions_account_is_opened_from_its_line(client, clerk):
    page = post(client, f"/unions/{SECOND}/clerks/create", page=LIST)
    assert set(slips_on(page)) == {f"clerk-{SECOND}"}


def test_handing_over(app, client, clerk):
    page = f"/clerks/{clerk.id}"
    answer = post(client, f"{page}/hand-over", page=page, display_name="  ")
    assert answer.status_code == 400
    assert "请填写接手人姓名" in answer.text
    slips = slips_on(post(client, f"{page}/hand-over", page=page, display_name="赵出纳"))
    assert list(slips) == [f"clerk-{UNION}-2"]
    assert queries.find(db.session(), clerk.id).is_locked
    listed = client.get(LIST).text
    assert "赵出纳" in listed
    assert "李会计" in listed
    shown = client.get(page).text
    assert "换人交接" not in shown
    assert "恢复账号" not in shown
    assert "已注销" in shown


def test_reset_lock_and_unlock(app, client, clerk):
    page = f"/clerks/{clerk.id}"
    slips = slips_on(post(client, f"{page}/reset", page=page))
    assert invited(app.test_client(), slips[clerk.name]).status_code == 303
    assert post(client, f"{page}/lock", page=page).status_code == 303
    assert "已停用" in client.get(page).text
    assert try_sign_in(app.test_client(), clerk.name, PASSWORD).status_code == 400
    assert post(client, f"{page}/unlock", page=page).status_code == 303
    assert try_sign_in(app.test_client(), clerk.name, PASSWORD).status_code == 303


@pytest.mark.parametrize("act", ["", "/reset", "/lock", "/close", "/unlock", "/hand-over"])
def test_other_accounts_of_the_unit_do_not_exist_here(client, reviewer, act):
    colleague = make_account(Role.REVIEWER, TOWNSHIP)
    two_hats = make_account([Role.CLERK, Role.REVIEWER], UNION)
    for account in (colleague, two_hats, reviewer):
        address = f"/clerks/{account.id}{act}"
        answer = post(client, address, display_name="新人") if act else client.get(address)
        assert answer.status_code == 404
        assert not queries.find(db.session(), account.id).is_locked


def test_extra_fields_change_nothing(client, clerk):
    page = f"/clerks/{clerk.id}"
    post(
        client,
        f"{page}/hand-over",
        page=page,
        display_name="赵出纳",
        place=TOWNSHIP,
        roles="REVIEWER",
        name="king",
    )
    new = next(
        account
        for account in queries.accounts(db.session(), "/331083/")
        if account.display_name == "赵出纳"
    )
    assert (new.place, new.roles, new.name) == (UNION, {Role.CLERK}, f"clerk-{UNION}-2")


def test_missing_accounts_wait_on_the_reviewers_first_page(client, clerk):
    page = client.get("/home").text
    assert "基层工会还没有经办员账号" in page
    post(client, f"{LIST}/create", page=LIST)
    assert "基层工会还没有经办员账号" not in client.get("/home").text


def test_names_are_shown_as_text(client, reviewer):
    make_account(Role.CLERK, SECOND, display_name="<script>alert(1)</script>")
    page = client.get(LIST).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
