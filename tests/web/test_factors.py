"""Second factors on the pages: demanded, set up, asked for, taken away; sessions seen and ended."""

import re

import pytest

from registry.access.roles import Role
from registry.accounts.rescuing import reset_factors
from tests.factories.accounts import PASSWORD, csrf_of, make_account, post, sign_in, try_sign_in
from tests.factories.app import make_app, running
from tests.factories.second_factors import SITE, App, Passkey, with_app
from tests.factories.unions import COUNTY, TOWNSHIP

UNION = "3310830010001"


@pytest.fixture
def app(tmp_path):
    """A real site, where all but clerks must have a second factor."""
    with running(make_app(tmp_path, second_factor=True, REGISTRY_SITE=SITE)) as app:
        yield app


def set_up(client):
    """Set up an app on the page; return it and the answer."""
    page = client.get("/safety/app").text
    secret = re.search(r'id="secret">([^<]+)<', page)[1]
    sealed = re.search(r'name="sealed" type="hidden" value="([^"]+)"', page)[1]
    assert "<svg" in page
    app = App(secret)
    wrong = post(client, "/safety/app", page="/safety/app", sealed=sealed, code="000000")
    assert wrong.status_code == 400
    assert "验证码不正确" in wrong.text
    assert secret in wrong.text, "the same secret: the phone has it already"
    return app, post(client, "/safety/app", page="/safety/app", sealed=sealed, code=app.code(-1))


def test_who_must_have_a_factor_sets_it_up_before_anything_else(app, client):
    account = make_account(Role.REVIEWER, TOWNSHIP)
    sign_in(client, account)
    for page in ("/home", "/safety", f"/unions/{TOWNSHIP}/queue"):
        assert client.get(page).headers["Location"] == "/safety/app"
    authenticator, answer = set_up(client)
    assert answer.text.count("<li><code>") == 10
    assert client.get("/home").status_code == 200

    other = app.test_client()
    answer = sign_in(other, account)
    assert answer.headers["Location"] == "/sign-in/code"
    assert other.get("/home").headers["Location"].startswith("/sign-in")
    door = "/sign-in/code"
    assert "账号或密码" not in other.get(door).text
    assert post(other, door, page=door, code="000000").status_code == 400
    half = other.get_cookie("tongxin").value
    answer = post(other, door, page=door, code=authenticator.code())
    assert (answer.status_code, answer.headers["Location"]) == (303, "/home")
    assert other.get("/home").status_code == 200
    other.set_cookie("tongxin", half)
    assert other.get("/home").status_code == 303, "the half session's cookie is dead"
    assert other.get(door).headers["Location"].startswith("/sign-in")

    page = client.get("/safety").text
    assert page.count("退出这里") == 1
    assert "还剩 <strong>10</strong>" in page
    assert "safety/factors/" not in page, "the last one is not taken away where one is demanded"
    number = re.search(r"/safety/sessions/(\w+)/end", page)[1]
    assert post(app.test_client(), f"/safety/sessions/{number}/end", page="/sign-in").status_code
    assert post(client, f"/safety/sessions/{number}/end").status_code == 303
    assert post(client, "/safety/factors/1/remove").status_code == 303
    assert "必须有第二步验证" in client.get("/safety").text
    codes = post(client, "/safety/codes")
    assert codes.text.count("<li><code>") == 10


def test_after_an_operator_took_a_lost_one_away_the_next_sign_in_sets_one_up(app, client):
    account = make_account(Role.ADMINISTRATOR, COUNTY)
    with_app(account.id)
    assert reset_factors(account.name, "手机遗失") == 1
    assert sign_in(client, account).headers["Location"] == "/home"
    assert client.get("/home").headers["Location"] == "/safety/app"
    set_up(client)
    assert client.get("/home").status_code == 200


def test_a_clerk_may_have_one_and_take_it_away(app, client):
    clerk = make_account(Role.CLERK, UNION)
    sign_in(client, clerk)
    assert client.get("/home").status_code == 200
    key = Passkey()
    token = csrf_of(client)
    options = client.post("/safety/passkey/new", headers={"X-CSRFToken": token})
    made = key.made(options.text)
    fields = {"label": "我的手机", "answer": made}
    assert "恢复码" in post(client, "/safety/passkey", page="/safety/passkey", **fields).text

    other = app.test_client()
    assert sign_in(other, clerk).headers["Location"] == "/sign-in/code"
    token = csrf_of(other, "/sign-in/code")
    options = other.post("/passkey", headers={"X-CSRFToken": token})
    answer = key.shown(options.text)
    assert post(other, "/sign-in/code", page="/sign-in/code", answer=answer).status_code == 303
    third = app.test_client()
    sign_in(third, clerk)
    said = post(third, "/sign-in/code", page="/sign-in/code", answer=answer)
    assert (said.status_code, "通行密钥没有通过核验" in said.text) == (400, True)
    page = other.get("/confirm").text
    assert "data-passkey" in page
    assert post(other, "/confirm", page="/confirm", password=PASSWORD).status_code == 400
    assert post(other, "/safety/sessions/end-others").status_code == 303
    assert client.get("/home").status_code == 303
    number = re.search(r"/safety/factors/(\d+)/remove", other.get("/safety").text)[1]
    foreign = app.test_client()
    sign_in(foreign, make_account(Role.CLERK, UNION))
    assert post(foreign, f"/safety/factors/{number}/remove").status_code == 404
    assert post(other, f"/safety/factors/{number}/remove").status_code == 303
    assert sign_in(app.test_client(), clerk).headers["Location"] == "/home"


def test_an_administrator_resets_a_lost_factor_and_ends_sessions(app, client):
    reviewer, clerk = make_account(Role.REVIEWER, TOWNSHIP), make_account(Role.CLERK, UNION)
    with_app(reviewer.id)
    administrator = make_account(Role.ADMINISTRATOR, COUNTY)
    authenticator, _ = with_app(administrator.id)
    sign_in(client, administrator)
    door = "/sign-in/code"
    assert post(client, door, page=door, code=authenticator.code()).status_code == 303
    person = app.test_client()
    sign_in(person, clerk)
    page = f"/accounts/{clerk.id}"
    assert "登录着 1 处" in client.get(page).text
    assert post(client, f"{page}/end-sessions", page=page).status_code == 303
    assert person.get("/home").status_code == 303
    page = f"/accounts/{reviewer.id}"
    assert "手机验证器应用" in client.get(page).text
    assert post(client, f"{page}/reset-factors", page=page).status_code == 303
    assert try_sign_in(person, reviewer.name, PASSWORD).headers["Location"] == "/home"
    assert person.get("/home").headers["Location"] == "/safety/app"


def test_a_demo_demands_none_but_asks_for_one_that_is_there(tmp_path):
    with running(make_app(tmp_path, demo=True, second_factor=True)) as app:
        account, client = make_account(Role.REVIEWER, TOWNSHIP), app.test_client()
        sign_in(client, account)
        assert client.get("/home").status_code == 200
        assert client.get("/safety/app").status_code == 200
        with_app(account.id)
        assert sign_in(app.test_client(), account).headers["Location"] == "/sign-in/code"
