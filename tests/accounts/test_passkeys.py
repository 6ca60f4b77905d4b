"""Passkeys: bound to the site, to one challenge and to a count that goes on."""

import pytest

from registry.access.roles import Role
from registry.accounts import factors, passkeys, second_step, sessions, signing
from registry.accounts.arriving import Source
from registry.accounts.second_step import Proof
from registry.clock import now
from registry.db import db
from registry.errors import InputRefused, StateRefused
from tests.factories.accounts import PASSWORD, make_account
from tests.factories.app import make_app, running
from tests.factories.second_factors import SITE, Passkey
from tests.factories.unions import TOWNSHIP

HERE = Source("192.0.2.1")


@pytest.fixture
def app(tmp_path):
    """An application that knows its own address, in place of one that does not."""
    with running(make_app(tmp_path, screens=False, REGISTRY_SITE=SITE)) as app:
        yield app


def signed_in(account):
    browser = signing.sign_in(account.name, PASSWORD, address="192.0.2.1")
    find = sessions.find_half if browser.is_half else sessions.find
    return find(db.session(), browser.token, now())


def test_a_passkey_signs_in_and_nothing_else_does(app):
    account, key = make_account(Role.REVIEWER, TOWNSHIP), Passkey()
    here = signed_in(account)
    mine = {"token_hash": here.token_hash, "actor": here.actor}
    for fake in (Passkey(origin="https://other.test"), Passkey(host="other.test")):
        options = passkeys.ask_for_new(here.token_hash, here.actor)
        with pytest.raises(InputRefused) as refused:
            passkeys.take(fake.made(options), "别的网站", **mine)
        assert refused.value.code == "passkey.wrong"
    made = key.made(passkeys.ask_for_new(here.token_hash, here.actor))
    assert len(passkeys.take(made, "办公室电脑", **mine)) == 10
    with pytest.raises(InputRefused):
        passkeys.take(made, "再来一次", **mine)  # its challenge is taken

    half = signed_in(account)
    for answer in ("", "{}", "[1]", '"x"', "x" * 30_000):
        with pytest.raises(InputRefused):
            second_step.finish(half, Proof(answer=answer), source=HERE)
    options = passkeys.ask_for_one(half.token_hash, half.actor)
    assert second_step.finish(half, Proof(answer=key.shown(options)), source=HERE).token

    other = signed_in(account)
    options = passkeys.ask_for_one(other.token_hash, other.actor)
    answer = key.shown(options)
    third = signed_in(account)
    passkeys.ask_for_one(third.token_hash, third.actor)
    with pytest.raises(InputRefused):
        second_step.finish(third, Proof(answer=answer), source=HERE)  # another one's challenge
    key.count -= 2  # a copy that did not count on
    options = passkeys.ask_for_one(other.token_hash, other.actor)
    with pytest.raises(InputRefused):
        second_step.finish(other, Proof(answer=key.shown(options)), source=HERE)
    options = passkeys.ask_for_one(other.token_hash, other.actor)
    with pytest.raises(InputRefused):
        second_step.finish(other, Proof(answer=Passkey().shown(options)), source=HERE)
    (kept,) = factors.own(db.session(), here.actor)
    assert (kept.kind, kept.label) == ("PASSKEY", "办公室电脑")


def test_without_the_sites_address_there_are_none(app, monkeypatch):
    here = signed_in(make_account(Role.REVIEWER, TOWNSHIP))
    monkeypatch.setitem(app.config, "SITE", "")
    with pytest.raises(StateRefused) as refused:
        passkeys.ask_for_new(here.token_hash, here.actor)
    assert refused.value.code == "passkey.off"
