"""Signing in and out through the page, cookies, one's own password."""

import re
from datetime import timedelta

import pytest

from registry.access.roles import Role
from registry.accounts import throttle
from registry.clock import now
from registry.db import db
from registry.trail.queries import entries
from tests.factories.accounts import (
    PASSWORD,
    csrf_of,
    make_account,
    post,
    sign_in,
    try_sign_in,
)
from tests.factories.app import make_app, running
from tests.factories.clock import set_clock
from tests.factories.unions import COUNTY, TOWNSHIP, make_union

UNION = "3310830010001"
FRESH = "七点半 码头 石榴 灯塔 的新密码"


@pytest.fixture
def clerk(app):
    return make_account(Role.CLERK, UNION, name="clerk-3310830010001", display_name="李会计")


def test_the_first_page_leads_to_the_door_and_the_door_to_the_page_asked_for(client, clerk):
    assert client.get("/").headers["Location"] == "/sign-in"
    answer = client.get("/password")
    assert answer.headers["Location"] == "/sign-in?next=/password"
    door = answer.headers["Location"]
    form = {"csrf_token": csrf_of(client, door), "name": clerk.name, "password": PASSWORD}
    answer = client.post(door, data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/password")
    assert client.get("/").headers["Location"] == "/home"
    assert client.get("/sign-in").headers["Location"] == "/home"


def test_after_sign_in_nobody_is_led_off_the_site(client, clerk):
    door = "/sign-in?next=//elsewhere.example/"
    form = {"csrf_token": csrf_of(client, door), "name": clerk.name, "password": PASSWORD}
    assert client.post(door, data=form).headers["Location"] == "/home"


def test_the_frame_shows_name_role_and_union(client, clerk):
    sign_in(client, clerk)
    page = client.get("/home").text
    for words in ("李会计", "基层经办员", "试验0001公司工会", "试验市总工会", "退出"):
        assert words in page


@pytest.mark.parametrize(
    ("name", "password"), [("clerk-3310830010001", "wrong"), ("nobody", PASSWORD)]
)
def test_wrong_name_or_password_keeps_the_name_and_says_the_same(client, clerk, name, password):
    answer = try_sign_in(client, name, password)
    assert answer.status_code == 400
    assert "账号或密码不正确" in answer.text
    assert f'value="{name}"' in answer.text
    assert password not in answer.text


def test_empty_fields_are_named(client, clerk):
    answer = try_sign_in(client, "", "")
    assert "请填写账号。" in answer.text
    assert "请填写密码。" in answer.text


def test_a_locked_person_is_told_whom_to_ask(client):
    account = make_account(Role.CLERK, UNION, is_locked=True)
    answer = try_sign_in(client, account.name, PASSWORD)
    assert answer.status_code == 400
    assert "已停用" in answer.text


def test_too_many_wrong_passwords_must_wait_but_a_known_browser_need_not(app, client, clerk):
    known = app.test_client()
    sign_in(known, clerk)
    post(known, "/sign-out")
    for _ in range(throttle.FREE + 1):
        assert try_sign_in(client, clerk.name, "wrong").status_code == 400
    answer = try_sign_in(client, clerk.name, PASSWORD)
    assert answer.status_code == 429
    assert "秒再试" in answer.text
    sign_in(known, clerk)


def test_a_forged_or_foreign_device_cookie_counts_for_nothing(app, client, clerk):
    other = make_account(Role.CLERK, "3310830010002")
    sign_in(client, other)
    post(client, "/sign-out")
    for _ in range(throttle.FREE + 1):
        try_sign_in(client, clerk.name, "wrong")
    assert try_sign_in(client, clerk.name, PASSWORD).status_code == 429
    stranger = app.test_client()
    stranger.set_cookie("tongxin-device", "forged.value.here")
    assert try_sign_in(stranger, clerk.name, PASSWORD).status_code == 429


def test_a_cookie_copied_before_sign_out_is_dead_after_it(app, client, clerk):
    sign_in(client, clerk)
    copied = client.get_cookie("tongxin").value
    thief = app.test_client()
    thief.set_cookie("tongxin", copied)
    assert thief.get("/home").status_code == 200
    answer = post(client, "/sign-out")
    assert answer.headers["Location"] == "/sign-in"
    assert "您已安全退出" in client.get("/sign-in").text
    assert thief.get("/home").status_code == 303


def test_signing_in_changes_the_cookie(client, clerk):
    before = csrf_of(client, "/sign-in")
    cookie = client.get_cookie("tongxin").value
    sign_in(client, clerk)
    assert client.get_cookie("tongxin").value != cookie
    assert csrf_of(client) != before


def test_sign_out_is_no_link(client, clerk):
    sign_in(client, clerk)
    assert client.get("/sign-out").status_code == 405
    assert client.get("/home").status_code == 200


def test_an_idle_session_ends(app, client, clerk, monkeypatch):
    sign_in(client, clerk)
    start = now()
    set_clock(monkeypatch, start + timedelta(minutes=app.config["IDLE_MINUTES"] - 1))
    assert client.get("/home").status_code == 200
    set_clock(monkeypatch, start + timedelta(minutes=2 * app.config["IDLE_MINUTES"] - 5))
    assert client.get("/home").status_code == 200
    token = csrf_of(client, "/password")
    set_clock(monkeypatch, start + timedelta(minutes=4 * app.config["IDLE_MINUTES"]))
    answer = client.post("/password", data={"csrf_token": token, "fresh": FRESH})
    assert answer.headers["Location"].startswith("/sign-in")
    assert "您的登录已经结束" in (said := client.get("/sign-in").text)
    assert "刚才的操作没有执行" in said
    assert client.get("/home").headers["Location"] == "/sign-in?next=/home"
    assert "登录已经结束" not in client.get("/sign-in").text, "said once"


def test_a_slips_password_leads_to_choosing_an_own_one_and_nowhere_else(client):
    account = make_account(Role.CLERK, UNION, must_change_password=True)
    assert sign_in(client, account).headers["Location"] == "/password"
    for page in ("/home", "/confirm", f"/unions/{UNION}/roster"):
        answer = client.get(page)
        assert (answer.status_code, answer.headers.get("Location")) in (
            (303, "/password"),
            (404, None),
        )
    assert "请先设置自己的密码" in client.get("/password").text
    fields = {"current": PASSWORD, "fresh": FRESH, "again": FRESH}
    answer = post(client, "/password", page="/password", **fields)
    assert answer.headers["Location"] == "/home"
    assert "密码已修改" in client.get("/home").text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"current": "wrong"}, "当前密码不正确"),
        ({"again": FRESH + "x"}, "两次输入的新密码不一样"),
        ({"fresh": "short", "again": "short"}, "至少 15 个字符"),
        ({"fresh": "123456789012345", "again": "123456789012345"}, "太容易被猜到"),
        ({"fresh": PASSWORD, "again": PASSWORD}, "新密码和当前密码相同"),
    ],
)
def test_a_bad_new_password_is_refused_in_place(client, clerk, fields, words):
    sign_in(client, clerk)
    wanted = {"current": PASSWORD, "fresh": FRESH, "again": FRESH} | fields
    answer = post(client, "/password", page="/password", **wanted)
    assert answer.status_code == 400
    assert words in answer.text
    assert FRESH not in answer.text


