"""Several people at the same moment, on both engines."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from registry.access.roles import Role
from registry.accounts import (
    clerks,
    opening,
    queries,
    second_step,
    sessions,
    signing,
    throttle,
)
from registry.accounts.arriving import Source
from registry.accounts.second_step import Proof
from registry.clock import now
from registry.db import db, transaction
from registry.errors import Busy, InputRefused, StateRefused
from registry.trail.queries import verify
from tests.factories.accounts import PASSWORD, make_account, make_actor
from tests.factories.app import make_app, running
from tests.factories.second_factors import with_app
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

AT_ONCE = 6


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def app(request, tmp_path):
    """The application on either engine, its tables empty."""
    make_new = request.param == "postgresql" and request.getfixturevalue("new_postgresql")
    with running(make_app(tmp_path, make_new() if make_new else None, screens=False)) as app:
        yield app


def together(app, act):
    """Let threads act at the same moment; return what they returned or raised."""
    barrier = Barrier(AT_ONCE)

    def run(number):
        with app.app_context():
            barrier.wait()
            try:
                return act(number)
            except (InputRefused, StateRefused, Busy) as refused:
                return refused

    db.session.rollback()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def holds():
    db.session.rollback()
    assert verify(db.session())[1] == []


def test_guesses_side_by_side_do_not_outrun_the_count(app, monkeypatch):
    monkeypatch.setattr(throttle, "FREE", 2)
    account = make_account(Role.CLERK, "3310830010001")
    outcomes = together(app, lambda _: signing.sign_in(account.name, "wrong", address="192.0.2.1"))
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds.count(InputRefused) == 3
    assert kinds.count(Busy) == AT_ONCE - 3
    holds()


def test_first_attempts_from_everywhere_are_all_counted(app):
    at = now()

    def attempt(_):
        with transaction() as session:
            return throttle.count_attempt(session, "new", address="192.0.2.1", device=None, at=at)

    together(app, attempt)
    with transaction() as session:
        seventh = throttle.count_attempt(session, "new", address="192.0.2.1", device=None, at=at)
    assert not seventh.is_admitted
    assert seventh.wait > timedelta()


def test_one_person_signs_in_on_many_machines(app):
    account = make_account(Role.CLERK, "3310830010001")
    outcomes = together(
        app, lambda number: signing.sign_in(account.name, PASSWORD, address=f"192.0.2.{number}")
    )
    assert len({outcome.token for outcome in outcomes}) == AT_ONCE
    holds()


def test_clerks_are_opened_once_however_many_ask(app):
    make_union_tree(townships=1, unions=3)
    reviewer = make_actor(Role.REVIEWER, TOWNSHIP)
    outcomes = together(app, lambda _: clerks.create_clerks(TOWNSHIP, actor=reviewer))
    names = [slip.account_name for slips in outcomes for slip in slips]
    assert len(names) == len(set(names)) == 3
    holds()


def test_a_clerk_is_handed_over_once(app):
    reviewer = make_actor(Role.REVIEWER, TOWNSHIP)
    account = make_account(Role.CLERK, "3310830010001")
    outcomes = together(
        app,
        lambda number: clerks.hand_over(account.id, display_name=f"接手人{number}", actor=reviewer),
    )
    assert [isinstance(outcome, StateRefused) for outcome in outcomes].count(False) == 1
    assert len(queries.accounts(db.session(), reviewer.path, role=Role.CLERK)) == 2
    holds()


def test_a_name_is_given_once_however_many_ask(app):
    administrator = make_actor(Role.ADMINISTRATOR, COUNTY)
    outcomes = together(
        app,
        lambda number: opening.create_account(
            name="system2",
            display_name=f"第{number}人",
            place=COUNTY,
            roles=[Role.ADMINISTRATOR],
            actor=administrator,
        ),
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, InputRefused)]
    assert len(refused) == AT_ONCE - 1
    assert {outcome.code for outcome in refused} == {"account.exists"}
    holds()


def test_a_code_is_taken_once_however_many_show_it_at_the_same_moment(app):
    account = make_account(Role.REVIEWER, TOWNSHIP)
    authenticator, codes = with_app(account.id)
    halves = [half_session(account) for _ in range(AT_ONCE)]
    shown = [Proof(authenticator.code()), Proof(codes[0])] * (AT_ONCE // 2)
    outcomes = together(
        app,
        lambda number: second_step.finish(
            halves[number], shown[number], source=Source(f"192.0.2.{number}")
        ),
    )
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds.count(InputRefused) == AT_ONCE - len(set(shown))
    holds()


def half_session(account):
    token = signing.sign_in(account.name, PASSWORD, address="192.0.2.1").token
    return sessions.find_half(db.session(), token, now())
