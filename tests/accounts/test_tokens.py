"""Tokens: made once, kept as a hash, never more than their account may, ended with it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.access.roles import Role
from registry.access.scopes import Scope
from registry.accounts import clerks, operations, token_lists, tokens
from registry.accounts.models import ApiToken
from registry.accounts.queries import actor_of
from registry.clock import now
from registry.db import db
from registry.errors import InputRefused, NotFound, StateRefused
from registry.trail.queries import entries
from tests.factories.accounts import make_account, make_actor
from tests.factories.rosters import OTHER_UNION, UNION, make_clerk
from tests.factories.tokens import make_token
from tests.factories.unions import COUNTY, TOWNSHIP

SEND, READ, TOTALS = Scope.ROSTERS_SEND, Scope.ROSTERS_READ, Scope.TOTALS_READ


@pytest.fixture
def app(register):
    """Both engines."""
    return register


def find(text, later=timedelta()):
    db.session.rollback()
    return tokens.find(db.session(), text, now() + later)


def test_a_token_opens_its_account_and_is_kept_as_a_hash():
    clerk = make_clerk()
    text = make_token(clerk, READ, SEND)
    assert text.startswith(f"tx_{COUNTY}_") and len(text) == 53
    found = find(text)
    assert (found.actor, found.scopes, found.fault) == (clerk, {SEND, READ}, "")
    row = db.session.execute(select(*ApiToken.__table__.columns)).one()
    assert text.partition("_")[2] not in repr(tuple(row))
    assert row.scopes == "rosters.send rosters.read"


@pytest.mark.parametrize(
    "text", ["", "tx_", "x" * 53, f"tx_{COUNTY}_{'a' * 43}", f"tx_999999_{'a' * 43}", "tx_\x00"]
)
def test_what_is_no_token_opens_nothing(text):
    make_token(make_clerk())
    assert find(text) is None


def test_another_county_in_the_token_is_another_token():
    text = make_token(make_clerk())
    assert find(text.replace(COUNTY, "331082")) is None


@pytest.mark.parametrize(
    ("name", "scopes", "days", "code"),
    [
        ("  ", [SEND], 90, "token.name"),
        ("字" * 51, [SEND], 90, "token.name"),
        ("a\nb", [SEND], 90, "token.name"),
        ("给 33108319900101123X 用", [SEND], 90, "token.name"),
        ("系统", [], 90, "token.scopes"),
        ("系统", [SEND, Scope.ELIGIBILITY_ASK], 90, "token.scopes"),
        ("系统", [SEND], 0, "token.days"),
        ("系统", [SEND], 366, "token.days"),
    ],
)
def test_what_cannot_be_made_is_refused(name, scopes, days, code):
    with pytest.raises(InputRefused) as refused:
        tokens.make(name, scopes, days, actor=make_clerk())
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("role", "place", "offered"),
    [
        (Role.CLERK, UNION, [SEND, READ, TOTALS]),
        (Role.REVIEWER, TOWNSHIP, [READ, TOTALS]),
        (Role.AUDITOR, COUNTY, [READ, TOTALS, Scope.ELIGIBILITY_ASK]),
        (Role.ADMINISTRATOR, COUNTY, []),
        (Role.LOG_KEEPER, COUNTY, []),
    ],
)
def test_each_role_gives_what_it_may_itself(role, place, offered):
    actor = make_actor(role, place)
    for scope in Scope:
        if scope in offered:
            tokens.make("系统", [scope], 1, actor=actor)
        else:
            with pytest.raises(InputRefused):
                tokens.make("系统", [scope], 1, actor=actor)


def test_the_longest_life_is_a_setting(app):
    app.config["TOKEN_DAYS"] = 30
    clerk = make_clerk()
    tokens.make("系统", [SEND], 30, actor=clerk)
    with pytest.raises(InputRefused):
        tokens.make("系统", [SEND], 31, actor=clerk)


def test_a_token_ends_by_its_day():
    text = make_token(make_clerk(), SEND, days=1)
    assert find(text, timedelta(hours=23)).fault == ""
    assert find(text, timedelta(days=1)).fault == "expired"


def test_nobody_has_more_than_twenty():
    clerk = make_clerk()
    for _ in range(tokens.MOST):
        make_token(clerk, SEND)
    with pytest.raises(StateRefused) as refused:
        make_token(clerk, SEND)
    assert refused.value.code == "token.many"
    tokens.end(1, actor=clerk)
    make_token(clerk, SEND)


def test_its_owner_and_who_manages_accounts_end_it_and_nobody_else():
    clerk, administrator = make_clerk(), make_actor(Role.ADMINISTRATOR, COUNTY)
    texts = [make_token(clerk, SEND) for _ in range(2)]
    others = (make_clerk(OTHER_UNION), make_actor(Role.REVIEWER, TOWNSHIP))
    for other in (*others, make_actor(Role.ADMINISTRATOR, "331082")):
        with pytest.raises(NotFound):
            tokens.end(1, actor=other)
    tokens.end(1, actor=clerk)
    tokens.end(2, actor=administrator)
    assert [find(text).fault for text in texts] == ["ended", "ended"]
    with pytest.raises(StateRefused):
        tokens.end(1, actor=clerk)
    said = entries(db.session(), COUNTY, action="token.end")
    assert [one.detail for one in said] == [
        {"token": 2, "account": clerk.name},
        {"token": 1, "account": clerk.name},
    ]


def test_tokens_end_with_the_account_whatever_ends_it():
    administrator = make_actor(Role.ADMINISTRATOR, COUNTY)
    acts = (
        operations.lock,
        operations.reset_password,
        lambda number, actor: clerks.hand_over(number, display_name="新人", actor=actor),
    )
    for act in acts:
        clerk = make_clerk()
        text = make_token(clerk)
        act(clerk.account_id, actor=administrator)
        assert find(text).fault == "ended"
    said = entries(db.session(), COUNTY, action="token.end")
    assert len(said) == len(acts)
    assert {one.actor_name for one in said} == {administrator.name}


def test_a_locked_account_opens_nothing_even_with_a_token_that_was_left():
    clerk = make_clerk()
    text = make_token(clerk)
    from registry.accounts.models import Account

    db.session.get(Account, clerk.account_id).is_locked = True
    db.session.commit()
    assert find(text).fault == "locked"


def test_a_role_that_goes_takes_the_tokens_that_need_it():
    account = make_account([Role.CLERK, Role.REVIEWER], TOWNSHIP)
    actor = actor_of(db.session(), account.id)
    sends, reads = make_token(actor, SEND, READ), make_token(actor, READ)
    administrator = make_actor(Role.ADMINISTRATOR, COUNTY)
    operations.set_roles(account.id, [Role.REVIEWER], actor=administrator)
    assert (find(sends).fault, find(reads).fault) == ("ended", "")
    assert find(reads).actor.roles == {Role.REVIEWER}


def test_the_lists_show_whose_they_are_and_never_the_token():
    clerk, other = make_clerk(), make_clerk(OTHER_UNION)
    text = make_token(clerk, SEND)
    make_token(other, READ)
    [own] = token_lists.own(db.session(), clerk)
    assert (own.name, own.labels, own.is_live(now())) == ("人事系统", ["报送花名册"], True)
    both = token_lists.below(db.session(), COUNTY, f"/{COUNTY}/")
    assert [one.account_name for one in both] == [other.name, clerk.name]
    assert text[-40:] not in repr((own, both))
    assert token_lists.below(db.session(), COUNTY, f"/{COUNTY}/", before=2) == [both[1]]
    assert token_lists.below(db.session(), COUNTY, f"/{COUNTY}/331083002/") == []


def test_making_one_is_on_the_trail_without_it():
    clerk = make_clerk()
    text = make_token(clerk, SEND, days=7)
    [one] = entries(db.session(), COUNTY, action="token.make")
    assert one.detail == {"token": 1, "title": "人事系统", "scopes": ["rosters.send"], "days": 7}
    assert text[-43:] not in repr(one)
