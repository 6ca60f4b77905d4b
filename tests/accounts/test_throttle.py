"""Guessing is slowed down; nobody is locked out by others."""

from datetime import timedelta

import pytest

from registry.accounts import throttle
from registry.clock import now
from registry.db import transaction

HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


def attempt(name, address=HERE, device=None, at=None):
    with transaction() as session:
        return throttle.count_attempt(session, name, address=address, device=device, at=at or now())


def fail(times, name="clerk", address=HERE, device=None, at=None):
    for _ in range(times):
        last = attempt(name, address, device, at)
    return last


def test_the_first_failures_cost_nothing():
    assert fail(throttle.FREE).wait == timedelta()


def test_each_further_failure_doubles_the_wait_up_to_a_limit():
    at, waits = now(), []
    fail(throttle.FREE, at=at)
    for _ in range(12):
        outcome = attempt("clerk", at=at)
        assert outcome.is_admitted
        waits.append(outcome.wait.total_seconds())
        at += outcome.wait
    assert waits[:4] == [2, 4, 8, 16]
    assert waits[-1] == throttle.LONGEST_WAIT.total_seconds()


def test_attempts_while_waiting_are_refused_unseen_and_do_not_prolong_it():
    at = now()
    fail(throttle.FREE + 3, at=at)  # refused ones among them count nothing
    first = attempt("clerk", at=at)
    fail(50, at=at + timedelta(seconds=1))
    assert not first.is_admitted
    assert attempt("clerk", at=at + timedelta(seconds=2)).is_admitted


def test_another_address_may_sign_in_at_once():
    fail(40)
    assert attempt("clerk", ELSEWHERE).is_admitted


def test_another_account_behind_the_same_address_may_sign_in_at_once():
    fail(40)
    assert attempt("colleague").is_admitted


def test_a_known_browser_behind_the_attackers_address_may_sign_in_at_once():
    fail(40)
    assert attempt("clerk", device="d1").is_admitted


@pytest.fixture
def few(monkeypatch):
    """Lower the limit of an address."""
    monkeypatch.setattr(throttle, "ADDRESS_FREE", 10)


def test_the_limit_of_an_address_is_generous():
    assert throttle.ADDRESS_FREE >= 100


@pytest.mark.usefixtures("few")
def test_an_address_that_tries_very_many_names_must_wait():
    at = now()
    for number in range(throttle.ADDRESS_FREE):
        assert attempt(f"name-{number}", at=at).is_admitted
    outcome = attempt("another", at=at)
    assert outcome.is_flood
    assert not outcome.is_admitted
    assert attempt("another", ELSEWHERE, at=at).is_admitted
    assert attempt("another", device="known", at=at).is_admitted
    assert attempt("another", at=at + throttle.ADDRESS_WINDOW).is_admitted


def test_the_right_password_forgives():
    at = now()
    fail(throttle.FREE, at=at)
    with transaction() as session:
        throttle.forgive(session, "clerk", address=HERE, device=None)
    assert fail(throttle.FREE, at=at).wait == timedelta()


@pytest.mark.usefixtures("few")
def test_many_people_of_one_office_who_sign_in_rightly_are_no_flood():
    for number in range(throttle.ADDRESS_FREE + 50):
        assert attempt(f"clerk-{number}").is_admitted
        with transaction() as session:
            throttle.forgive(session, f"clerk-{number}", address=HERE, device=None)


def test_failures_of_yesterday_are_forgotten_and_swept():
    at = now()
    fail(throttle.FREE + 1, at=at)
    later = at + throttle.FORGOTTEN_AFTER + timedelta(seconds=1)
    assert attempt("clerk", at=later).wait == timedelta()
    with transaction() as session:
        throttle.sweep(session, later + throttle.FORGOTTEN_AFTER + timedelta(seconds=1))
    assert fail(throttle.FREE, at=later).wait == timedelta()


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "1 秒"), (61, "61 秒"), (300, "5 分钟")])
def test_the_refusal_says_how_long(seconds, words):
    refusal = throttle.refusal(throttle.Attempt(False, timedelta(seconds=seconds)))
    assert words in refusal.message
