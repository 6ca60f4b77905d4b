"""Signing in and out, and one's own password."""

from datetime import timedelta

import pytest

from registry.access.roles import Role
from registry.accounts import operations, queries, sessions, signing, throttle
from registry.clock import now
from registry.db import db
from registry.errors import Busy, InputRefused, StateRefused
from registry.trail.queries import entries, verify
from tests.factories.accounts import PASSWORD, make_account, make_actor
from tests.factories.clock import set_clock
from tests.factories.unions import COUNTY, TOWNSHIP, make_union

ADDRESS = "192.0.2.1"
FRESH = "七点半 码头 石榴 灯塔 的新密码"


def sign_in(account, password=PASSWORD, **more):
    return signing.sign_in(account.name, password, address=ADDRESS, **more)


def who(token, at=None):
    return sessions.find(db.session(), token, at or now())


def last_entry():
    return entries(db.session(), COUNTY, limit=1)[0]


def test_the_right_password_opens_a_session():
    account = make_account(Role.CLERK, "3310830010001")
    browser = sign_in(account)
    found = who(browser.token)
    assert found.actor.account_id == account.id
    assert found.actor.path == "/331083/331083001/3310830010001/"
    assert found.actor.roles == {Role.CLERK}
    assert last_entry()[2:6] == (account.name, "account.sign_in", "3310830010001", "done")
    assert queries.find(db.session(), account.id).last_sign_in_at is not None


def test_capitals_blanks_and_full_width_digits_in_the_name_are_understood():
    make_account(Role.CLERK, "3310830010001", name="clerk-3310830010001")
    typed = " Clerk-３３１０８３００１０００１ "
    assert signing.sign_in(typed, PASSWORD, address=ADDRESS).account_name.startswith("clerk")


def test_unknown_name_and_wrong_password_get_the_same_words_and_stand_on_the_trail():
    account = make_account(Role.CLERK, "3310830010001")
    with pytest.raises(InputRefused) as wrong:
        sign_in(account, "wrong")
    assert last_entry()[2:6] == (
        account.name,
        "account.sign_in",
        "3310830010001",
        "refused:wrong",
    )
    with pytest.raises(InputRefused) as unknown:
        signing.sign_in("my-password-in-the-wrong-field", PASSWORD, address=ADDRESS)
    assert (wrong.value.code, wrong.value.message) == (unknown.value.code, unknown.value.message)
    entry = last_entry()
    assert entry.result == "refused:wrong"
    assert "my-password" not in str(entry)


def test_an_unknown_name_costs_the_work_of_a_known_one(monkeypatch):
    worked = []
    monkeypatch.setattr(signing.passwords, "spend_time", worked.append)
    make_union(COUNTY)
    with pytest.raises(InputRefused):
        signing.sign_in("nobody", "guess", address=ADDRESS)
    assert worked == ["guess"]


def test_a_locked_account_is_told_so_only_with_the_right_password():
    account = make_account(Role.CLERK, "3310830010001", is_locked=True)
    with pytest.raises(InputRefused):
        sign_in(account, "wrong")
    with pytest.raises(StateRefused) as refused:
        sign_in(account)
    assert refused.value.code == "account.locked"
    assert last_entry().result == "refused:locked"


def test_guessing_is_slowed_down_and_recorded_but_locks_nobody_out():
    account = make_account(Role.CLERK, "3310830010001")
    for _ in range(throttle.FREE + 1):
        with pytest.raises(InputRefused):
            sign_in(account, "wrong")
    assert last_entry().detail["wait_seconds"] == 2
    with pytest.raises(Busy):
        sign_in(account)
    assert last_entry().result == "refused:throttled"
    assert signing.sign_in(account.name, PASSWORD, address="192.0.2.9").token
    assert sign_in(account, device="browser-used-before").token


def test_after_the_wait_the_right_password_opens(monkeypatch):
    account = make_account(Role.CLERK, "3310830010001")
    for _ in range(throttle.FREE + 1):
        with pytest.raises(InputRefused):
            sign_in(account, "wrong")
    set_clock(monkeypatch, now() + timedelta(seconds=3))
    assert sign_in(account).token


def test_unknown_names_are_slowed_down_alike():
    make_union(COUNTY)
    for _ in range(throttle.FREE + 1):
        with pytest.raises(InputRefused):
            signing.sign_in("nobody", "x", address=ADDRESS)
    with pytest.raises(Busy):
        signing.sign_in("nobody", "x", address=ADDRESS)


