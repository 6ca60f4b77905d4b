"""The log keeper's pages."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from registry.access.roles import Role
from registry.clock import now
from registry.db import transaction
from registry.trail import copies
from registry.vault import signing
from tests.factories.accounts import make_account, post, sign_in, try_sign_in
from tests.factories.clock import set_clock
from tests.factories.unions import COUNTY

UNION = "3310830010001"
LIST = f"/unions/{COUNTY}/trail"


@pytest.fixture
def keeper(app, client):
    clerk = make_account(Role.CLERK, UNION, name="clerk-a")
    sign_in(app.test_client(), clerk)
    try_sign_in(app.test_client(), "clerk-a", "wrong")
    account = make_account(Role.LOG_KEEPER, COUNTY, name="log-keeper")
    sign_in(client, account)
    return account


def rows(page):
    return len(re.findall(r"<time ", page.text))


def test_entries_are_shown_in_words(client, keeper):
    page = client.get(LIST)
    for words in ("clerk-a", "登录", "密码或账号不正确", "试验0001公司工会", "来源地址：127.0.0.1"):
        assert words in page.text
    assert rows(page) == 3


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("account=clerk-a", 2),
        ("account=Clerk-A", 2),
        ("action=account.", 3),
        ("action=trail.verify", 0),
        (f"place={UNION}", 2),
        ("result=refused", 1),
        ("before=2", 1),
        ("before=nonsense", 3),
        ("account=%25", 0),
    ],
)
def test_filters(client, keeper, query, count):
    assert rows(client.get(f"{LIST}?{query}")) == count


def test_nothing_found_says_what_to_do(client, keeper):
    assert "没有符合条件的记录" in client.get(f"{LIST}?account=nobody").text


def test_pages_go_back_in_time_and_keep_the_filter(client, keeper, monkeypatch):
    monkeypatch.setattr("registry.web.trail.PAGE", 1)
    page = client.get(f"{LIST}?account=clerk-a")
    href = re.search(r'rel="next" href="([^"]+)"', page.text)[1].replace("&amp;", "&")
    assert "account=clerk-a" in href
    page = client.get(href)
    assert rows(page) == 1
    assert 'rel="next"' not in page.text
    assert "回到最新" in page.text


def test_verifying_says_how_many_entries_hold(client, keeper):
    assert post(client, f"{LIST}/verify", page=LIST).status_code == 303
    page = client.get(LIST).text
    assert "校验通过：共 3 条记录" in page
    assert "校验留痕" in page


def test_verifying_says_where_the_chain_breaks(client, keeper):
    with transaction() as session:
        session.execute(text("UPDATE trail_entry SET result = 'done' WHERE number = 2"))
    post(client, f"{LIST}/verify", page=LIST)
    assert "的第 2 条——记录内容或顺序被改动" in client.get(LIST).text
    assert "上次校验发现问题" in client.get("/home").text


def test_verification_waits_on_the_first_page_until_it_was_done_lately(client, keeper, monkeypatch):
    assert "操作留痕该校验了" in client.get("/home").text
    post(client, f"{LIST}/verify", page=LIST)
    assert "操作留痕该校验了" not in client.get("/home").text
    set_clock(monkeypatch, now() + timedelta(days=8))
    sign_in(client, keeper)
    assert "操作留痕该校验了" in client.get("/home").text


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_nobody_else_reads_the_trail(client, role):
    sign_in(client, make_account(role, COUNTY))
    assert client.get(LIST).status_code == 403
    assert post(client, f"{LIST}/verify").status_code == 403


def test_heads_that_are_not_copied_are_told_to_those_who_care(app, client, keeper, tmp_path):
    app.config["TRAIL_HEADS"] = str(tmp_path / "nowhere")
    signing.new_key(app.config["DATA"])
    assert "链尾另存：还没有。" in client.get(LIST).text
    assert copies.write_due() == 0
    assert "已误期</strong>：另存的位置不存在" in client.get(LIST).text
    assert "留痕链尾没有另存" in client.get("/home").text
    administrator = app.test_client()
    sign_in(administrator, make_account(Role.ADMINISTRATOR, COUNTY))
    assert "留痕链尾没有另存" in administrator.get("/home").text
    assert client.get("/readyz").json["warnings"] == ["trail_heads"]
    assert "tongxin_trail_heads_late 1" in client.get("/metrics").text

    (tmp_path / "nowhere").mkdir()
    assert copies.write_now()
    for page in (LIST, "/home", "/readyz"):
        text = client.get(page).text
        assert "误期" not in text and "没有另存" not in text and "warnings" not in text
    assert "tongxin_trail_heads_late 0" in client.get("/metrics").text
