"""Locking, resetting, roles, and who manages whom."""

import pytest

from registry.access.roles import Role
from registry.accounts import clerks, operations, queries, signing
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.trail.queries import entries
from tests.factories.accounts import PASSWORD, choose_password, make_account, make_actor
from tests.factories.unions import COUNTY, TOWNSHIP

OTHER_TOWNSHIP, UNION = "331083002", "3310830010001"


@pytest.fixture
def administrator():
    return make_actor(Role.ADMINISTRATOR, COUNTY)


@pytest.fixture
def reviewer():
    return make_actor(Role.REVIEWER, TOWNSHIP)


def account_named(name):
    found = queries.accounts(db.session(), f"/{COUNTY}/", search=name)
    return next(account for account in found if account.name == name)


def actions():
    return [entry.action for entry in entries(db.session(), COUNTY)]


def test_roles_that_may_not_meet_are_refused_and_the_old_ones_stay(administrator):
    account = make_account(Role.AUDITOR, COUNTY)
    with pytest.raises(StateRefused) as refused:
        operations.set_roles(account.id, [Role.AUDITOR, Role.LOG_KEEPER], actor=administrator)
    assert refused.value.code == "roles.separate"
    assert queries.find(db.session(), account.id).roles == {Role.AUDITOR}
    operations.set_roles(account.id, [Role.LOG_KEEPER], actor=administrator)
    assert queries.find(db.session(), account.id).roles == {Role.LOG_KEEPER}
    detail = entries(db.session(), COUNTY)[0].detail
    assert (detail["before"], detail["after"]) == (["AUDITOR"], ["LOG_KEEPER"])


def test_nobody_manages_their_own_account(administrator):
    own = administrator.account_id
    acts = (
        lambda: operations.lock(own, actor=administrator),
        lambda: operations.reset_password(own, actor=administrator),
        lambda: operations.set_roles(own, [Role.AUDITOR], actor=administrator),
    )
    for act in acts:
        with pytest.raises(StateRefused) as refused:
            act()
        assert refused.value.code == "account.self"


def test_locking_and_unlocking(administrator):
    account = make_account(Role.CLERK, UNION)
    operations.lock(account.id, actor=administrator)
    with pytest.raises(StateRefused):
        signing.sign_in(account.name, PASSWORD, address="")
    with pytest.raises(StateRefused):
        queries.actor_named(db.session(), account.name)
    with pytest.raises(StateRefused):
        operations.lock(account.id, actor=administrator)
    operations.unlock(account.id, actor=administrator)
    assert signing.sign_in(account.name, PASSWORD, address="").token
    with pytest.raises(StateRefused):
        operations.unlock(account.id, actor=administrator)


def test_a_reset_invites_anew_and_kills_the_old_password(reviewer):
    account = make_account(Role.CLERK, UNION)
    slip = operations.reset_password(account.id, actor=reviewer)
    with pytest.raises(InputRefused):
        signing.sign_in(account.name, PASSWORD, address="")
    again = operations.reset_password(account.id, actor=reviewer)
    with pytest.raises(InputRefused):
        choose_password(slip.code)
    assert choose_password(again.code).account_name == account.name


def test_a_review_unit_manages_the_clerks_of_its_unions_only(reviewer):
    foreign = make_account(Role.CLERK, f"{OTHER_TOWNSHIP}0001")
    colleague = make_account(Role.REVIEWER, TOWNSHIP)
    above = make_account(Role.ADMINISTRATOR, COUNTY)
    clerk_and_more = make_account([Role.CLERK, Role.REVIEWER], UNION)
    acts = [
        lambda account: operations.lock(account, actor=reviewer),
        lambda account: operations.reset_password(account, actor=reviewer),
        lambda account: clerks.hand_over(account, display_name="新人", actor=reviewer),
        lambda account: operations.set_roles(account, [Role.CLERK], actor=reviewer),
    ]
    for act in acts:
        for account in (foreign, above):
            with pytest.raises(NotFound):
                act(account.id)
        for account in (colleague, clerk_and_more):
            with pytest.raises(Forbidden):
                act(account.id)
    with pytest.raises(Forbidden):
        operations.set_roles(
            make_account(Role.CLERK, UNION).id, [Role.CLERK, Role.REVIEWER], actor=reviewer
        )


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.LOG_KEEPER])
def test_neither_auditor_nor_log_keeper_manages_clerks(role):
    actor = make_actor(role, COUNTY)
    account = make_account(Role.CLERK, UNION)
    with pytest.raises(Forbidden):
        operations.lock(account.id, actor=actor)
    with pytest.raises(Forbidden):
        clerks.create_clerks(TOWNSHIP, actor=actor)


def test_a_failed_act_leaves_neither_change_nor_entry(administrator, monkeypatch):
    account = make_account(Role.CLERK, UNION)

    def broken(*_arguments, **_details):
        raise OSError("disk full")

    monkeypatch.setattr(operations.trail, "record", broken)
    with pytest.raises(OSError, match="disk full"):
        operations.lock(account.id, actor=administrator)
    assert not queries.find(db.session(), account.id).is_locked