def test_a_new_password_ends_the_sessions_elsewhere(app, client, clerk):
    elsewhere = app.test_client()
    sign_in(elsewhere, clerk)
    sign_in(client, clerk)
    fields = {"current": PASSWORD, "fresh": FRESH, "again": FRESH}
    post(client, "/password", page="/password", **fields)
    assert client.get("/home").status_code == 200
    assert elsewhere.get("/home").status_code == 303


def test_the_demo_forces_nothing_and_says_what_it_is(tmp_path):
    with running(make_app(tmp_path, demo=True, REGISTRY_SECURE_COOKIE="1")) as app:
        client = app.test_client()
        account = make_account(Role.CLERK, UNION, must_change_password=True)
        assert "演示系统" in client.get("/sign-in").text
        assert sign_in(client, account).headers["Location"] == "/home"
        assert client.get("/home").status_code == 200
        assert client.get_cookie("tongxin") is not None


def cookies_of(answer):
    return {text.partition("=")[0]: text for text in answer.headers.getlist("Set-Cookie")}


def test_a_real_installation_binds_its_cookies_to_host_and_https(tmp_path):
    with running(make_app(tmp_path, secure=True)) as app:
        client = app.test_client()
        account = make_account(Role.CLERK, UNION)
        https = {"base_url": "https://localhost"}
        page = client.get("/sign-in", **https)
        token = re.search(r'name="csrf-token" content="([^"]+)"', page.text)[1]
        form = {"csrf_token": token, "name": account.name, "password": PASSWORD}
        referrer = {"Referer": "https://localhost/sign-in"}
        answer = client.post("/sign-in", data=form, headers=referrer, **https)
        assert answer.status_code == 303
        made = cookies_of(answer)
        assert set(made) == {"__Host-tongxin", "__Host-tongxin-device"}
        for text in made.values():
            for demanded in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
                assert demanded in text
            assert "Domain" not in text
        assert client.get("/home", **https).status_code == 200


def test_the_cookie_tells_nothing_of_the_person(client, clerk):
    sign_in(client, clerk)
    answer = client.get("/home")
    for name in ("tongxin", "tongxin-device"):
        assert clerk.name not in client.get_cookie(name).value
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_callers_address_is_taken_from_a_proxy_only_where_one_is_set(tmp_path):
    forwarded = {"X-Forwarded-For": "203.0.113.7"}
    for proxies, seen in (("0", "127.0.0.1"), ("1", "203.0.113.7")):
        with running(make_app(tmp_path / proxies, REGISTRY_PROXIES=proxies)) as app:
            make_union(COUNTY)
            client = app.test_client()
            form = {"csrf_token": csrf_of(client, "/sign-in"), "name": "x", "password": "y"}
            client.post("/sign-in", data=form, headers=forwarded)
            assert entries(db.session(), COUNTY)[0].detail["address"] == seen


def test_confirming_needs_the_right_password(client):
    account = make_account(Role.REVIEWER, TOWNSHIP)
    sign_in(client, account)
    assert post(client, "/confirm", page="/confirm", password="").status_code == 400
    answer = post(client, "/confirm", page="/confirm", password="wrong")
    assert "当前密码不正确" in answer.text
    answer = post(client, "/confirm?next=/password", page="/confirm", password=PASSWORD)
    assert answer.headers["Location"] == "/password"
