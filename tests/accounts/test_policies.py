"""The policy of 等级保护: kinds of characters, a new password in time, none of the last again."""

from datetime import timedelta

import pytest

from registry.access.roles import Role
from registry.accounts import policies, sessions, signing
from registry.clock import now
from registry.db import db
from registry.errors import InputRefused
from tests.factories.accounts import PASSWORD, make_account
from tests.factories.app import make_app, running


@pytest.fixture
def app(tmp_path):
    """A site under 等级保护."""
    settings = {"REGISTRY_PASSWORD_POLICY": "mlps", "REGISTRY_PASSWORD_HISTORY": "3"}
    with running(make_app(tmp_path, screens=False, **settings)) as app:
        yield app


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        ("Sh0rt-Pw1", "password.short"),
        ("only small letters and so on", "password.kinds"),
        ("只有中文 和空格 没有别的 东西", "password.kinds"),
        ("Aa1-Aa1-Aa1", "password.guessable"),
    ],
)
def test_what_is_not_mixed_or_long_enough_is_refused(chosen, code):
    with pytest.raises(InputRefused) as refused:
        policies.judge(chosen)
    assert refused.value.code == code


def test_a_password_grows_old_and_the_last_ones_do_not_come_back():
    account = make_account(Role.CLERK, "3310830010001")
    token = signing.sign_in(account.name, PASSWORD, address="192.0.2.1").token
    later = now() + timedelta(days=91)
    actor = sessions.find(db.session(), token, now()).actor
    assert not sessions.find(db.session(), token, now()).password_expired
    assert policies.is_expired(now(), later)
    current = first = "Harbour-6-fern"
    signing.change_password(PASSWORD, first, actor=actor)
    for fresh in ("Lantern-7-pier", "Granite-8-moss", "Orchard-9-kite"):
        token = signing.change_password(current, fresh, actor=actor)
        with pytest.raises(InputRefused) as used:
            signing.change_password(fresh, current, actor=actor)
        assert used.value.code == "password.used"
        current = fresh
    kept = db.session.connection().exec_driver_sql("SELECT count(*) FROM former_password").scalar()
    assert kept == 3
    signing.change_password(current, first, actor=actor)  # the fourth last may


def test_the_rules_are_said():
    assert "四种里至少有三种" in "".join(policies.rules())
    assert "90 天" in "".join(policies.rules())
