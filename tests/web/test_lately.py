"""The password asked for late: what was typed goes on with it, once, and nothing of it is lost."""

import re
from datetime import timedelta
from html import unescape

import pytest

from registry.access.roles import Role
from registry.accounts.sessions import FRESH_FOR
from registry.clock import now
from registry.db import db
from registry.notices import queries
from tests.factories.accounts import PASSWORD, csrf_of, make_account, sign_in
from tests.factories.clock import set_clock
from tests.factories.unions import COUNTY

PUBLISH = f"/unions/{COUNTY}/notices"
TYPED = {"purpose": '"目的" <二>', "body": "第一行\r\n第二行 & 其余", "form_token": "of-the-page"}
OWN = "confirm-"


@pytest.fixture
def city(client, monkeypatch):
    """A client signed in so long ago that the password is asked for."""
    sign_in(client, make_account(Role.AUDITOR, COUNTY))
    set_clock(monkeypatch, now() + FRESH_FOR + timedelta(minutes=1))
    return client


def carried(text):
    """Return the hidden fields of the form on the page, but the token against forged requests."""
    form = text[text.index("<main") :]
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
    return {name: unescape(value) for name, value in fields if name != "csrf_token"}


def send(client, **fields):
    return client.post(PUBLISH, data={"csrf_token": csrf_of(client), **fields})


def test_the_password_page_carries_what_was_typed_and_its_button_does_it(city):
    asked = send(city, **TYPED)
    assert asked.status_code == 403
    assert carried(asked.text) == TYPED
    assert f'action="{PUBLISH}"' in asked.text
    assert "都保留着" in asked.text

    wrong = send(city, **TYPED, **{f"{OWN}password": "wrong"})
    assert wrong.status_code == 400
    assert "密码不正确" in wrong.text
    assert carried(wrong.text) == TYPED
    assert queries.in_force(db.session(), COUNTY).version == 1

    done = send(city, **TYPED, **{f"{OWN}password": PASSWORD})
    assert done.status_code == 303
    found = queries.in_force(db.session(), COUNTY)
    assert (found.version, found.purpose) == (2, TYPED["purpose"])
    assert "第一行\n第二行 & 其余" in found.body.replace("\r", "")


def test_of_a_form_that_gives_a_file_the_password_page_knows_it(city):
    assert "data-download" not in send(city, **TYPED).text
    asked = send(city, **TYPED, download="1").text
    assert "data-download" in asked
    assert asked.count('name="download"') == 1


def test_gone_back_to_and_sent_again_it_is_done_once(city):
    sent = TYPED | {f"{OWN}password": PASSWORD}
    first = send(city, **sent)
    for again in (sent, TYPED):
        answer = send(city, **again)
        assert answer.location == first.location, "led where the first was"
    assert queries.in_force(db.session(), COUNTY).version == 2


def test_who_may_not_is_refused_before_the_password_is_asked_for(client, monkeypatch):
    sign_in(client, make_account(Role.ADMINISTRATOR, COUNTY))
    set_clock(monkeypatch, now() + FRESH_FOR + timedelta(minutes=1))
    answer = send(client, **TYPED, **{f"{OWN}password": PASSWORD})
    assert answer.status_code == 403
    assert "请再次输入密码" not in answer.text
