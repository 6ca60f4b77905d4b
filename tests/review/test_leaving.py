"""Closing accounts: for good, with all that they opened; never the last that is needed."""

from datetime import timedelta

import pytest

from registry.access.roles import Role
from registry.accounts import deputies, operations, queries, sessions, signing
from registry.accounts.states import TRANSITIONS, AccountState, Act
from registry.clock import now, today
from registry.db import db
from registry.errors import InputRefused, StateRefused
from registry.review import assigning
from registry.review.leaving import close_account
from registry.submissions import queries as submissions
from registry.trail.queries import entries
from tests.factories.accounts import PASSWORD, choose_password, make_account, make_actor
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_roster, send_in
from tests.factories.unions import COUNTY, TOWNSHIP

pytestmark = pytest.mark.usefixtures("register")


def test_who_left_is_out_everywhere_and_what_they_held_is_free():
    administrator = make_actor(Role.ADMINISTRATOR, COUNTY)
    account, other = (make_account(Role.REVIEWER, place) for place in (TOWNSHIP, "331083002"))
    reviewer = queries.actor_of(db.session(), account.id)
    sent = send_in(make_roster(make_people(2)), make_clerk())
    assigning.take(sent, actor=reviewer)
    deputies.name(account.id, other.id, today(), today() + timedelta(days=3), actor=reviewer)
    token = signing.sign_in(account.name, PASSWORD, address="192.0.2.1").token
    slip = operations.reset_password(make_account(Role.CLERK, UNION).id, actor=administrator)

    close_account(account.id, " 调离 ", actor=administrator)
    assert sessions.find(db.session(), token, now()) is None
    assert deputies.held(db.session(), queries.actor_of(db.session(), other.id)) == []
    assert submissions.find(db.session(), sent).assigned_to is None
    closed, released = (
        entries(db.session(), COUNTY, action=action)[0]
        for action in ("account.close", "review.release")
    )
    assert closed.detail == {"account": account.name, "reason": "调离", "deputies": [1]}
    assert released.actor_name == administrator.name
    for password in (PASSWORD, ""):
        with pytest.raises(InputRefused) as refused:
            signing.sign_in(account.name, password, address="192.0.2.1")
        assert refused.value.code == "sign_in.wrong", "a closed account looks like no account"
    for act in (operations.unlock, operations.reset_password, operations.lock):
        with pytest.raises(StateRefused) as done:
            act(account.id, actor=administrator)
        assert done.value.code == "account.closed"

    clerk = queries.actor_named(db.session(), slip.account_name)
    close_account(clerk.account_id, "离职", actor=administrator)
    with pytest.raises(InputRefused):
        choose_password(slip.code)


def test_the_last_administrator_and_log_keeper_stay():
    actor, other = (make_actor(Role.ADMINISTRATOR, COUNTY) for _ in range(2))
    keeper = make_account(Role.LOG_KEEPER, COUNTY)
    operations.lock(other.account_id, actor=actor)
    for last, by in ((keeper.id, actor), (actor.account_id, other)):
        for act in (
            lambda number, who: operations.lock(number, actor=who),
            lambda number, who: close_account(number, "调离", actor=who),
            lambda number, who: operations.set_roles(number, [Role.AUDITOR], actor=who),
        ):
            with pytest.raises(StateRefused) as refused:
                act(last, by)
            assert refused.value.code == "account.last"
    make_account(Role.LOG_KEEPER, COUNTY)
    close_account(keeper.id, "调离", actor=actor)


def test_a_closing_says_why():
    actor, account = make_actor(Role.ADMINISTRATOR, COUNTY), make_account(Role.CLERK, UNION)
    for reason in ("", "  ", "长" * 201, "换行\nx"):
        with pytest.raises(InputRefused) as refused:
            close_account(account.id, reason, actor=actor)
        assert refused.value.code == "account.reason"


def test_nothing_leads_out_of_a_closed_account():
    assert not [act for state, act in TRANSITIONS if state is AccountState.CLOSED]
    assert {act for _, act in TRANSITIONS} == set(Act)
