"""What is asked of accounts."""

import pytest

from registry.access.roles import Role
from registry.accounts import queries
from registry.db import db
from registry.errors import NotFound, StateRefused
from tests.factories.accounts import make_account
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

UNION = "3310830010001"


def names(**asked):
    path = asked.pop("path", f"/{COUNTY}/")
    return [account.name for account in queries.accounts(db.session(), path, **asked)]


def test_the_actor_named_has_place_path_and_roles():
    made = make_account([Role.CLERK, Role.REVIEWER], UNION, name="both")
    actor = queries.actor_named(db.session(), "both")
    assert (actor.account_id, actor.place, actor.county) == (made.id, UNION, COUNTY)
    assert actor.path == f"/{COUNTY}/{TOWNSHIP}/{UNION}/"
    assert actor.roles == {Role.CLERK, Role.REVIEWER}
    assert queries.actor_of(db.session(), made.id) == actor


def test_unknown_and_locked_accounts_act_nowhere():
    made = make_account(Role.CLERK, UNION, is_locked=True)
    with pytest.raises(NotFound):
        queries.actor_named(db.session(), "nobody")
    with pytest.raises(NotFound):
        queries.actor_of(db.session(), 999)
    with pytest.raises(NotFound):
        queries.find(db.session(), 999)
    with pytest.raises(StateRefused):
        queries.actor_of(db.session(), made.id)


def test_accounts_are_found_by_place_search_role_and_state():
    make_account(Role.CLERK, UNION, name="clerk-a", display_name="李会计")
    make_account(Role.CLERK, "3310830020001", name="clerk-b", is_locked=True)
    make_account(Role.REVIEWER, TOWNSHIP, name="reviewer-a")
    assert names() == ["clerk-a", "clerk-b", "reviewer-a"]
    assert names(path=f"/{COUNTY}/{TOWNSHIP}/") == ["clerk-a", "reviewer-a"]
    assert names(search="李会") == ["clerk-a"]
    assert names(search="3310830020") == ["clerk-b"]
    assert names(search="%") == []
    assert names(role=Role.CLERK) == ["clerk-a", "clerk-b"]
    assert names(locked=True) == ["clerk-b"]
    assert names(after="clerk-a", limit=1) == ["clerk-b"]


def test_posts_show_unions_with_their_clerks():
    make_union_tree(townships=1, unions=2)
    make_account(Role.CLERK, UNION, name="clerk-old", is_locked=True)
    make_account(Role.CLERK, UNION, name="clerk-new")
    make_account(Role.REVIEWER, UNION, name="no-clerk")
    posts = queries.clerk_posts(db.session(), f"/{COUNTY}/{TOWNSHIP}/")
    assert [post.code for post in posts] == [UNION, "3310830010002"]
    assert [clerk.name for clerk in posts[0].clerks] == ["clerk-new", "clerk-old"]
    assert posts[1].clerks == []
    found = queries.clerk_posts(db.session(), f"/{COUNTY}/", search="clerk-new")
    assert [post.code for post in found] == [UNION]


def test_counts():
    make_union_tree(townships=1, unions=2)
    make_account(Role.CLERK, UNION)
    make_account(Role.CLERK, "3310830010002", is_locked=True)
    path = f"/{COUNTY}/"
    assert queries.count_accounts(db.session(), path) == (2, 1, 1)
    assert queries.count_without_clerk(db.session(), path) == 1
    assert queries.without_clerk(db.session(), path, limit=9) == [
        ("3310830010002", "试验0002公司工会")
    ]