def test_signing_out_kills_the_token():
    account = make_account(Role.CLERK, "3310830010001")
    token, other = sign_in(account).token, sign_in(account).token
    found = who(token)
    signing.sign_out(found.token_hash, actor=found.actor)
    assert who(token) is None
    assert who(other) is not None
    assert last_entry().action == "account.sign_out"


def test_a_session_ends_when_idle_too_long_or_in_any_case(app):
    token = sign_in(make_account(Role.CLERK, "3310830010001")).token
    idle = timedelta(minutes=app.config["IDLE_MINUTES"])
    start = now()
    assert who(token, start + idle - timedelta(minutes=1)) is not None
    assert who(token, start + idle + timedelta(minutes=1)) is None
    step, at = timedelta(minutes=30), start
    while at < start + timedelta(hours=app.config["SESSION_HOURS"]) - step:
        at += step
        found = who(token, at)
        assert found is not None
        sessions.touch(db.session(), found.token_hash, at)
    assert who(token, at + step) is None


def test_only_the_hash_of_the_token_is_kept():
    token = sign_in(make_account(Role.CLERK, "3310830010001")).token
    kept = db.session.connection().exec_driver_sql("SELECT * FROM sign_in_session").all()
    assert token not in repr(kept)
    assert who(token[:-1] + "x") is None


def test_changing_the_password_ends_all_sessions_and_opens_a_new_one():
    account = make_account(Role.CLERK, "3310830010001", must_change_password=True)
    tokens = [sign_in(account).token for _ in range(2)]
    fresh = signing.change_password(PASSWORD, FRESH, actor=who(tokens[0]).actor)
    assert [who(token) for token in tokens] == [None, None]
    assert not who(fresh).must_change_password
    assert last_entry().action == "account.password"
    with pytest.raises(InputRefused):
        sign_in(account)
    assert sign_in(account, FRESH).token


@pytest.mark.parametrize(
    ("current", "fresh", "code"),
    [
        ("wrong", FRESH, "password.wrong"),
        (PASSWORD, PASSWORD, "password.same"),
        (PASSWORD, "short", "password.short"),
    ],
)
def test_a_password_is_not_changed_without_the_old_one_or_to_a_bad_one(current, fresh, code):
    actor = make_actor(Role.CLERK, "3310830010001")
    with pytest.raises(InputRefused) as refused:
        signing.change_password(current, fresh, actor=actor)
    assert refused.value.code == code
    assert signing.sign_in(actor.name, PASSWORD, address=ADDRESS).token


def test_guessing_the_password_at_an_open_browser_is_slowed_down():
    actor = make_actor(Role.REVIEWER, TOWNSHIP)
    for _ in range(throttle.FREE + 1):
        with pytest.raises(InputRefused):
            signing.confirm_password(b"", "wrong", actor=actor)
    with pytest.raises(Busy):
        signing.confirm_password(b"", PASSWORD, actor=actor)
    assert signing.sign_in(actor.name, PASSWORD, address=ADDRESS).token


def test_confirming_makes_the_session_fresh_again(monkeypatch):
    account = make_account(Role.REVIEWER, TOWNSHIP)
    token = sign_in(account).token
    later = now() + timedelta(minutes=40)
    set_clock(monkeypatch, later)
    found = who(token, later)
    assert found.fresh_until < later
    signing.confirm_password(found.token_hash, PASSWORD, actor=found.actor)
    assert who(token, later).fresh_until > later


def test_a_revoked_role_and_a_lock_are_gone_at_the_next_look():
    administrator = make_actor(Role.ADMINISTRATOR, COUNTY)
    account = make_account([Role.REVIEWER, Role.CLERK], TOWNSHIP)
    token = sign_in(account).token
    operations.set_roles(account.id, [Role.REVIEWER], actor=administrator)
    assert who(token).actor.roles == {Role.REVIEWER}
    operations.lock(account.id, actor=administrator)
    assert who(token) is None


def test_no_password_and_no_token_stands_on_the_trail():
    account = make_account(Role.CLERK, "3310830010001")
    token = sign_in(account).token
    signing.change_password(PASSWORD, FRESH, actor=who(token).actor)
    kept = repr(db.session.connection().exec_driver_sql("SELECT * FROM trail_entry").all())
    for secret in (token, PASSWORD, FRESH):
        assert secret not in kept
    assert verify(db.session())[1] == []
