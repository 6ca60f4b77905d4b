"""The two questions asked of an actor."""

import pytest

from registry.access.actor import Actor, can, demand, within
from registry.access.roles import Permission, Role
from registry.errors import Forbidden, NotFound

COUNTY, TOWNSHIP = "/331083/", "/331083/331083001/"
UNION, FOREIGN = "/331083/331083001/3310830010001/", "/331083/331083002/3310830020001/"


def actor(*roles, path=TOWNSHIP):
    return Actor(1, "a", "某人", frozenset(roles), "331083001", path, "331083")


def test_within_is_the_subtree_and_the_place_itself():
    assert within(UNION, TOWNSHIP)
    assert within(TOWNSHIP, TOWNSHIP)
    assert not within(TOWNSHIP, UNION)
    assert not within(FOREIGN, TOWNSHIP)


def test_a_code_that_begins_alike_is_another_place():
    assert not within("/331083/3310830012/", "/331083/331083001/")


def test_roles_add_up():
    both = actor(Role.CLERK, Role.REVIEWER)
    assert both.has(Permission.WORK_ROSTER)
    assert both.has(Permission.REVIEW)
    assert not both.has(Permission.VIEW_TRAIL)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("permission", list(Permission))
def test_outside_the_subtree_nothing_exists_whatever_the_role(role, permission):
    for place in (FOREIGN, COUNTY):
        assert not can(actor(role), permission, place)
        with pytest.raises(NotFound):
            demand(actor(role), permission, place)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("permission", list(Permission))
def test_inside_it_the_table_decides(role, permission):
    allowed = actor(role).has(permission)
    assert can(actor(role), permission, UNION) is allowed
    if allowed:
        demand(actor(role), permission, UNION)
    else:
        with pytest.raises(Forbidden):
            demand(actor(role), permission, UNION)


def test_an_account_without_roles_may_do_nothing():
    assert not any(can(actor(), permission, UNION) for permission in Permission)
