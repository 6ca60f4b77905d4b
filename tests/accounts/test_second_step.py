"""The second step of signing in: each code once, guesses slowed, nobody else kept out."""

from datetime import timedelta

import pytest

from registry.access.roles import Role
from registry.accounts import factors, queries, recovery, second_step, sessions, signing, throttle
from registry.accounts.arriving import Source
from registry.accounts.second_step import Proof
from registry.clock import now
from registry.db import db
from registry.errors import Busy, InputRefused, StateRefused
from registry.trail.queries import entries
from tests.factories.accounts import PASSWORD, make_account, make_actor
from tests.factories.clock import set_clock
from tests.factories.second_factors import with_app
from tests.factories.unions import COUNTY, TOWNSHIP

HERE, ELSEWHERE = Source("192.0.2.1"), Source("192.0.2.2")
WRONG = Proof("000000")


@pytest.fixture
def reviewer(app):
    return make_account(Role.REVIEWER, TOWNSHIP)


def half_of(account):
    browser = signing.sign_in(account.name, PASSWORD, address="192.0.2.1")
    assert browser.is_half
    assert sessions.find(db.session(), browser.token, now()) is None, "half opens nothing"
    return sessions.find_half(db.session(), browser.token, now())


def last_entry():
    return entries(db.session(), COUNTY, limit=1)[0]


def test_a_code_signs_in_once_and_the_half_session_ends(reviewer):
    app, _ = with_app(reviewer.id)
    half, other = half_of(reviewer), half_of(reviewer)
    assert last_entry().result == "half"
    assert queries.find(db.session(), reviewer.id).last_sign_in_at is None
    with pytest.raises(InputRefused) as used:
        second_step.finish(half, Proof(app.code(-1)), source=HERE)
    assert used.value.code == "factor.wrong", "it was shown when the app was set up"
    code = app.code()
    typed = f" {code[:3]} {code[3:]} "
    browser = second_step.finish(half, Proof(typed), source=HERE)
    assert sessions.find(db.session(), browser.token, now()).actor.account_id == reviewer.id
    assert last_entry().detail == {"address": "192.0.2.1", "factor": "totp"}
    with pytest.raises(InputRefused):
        second_step.finish(other, Proof(code), source=HERE)
    assert last_entry()[2:6] == (reviewer.name, "account.sign_in", TOWNSHIP, "refused:factor")
    with pytest.raises(InputRefused) as twice:
        second_step.finish(half, Proof(app.code(1)), source=HERE)
    assert twice.value.code == "sign_in.expired"


def test_a_recovery_code_stands_in_once(reviewer):
    _, codes = with_app(reviewer.id)
    actor = queries.actor_of(db.session(), reviewer.id)
    assert (len(set(codes)), recovery.left(db.session(), actor)) == (10, 10)
    typed = codes[3].upper().replace("-", " ")
    assert second_step.finish(half_of(reviewer), Proof(typed), source=HERE).token
    assert last_entry().detail["factor"] == "recovery"
    with pytest.raises(InputRefused):
        second_step.finish(half_of(reviewer), Proof(codes[3]), source=HERE)
    assert recovery.left(db.session(), actor) == 9
    kept = repr(db.session.connection().exec_driver_sql("SELECT * FROM recovery_code").all())
    assert codes[0] not in kept
    fresh = recovery.renew(actor=actor)
    assert not set(fresh) & set(codes)
    with pytest.raises(InputRefused):
        second_step.finish(half_of(reviewer), Proof(codes[0]), source=HERE)


def test_guesses_are_slowed_from_one_source_and_from_no_other(reviewer):
    app, _ = with_app(reviewer.id)
    half = half_of(reviewer)
    for _ in range(throttle.FREE + 1):
        with pytest.raises(InputRefused):
            second_step.finish(half, WRONG, source=HERE)
    with pytest.raises(Busy) as slowed:
        second_step.finish(half, Proof(app.code()), source=HERE)
    assert "验证码" in slowed.value.message
    assert half_of(reviewer), "the right password does not make the guesses forgotten"
    with pytest.raises(Busy):
        second_step.finish(half, Proof(app.code()), source=HERE)
    assert second_step.finish(half, Proof(app.code()), source=ELSEWHERE).token


def test_a_half_session_is_short_and_ends_with_lock_and_reset(reviewer, monkeypatch):
    with_app(reviewer.id)
    browser = signing.sign_in(reviewer.name, PASSWORD, address="192.0.2.1")
    start = now()
    later = start + sessions.HALF_FOR + timedelta(seconds=1)
    assert sessions.find_half(db.session(), browser.token, later) is None
    administrator = make_actor(Role.ADMINISTRATOR, COUNTY)
    factors.reset(reviewer.id, actor=administrator)
    assert sessions.find_half(db.session(), browser.token, start) is None
    assert last_entry()[3:6] == ("account.factor_reset", TOWNSHIP, "done")
    assert not signing.sign_in(reviewer.name, PASSWORD, address="192.0.2.1").is_half
    with pytest.raises(StateRefused) as again:
        factors.reset(reviewer.id, actor=administrator)
    assert again.value.code == "factor.none"
    with pytest.raises(StateRefused) as own:
        factors.reset(administrator.account_id, actor=administrator)
    assert own.value.code == "account.self"


def test_confirming_asks_for_the_factor_too(reviewer, monkeypatch):
    app, _ = with_app(reviewer.id)
    browser = second_step.finish(half_of(reviewer), Proof(app.code()), source=HERE)
    later = now() + timedelta(minutes=40)
    set_clock(monkeypatch, later)
    found = sessions.find(db.session(), browser.token, later)
    for proof in (Proof(), WRONG):
        with pytest.raises(InputRefused) as refused:
            signing.confirm_password(found.token_hash, PASSWORD, actor=found.actor, proof=proof)
        assert refused.value.code == "factor.wrong"
    assert sessions.find(db.session(), browser.token, later).fresh_until < later
    signing.confirm_password(
        found.token_hash, PASSWORD, actor=found.actor, proof=Proof(app.code(at=later))
    )
    assert sessions.find(db.session(), browser.token, later).fresh_until > later


def test_the_secret_is_sealed_for_its_account(reviewer):
    app, _ = with_app(reviewer.id)
    other = make_account(Role.AUDITOR, COUNTY)
    with_app(other.id)
    connection = db.session.connection()
    sealed = connection.exec_driver_sql("SELECT sealed FROM second_factor ORDER BY id").scalars()
    first, _ = sealed.all()
    moved = "UPDATE second_factor SET sealed = ? WHERE account_id = ?"
    connection.exec_driver_sql(moved, (first, other.id))
    db.session.commit()
    from registry.vault.vault import VaultError

    with pytest.raises(VaultError):
        second_step.finish(half_of(other), Proof(app.code()), source=HERE)
