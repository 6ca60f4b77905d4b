"""The operator's way for a lost second factor: for the last administrator, and for nobody else."""

import pytest

from registry.access.roles import Role
from registry.accounts import factors, operations, queries, recovery, sessions, signing
from registry.cli.main import main
from registry.clock import now
from registry.db import db
from registry.trail.queries import entries
from tests.factories.accounts import PASSWORD, make_account, make_actor
from tests.factories.second_factors import with_app
from tests.factories.unions import COUNTY, TOWNSHIP

WHY = "手机在下乡途中遗失"


@pytest.fixture
def reset(register, capsys):
    """A function that runs the command and returns its exit code and words."""

    def command(name, *more, why=WHY):
        capsys.readouterr()
        code = main(["reset-factors", name, "--reason", why, *more], lambda: register)
        db.session.rollback()
        return code, "".join(capsys.readouterr())

    return command


def test_the_last_administrator_is_helped_and_nobody_who_can_be_helped_on_the_page(reset):
    session = db.session()
    lost, reviewer = make_account(Role.ADMINISTRATOR, COUNTY), make_account(Role.REVIEWER, TOWNSHIP)
    assert "没有设置" in reset(lost.name)[1]
    browser = signing.sign_in(lost.name, PASSWORD, address="192.0.2.1")
    with_app(lost.id), with_app(reviewer.id)
    actor = queries.actor_of(session, lost.id)

    for name, why in (
        (reviewer.name, WHY),
        (lost.name, " "),
        (lost.name, "机主13905760001"),
        ("x", WHY),
    ):
        assert reset(name, why=why)[0] == 2
    other = make_actor(Role.ADMINISTRATOR, COUNTY)
    code, words = reset(lost.name)
    assert code == 2 and "--all-lost" in words
    assert factors.own(session, actor) and recovery.left(session, actor) == 10
    assert sessions.find(session, browser.token, now())
    assert entries(session, COUNTY, action="account.factor_reset") == []

    operations.lock(other.account_id, actor=actor)
    assert reset(lost.name.upper())[0] == 0
    assert factors.own(session, actor) == [] and recovery.left(session, actor) == 0
    assert sessions.find(session, browser.token, now()) is None
    (entry,) = entries(session, COUNTY, action="account.factor_reset")
    assert (entry.actor_name, entry.place, entry.result) == ("operator", COUNTY, "done")
    assert entry.detail == {"account": lost.name, "count": 1, "reason": WHY}


def test_where_all_administrators_lost_theirs_the_operator_says_so(reset):
    lost, _other = (make_account(Role.ADMINISTRATOR, COUNTY) for _ in range(2))
    with_app(lost.id)
    assert reset(lost.name)[0] == 2
    assert reset(lost.name, "--all-lost")[0] == 0
    assert not signing.sign_in(lost.name, PASSWORD, address="192.0.2.1").is_half
