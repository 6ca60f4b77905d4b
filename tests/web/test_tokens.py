"""One's own tokens on the page, and all of them for the administrator."""

import re
from datetime import timedelta

from registry.access.roles import Role
from registry.accounts import token_lists
from registry.accounts.queries import actor_of
from registry.clock import now
from registry.db import db
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.clock import set_clock
from tests.factories.rosters import OTHER_UNION, UNION, make_clerk
from tests.factories.tokens import Program, make_token
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

FORM = {"name": "某某公司人事系统", "scopes": ["rosters.send", "totals.read"], "days": "90"}


def signed_in(client, role=Role.CLERK, place=UNION):
    make_union_tree()
    account = make_account(role, place)
    sign_in(client, account)
    return account


def own(account):
    db.session.rollback()
    return token_lists.own(db.session(), actor_of(db.session(), account.id))


def test_a_token_is_made_shown_once_used_and_ended(app, client):
    account = signed_in(client)
    assert 'href="/tokens"' in client.get("/password").text
    made = post(client, "/tokens", **FORM)
    assert made.status_code == 200 and "只显示这一次" in made.text
    text = re.search(r"tx_331083_[\w-]{43}", made.text)[0]
    assert text not in client.get("/tokens").text
    program = Program(app, text)
    assert program.get(f"/unions/{UNION}/totals").status_code == 200
    [one] = own(account)
    assert one.used_at is not None
    ended = post(client, f"/tokens/{one.id}/end")
    assert "令牌已停用" in client.get(ended.location).text
    assert program.get(f"/unions/{UNION}/totals").status_code == 401
    again = post(client, f"/tokens/{one.id}/end")
    assert "已经停用" in client.get(again.location).text


def test_what_cannot_be_made_is_said_beside_the_field(client):
    account = signed_in(client)
    for changed, words in (
        ({"name": ""}, "请写明给哪个系统用"),
        ({"scopes": []}, "请至少选一项"),
        ({"scopes": ["eligibility.ask"]}, "not"),
        ({"days": "366"}, "1 到 365 天"),
        ({"days": "x"}, "天"),
    ):
        answer = post(client, "/tokens", **FORM | changed)
        assert answer.status_code == 400, changed
        assert words in answer.text or words == "not"
    assert own(account) == []


def test_the_password_is_asked_for_again(client, monkeypatch):
    account = signed_in(client)
    set_clock(monkeypatch, now() + timedelta(minutes=31))
    answer = post(client, "/tokens", **FORM)
    assert answer.status_code == 403
    assert "请再次输入密码" in answer.text
    assert own(account) == []


def test_who_may_nothing_that_programs_do_is_told_so(client):
    signed_in(client, Role.LOG_KEEPER, COUNTY)
    page = client.get("/tokens").text
    assert "用不到令牌" in page and 'name="scopes"' not in page
    assert 'href="/tokens"' not in client.get("/password").text
    assert post(client, "/tokens", **FORM).status_code == 400


def test_nobody_ends_another_s(client):
    signed_in(client)
    make_token(make_clerk(OTHER_UNION))
    assert post(client, "/tokens/1/end").status_code == 404


def test_the_administrator_sees_whose_they_are_and_ends_them(app, client):
    signed_in(client, Role.ADMINISTRATOR, COUNTY)
    clerk = make_clerk()
    text = make_token(clerk)
    page = client.get(f"/unions/{COUNTY}/tokens").text
    for word in (clerk.name, clerk.display_name, "人事系统", "报送花名册", "没有用过", "可用"):
        assert word in page
    assert text[10:] not in page
    assert f'href="/unions/{COUNTY}/tokens"' in client.get(f"/unions/{COUNTY}/accounts").text
    ended = post(client, "/tokens/1/end")
    assert ended.location == f"/unions/{COUNTY}/tokens"
    assert "已停用" in client.get(ended.location).text
    assert Program(app, text).get(f"/unions/{UNION}/totals").status_code == 401


def test_the_list_of_all_goes_on_page_by_page(client):
    signed_in(client, Role.ADMINISTRATOR, COUNTY)
    for _ in range(3):
        clerk = make_clerk()
        for _ in range(18):
            make_token(clerk)
    first = client.get(f"/unions/{COUNTY}/tokens").text
    assert first.count("人事系统") >= 50 and f"/unions/{COUNTY}/tokens?before=5" in first
    assert "这是后面的一页" in client.get(f"/unions/{COUNTY}/tokens?before=5").text


def test_a_reviewer_does_not_see_the_list(client):
    signed_in(client, Role.REVIEWER, TOWNSHIP)
    assert client.get(f"/unions/{TOWNSHIP}/tokens").status_code == 403
