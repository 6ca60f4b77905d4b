"""Every error is a page in plain Chinese, with a way back and without a trace."""

import logging

import pytest
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import abort

from registry.access.doors import open_to_all
from registry.access.roles import Role
from registry.accounts import sessions
from registry.errors import Busy, Forbidden, InputRefused, NotFound, RosterRefused, StateRefused
from registry.vault.vault import VaultError
from registry.web.errors import PAGES
from registry.web.security import HEADERS
from tests.factories.accounts import csrf_of, make_account, sign_in
from tests.factories.app import make_app, running
from tests.factories.unions import COUNTY

SECRET = "331083199001011234"


@pytest.fixture
def failing(tmp_path):
    """Return a function that makes a site with a page that raises this, and opens the page."""

    def open_page(error, *, signed_in=False):
        with running(make_app(tmp_path)) as app:
            app.config["PROPAGATE_EXCEPTIONS"] = False

            def fail():
                raise error

            app.add_url_rule("/fail", "fail", open_to_all(fail))
            client = app.test_client()
            if signed_in:
                sign_in(client, make_account(Role.ADMINISTRATOR, COUNTY))
            answer = client.get("/fail")
            assert HEADERS.items() <= dict(answer.headers).items()
            assert answer.headers["Cache-Control"] == "no-store"
            return answer

    return open_page


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound("x.unknown", "没有找到该内容。"), 404),
        (Forbidden("x.missing", "没有这项权限。"), 403),
        (InputRefused("x.input", "请填写日期。"), 400),
        (StateRefused("x.state", "已经撤回，不能提交。"), 409),
        (RosterRefused("file.type", "这个文件不是花名册。"), 409),
        (Busy("x.busy", "请稍候。"), 429),
    ],
)
def test_refusals_show_their_sentence_and_code(failing, error, status):
    answer = failing(error)
    assert answer.status_code == status
    assert error.message in answer.text
    assert error.code in answer.text


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 429, 500, 503])
def test_every_page_says_what_is_the_matter_and_what_to_do(failing, status):
    try:
        abort(status)
    except Exception as error:
        answer = failing(error)
    assert answer.status_code == status
    assert PAGES[status].title in answer.text
    assert PAGES[status].text in answer.text
    assert 'href="/sign-in"' in answer.text


def test_the_unexpected_has_a_number_and_no_trace(failing, caplog):
    answer = failing(ZeroDivisionError("secret inside"))
    assert answer.status_code == 500
    assert "故障编号" in answer.text
    for trace in ("Traceback", "ZeroDivisionError", "secret inside", ".py"):
        assert trace not in answer.text
    logged = next(r for r in caplog.records if "incident" in r.getMessage())
    assert logged.levelno == logging.ERROR
    assert logged.args[0] in answer.text


def test_a_sealed_value_that_does_not_open_is_an_incident(failing):
    answer = failing(VaultError("vault.tampered", "加密数据校验失败"))
    assert answer.status_code == 500
    assert "没有通过核验，可能被人改动过" in answer.text
    assert "故障编号" in answer.text


def test_a_database_that_is_away_is_said_to_be_away(failing):
    answer = failing(OperationalError(f"SELECT '{SECRET}'", {}, OSError("gone")), signed_in=True)
    assert answer.status_code == 503
    assert "已经保存的数据是安全的" in answer.text
    assert answer.headers["Retry-After"] == "30"
    assert SECRET not in answer.text


def test_who_is_signed_in_is_told_as_well_that_the_database_is_away(app, client, monkeypatch):
    def away(*_arguments):
        raise OperationalError("SELECT", {}, OSError("gone"))

    sign_in(client, make_account(Role.ADMINISTRATOR, COUNTY))
    token = csrf_of(client)
    monkeypatch.setattr(sessions, "find", away)
    answer = client.get("/home?of=today")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "已经保存的数据是安全的" in answer.text
    assert 'href="/home?of=today"' in answer.text, "to be tried again"
    assert "去登录" not in answer.text, "the browser is signed in"
    act = client.post("/password", data={"csrf_token": token})
    assert "刚才这一步多半没有保存" in act.text
    assert "按浏览器的“后退”" in act.text


def test_a_refusal_leads_back_to_where_one_was(client):
    sign_in(client, make_account(Role.ADMINISTRATOR, COUNTY))
    for came_from, is_offered in (
        ("http://localhost/accounts/2?of=1", True),
        ("http://elsewhere.example/accounts/2?of=1", False),
    ):
        answer = client.get("/accounts/404", headers={"Referer": came_from})
        assert answer.status_code == 404
        assert ('href="/accounts/2?of=1"' in answer.text) is is_offered
        assert 'href="/home"' in answer.text


def test_signed_in_people_are_led_back_to_their_desk(failing):
    answer = failing(NotFound("x.unknown", "没有找到该内容。"), signed_in=True)
    assert 'href="/home"' in answer.text


def test_a_method_that_is_not_allowed_names_those_that_are(client):
    answer = client.get("/sign-out")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_an_upload_beyond_all_bounds_is_refused(tmp_path):
    with running(make_app(tmp_path, REGISTRY_UPLOAD_BYTES="1000")) as app:
        answer = app.test_client().post("/sign-in", data={"name": "x" * 3_000_000})
    assert answer.status_code == 413
    assert "文件太大" in answer.text


def test_a_file_beyond_all_bounds_leads_the_signed_in_back_to_their_desk(tmp_path):
    with running(make_app(tmp_path, REGISTRY_UPLOAD_BYTES="1000")) as app:
        client = app.test_client()
        sign_in(client, make_account(Role.ADMINISTRATOR, COUNTY))
        answer = client.post("/password", data={"current": "x" * 3_000_000})
    assert answer.status_code == 413
    assert 'href="/home"' in answer.text


def test_who_is_signed_in_is_told_that_the_page_is_too_old(client):
    sign_in(client, make_account(Role.ADMINISTRATOR, COUNTY))
    answer = client.post("/sign-out", data={"csrf_token": "of-yesterday"})
    assert answer.status_code == 400
    assert "页面已经过期" in answer.text
    assert client.get("/home").status_code == 200


def test_who_was_signed_out_meanwhile_is_told_so(client):
    answer = client.post("/sign-out", data={"csrf_token": "of-yesterday"})
    assert answer.status_code == 400
    assert "您已退出登录" in answer.text
    assert "/sign-in" in answer.text
