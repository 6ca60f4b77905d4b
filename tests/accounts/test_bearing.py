"""Programs at the door: one answer for every bad token, guesses slowed down, good ones never."""

from datetime import timedelta

import pytest

from registry.access.roles import Role
from registry.accounts import bearing, factors, signing, throttle, token_lists, tokens
from registry.clock import now
from registry.db import db
from registry.errors import Busy, NotSignedIn, StateRefused
from registry.trail.queries import entries
from tests.factories.accounts import PASSWORD, make_actor
from tests.factories.clock import set_clock
from tests.factories.rosters import make_clerk
from tests.factories.second_factors import with_app
from tests.factories.tokens import make_token
from tests.factories.unions import COUNTY

HERE = "192.0.2.7"
GUESS = f"tx_{COUNTY}_{'g' * 43}"


@pytest.fixture
def app(register):
    """Both engines."""
    return register


def refusal(text, address=HERE):
    with pytest.raises((NotSignedIn, Busy)) as refused:
        bearing.let_in(text, address=address)
    return refused.value


def test_unknown_ended_and_expired_ones_are_one_answer(monkeypatch):
    clerk = make_clerk()
    ended, expired = make_token(clerk), make_token(clerk, days=1)
    tokens.end(1, actor=clerk)
    set_clock(monkeypatch, now() + timedelta(days=2))
    said = {(refusal(text).code, refusal(text).message) for text in (GUESS, ended)}
    said.add((refusal(expired).code, refusal(expired, "192.0.2.8").message))
    assert len(said) == 1
    results = {one.result for one in entries(db.session(), COUNTY, action="token.refused")}
    assert results == {"refused:wrong", "refused:ended", "refused:expired"}


def test_without_a_token_nothing_is_counted():
    for _ in range(throttle.FREE * 3):
        assert refusal("").code == "token.missing"
    assert entries(db.session(), COUNTY, action="token.refused") == []


def test_guesses_wait_and_a_good_token_never_does():
    text = make_token(make_clerk())
    codes = [refusal(GUESS).code for _ in range(throttle.FREE + 2)]
    assert codes == ["token.wrong"] * (throttle.FREE + 1) + ["token.throttled"]
    assert bearing.let_in(text, address=HERE).id == 1
    assert refusal(GUESS, "192.0.2.8").code == "token.wrong"


def test_a_program_that_guesses_keeps_nobody_from_signing_in():
    clerk = make_clerk()
    for _ in range(throttle.ADDRESS_FREE + 5):
        refusal(GUESS)
    assert signing.sign_in(clerk.name, PASSWORD, address=HERE).account_name == clerk.name


def test_no_guess_stands_in_the_trail():
    refusal(GUESS)
    refusal("password-in-the-wrong-place")
    said = repr(entries(db.session(), COUNTY, action="token.refused"))
    assert "ggggg" not in said and "wrong-place" not in said and HERE in said


def test_the_last_use_is_noted_now_and_then(monkeypatch):
    clerk = make_clerk()
    text, begin = make_token(clerk), now()

    def used():
        db.session.rollback()
        return token_lists.own(db.session(), clerk)[0].used_at

    for minutes, noted in ((0, 0), (4, 0), (6, 6)):
        set_clock(monkeypatch, begin + timedelta(minutes=minutes))
        bearing.let_in(text, address=HERE)
        assert used() == begin + timedelta(minutes=noted)


def test_where_a_second_factor_is_due_no_token_opens_anything(app):
    city = make_actor(Role.AUDITOR, COUNTY)
    text = make_token(city)
    assert bearing.let_in(text, address=HERE).actor == city
    app.config["SECOND_FACTOR"] = frozenset({Role.AUDITOR})
    for _ in range(throttle.FREE + 2):
        assert refusal(text).code == "token.factor"
    results = [one.result for one in entries(db.session(), COUNTY, action="token.refused")]
    assert results == ["refused:throttled"] + ["refused:no_factor"] * (throttle.FREE + 1)
    with pytest.raises(StateRefused) as due:
        make_token(city)
    assert due.value.code == "token.factor"
    assert bearing.let_in(make_token(make_clerk()), address=HERE), "of whom none is demanded"

    with_app(city.account_id)
    assert bearing.let_in(text, address=HERE).actor == city
    factors.reset(city.account_id, actor=make_actor(Role.ADMINISTRATOR, COUNTY))
    assert refusal(text).code == "token.factor"
    tokens.end(1, actor=city)
    assert refusal(text, "192.0.2.8").code == "token.wrong", "ended is ended"
