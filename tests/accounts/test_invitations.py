"""Invitations: for once, for a while, for the account's person; nobody else is kept out."""

from datetime import timedelta

import pytest

from registry.access.roles import Role
from registry.accounts import clerks, invitations, opening, operations, sessions, throttle
from registry.accounts.accepting import accept
from registry.accounts.arriving import Source
from registry.clock import now
from registry.db import db
from registry.errors import Busy, InputRefused, StateRefused
from registry.trail.queries import entries, verify
from tests.factories.accounts import PASSWORD, choose_password, make_account, make_actor
from tests.factories.clock import set_clock
from tests.factories.second_factors import with_app
from tests.factories.unions import COUNTY, TOWNSHIP, make_union, make_union_tree

HERE = Source("192.0.2.1", "Windows 电脑 · Chrome")


@pytest.fixture
def reviewer(register):
    return make_actor(Role.REVIEWER, TOWNSHIP)


@pytest.fixture
def app(register):
    """The register, on both engines."""
    return register


def invite(account, actor):
    return operations.reset_password(account.id, actor=actor).code


def refused(code, password=PASSWORD):
    with pytest.raises(InputRefused) as error:
        accept(code, password, source=HERE)
    return error.value.code


def test_an_invitation_is_taken_once_by_whoever_types_it_rightly(reviewer, monkeypatch):
    account = make_account(Role.CLERK, "3310830010001")
    code = invite(account, reviewer)
    assert refused(code, "short") == "password.short"
    assert refused(code, f"{account.name} {account.name}") == "password.guessable"
    typed = f" {code.upper().replace('-', '')} "
    browser = accept(typed, PASSWORD, source=HERE)
    assert sessions.find(db.session(), browser.token, now()).actor.account_id == account.id
    assert refused(code) == "invitation.wrong"
    said = entries(db.session(), COUNTY, action="account.invitation")
    assert [one.result for one in said] == ["refused:invitation", "done"]
    assert code not in repr(entries(db.session(), COUNTY))
    kept = repr(db.session.connection().exec_driver_sql("SELECT * FROM invitation").all())
    assert code not in kept

    again = invite(account, reviewer)
    assert sessions.find(db.session(), browser.token, now()) is None
    held_until = invitations.expiry(db.session(), COUNTY, account.id)
    assert held_until - now() > timedelta(days=13)
    set_clock(monkeypatch, held_until + timedelta(seconds=1))
    assert refused(again) == "invitation.wrong"
    assert verify(db.session())[1] == []


def test_a_lock_and_a_new_code_end_an_invitation(reviewer):
    account = make_account(Role.CLERK, "3310830010001")
    first, second = invite(account, reviewer), invite(account, reviewer)
    assert refused(first) == "invitation.wrong"
    operations.lock(account.id, actor=reviewer)
    operations.unlock(account.id, actor=reviewer)
    assert refused(second) == "invitation.wrong"


def test_who_has_a_second_factor_shows_it_after_choosing(reviewer):
    account = make_account(Role.CLERK, "3310830010001")
    with_app(account.id)
    browser = choose_password(invite(account, reviewer))
    assert browser.is_half
    assert sessions.find(db.session(), browser.token, now()) is None


def test_wrong_codes_wait_and_a_right_one_does_not(reviewer):
    account = make_account(Role.CLERK, "3310830010001")
    code = invite(account, reviewer)
    for _ in range(throttle.FREE + 1):
        assert refused("aaaa-bbbb-cccc-dddd") == "invitation.wrong"
    with pytest.raises(Busy) as slowed:
        accept("aaaa-bbbb-cccc-dddd", PASSWORD, source=HERE)
    assert slowed.value.code == "invitation.throttled"
    assert choose_password(code).token


def test_clerks_are_opened_by_invitations_each_its_own(reviewer):
    make_union_tree(townships=1, unions=3)
    slips = clerks.create_clerks(TOWNSHIP, actor=reviewer)
    assert len({slip.code for slip in slips}) == len(slips) > 1
    assert choose_password(slips[-1].code).account_name == slips[-1].account_name


def test_the_first_administrator_is_invited_again_until_they_came(app):
    make_union(COUNTY)
    first = opening.open_first_administrator(COUNTY, "甲")
    second = opening.open_first_administrator(COUNTY, "甲")
    assert (first.account_name, second.account_name) == ("administrator", "administrator")
    assert refused(first.code) == "invitation.wrong"
    assert choose_password(second.code).token
    with pytest.raises(StateRefused) as done:
        opening.open_first_administrator(COUNTY, "乙")
    assert done.value.code == "init.done"
