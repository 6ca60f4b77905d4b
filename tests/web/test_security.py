"""Headers on every route, tokens on every change, static files."""

import subprocess
import sys

import pytest

from config import ROOT
from registry.access.roles import Role
from registry.app import create_app
from registry.vault.keyfile import KeyFileError
from registry.web.security import HEADERS, version_of
from tests.factories.accounts import make_account, sign_in
from tests.factories.app import make_app, running
from tests.factories.unions import COUNTY


def addresses(app):
    for rule in app.url_map.iter_rules():
        values = dict.fromkeys(rule.arguments, "1")
        if "filename" in values:
            values["filename"] = "app.css"
        yield app.url_map.bind("").build(rule.endpoint, values), rule.methods


def test_every_answer_carries_the_headers(app, client):
    for signed_in in (False, True):
        if signed_in:
            sign_in(client, make_account(Role.ADMINISTRATOR, COUNTY))
        for address, methods in addresses(app):
            for method in sorted(methods):
                answer = client.open(address, method=method)
                for name, value in HEADERS.items():
                    assert answer.headers.getlist(name) == [value], f"{method} {address}"
                if not address.startswith("/static/"):
                    assert answer.headers["Cache-Control"] == "no-store", address
                assert "Strict-Transport-Security" not in answer.headers
                answer.close()


def test_unknown_addresses_carry_them_too(client):
    for address in ("/nope", "/static/nope.css"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert answer.headers["Cache-Control"] == "no-store"
        assert HEADERS.items() <= dict(answer.headers).items()


def test_the_policy_lets_nothing_inline_and_nothing_foreign_in():
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "data:" not in policy
    for rule in (
        "default-src 'none'",
        "script-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    ):
        assert rule in policy


def test_over_https_browsers_are_told_to_stay_there(tmp_path):
    with running(make_app(tmp_path, secure=True)) as app:
        answer = app.test_client().get("/sign-in")
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_static_files_are_kept_for_ever_under_their_hash_only(app, client):
    with app.test_request_context():
        version = version_of("app.css")
    kept = client.get(f"/static/app.css?v={version}")
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    kept.close()
    for address in ("/static/app.css", "/static/app.css?v=wrong"):
        answer = client.get(address)
        assert answer.headers["Cache-Control"] == "no-cache"
        answer.close()
    assert f"/static/app.css?v={version}" in client.get("/sign-in").text


def test_no_file_beside_the_static_folder_is_given_out(client):
    for name in ("../guard.py", "..%2fguard.py", "....//guard.py"):
        assert client.get(f"/static/{name}").status_code == 404


def test_every_change_needs_its_token(app, client):
    sign_in(client, make_account(Role.ADMINISTRATOR, COUNTY))
    for address, methods in addresses(app):
        if address.startswith("/api/"):  # no cookie opens anything there
            continue
        for method in methods & {"POST", "PUT", "PATCH", "DELETE"}:
            answer = client.open(address, method=method)
            assert answer.status_code == 400, f"{method} {address}"
            assert "刚才的操作没有执行" in answer.text
    assert client.get("/home").status_code == 200


def test_a_token_of_another_browser_is_refused(app, client):
    from tests.factories.accounts import csrf_of

    account = make_account(Role.ADMINISTRATOR, COUNTY)
    sign_in(client, account)
    foreign = csrf_of(app.test_client(), "/sign-in")
    assert client.post("/sign-out", data={"csrf_token": foreign}).status_code == 400
    assert client.get("/home").status_code == 200


def test_an_installation_without_keys_does_not_start(tmp_path):
    with pytest.raises(KeyFileError):
        create_app({"REGISTRY_DATA": str(tmp_path)})


def test_the_servers_entry_says_in_plain_words_why_it_does_not_start(tmp_path):
    ran = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=ROOT,
        env={"REGISTRY_DATA": str(tmp_path), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert "registry init" in ran.stderr
    assert "Traceback" not in ran.stderr
