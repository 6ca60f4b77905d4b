"""Opening accounts."""

import pytest

from registry.access.roles import Role
from registry.accounts import opening, queries, signing
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.trail.queries import entries
from tests.factories.accounts import PASSWORD, choose_password, make_actor
from tests.factories.unions import COUNTY, TOWNSHIP, make_union

OTHER_TOWNSHIP, UNION = "331083002", "3310830010001"


@pytest.fixture
def administrator():
    return make_actor(Role.ADMINISTRATOR, COUNTY)


def account_named(name):
    found = queries.accounts(db.session(), f"/{COUNTY}/", search=name)
    return next(account for account in found if account.name == name)


def actions():
    return [entry.action for entry in entries(db.session(), COUNTY)]


def create(actor, **changes):
    wanted = {
        "name": "reviewer9",
        "display_name": "王审核",
        "place": TOWNSHIP,
        "roles": [Role.REVIEWER],
    }
    return opening.create_account(**(wanted | changes), actor=actor)


def test_a_new_account_has_no_password_but_an_invitation(administrator):
    make_union(TOWNSHIP)
    slip = create(administrator)
    for password in (slip.code, ""):
        with pytest.raises(InputRefused):
            signing.sign_in(slip.account_name, password, address="")
    assert choose_password(slip.code).account_name == "reviewer9"
    assert signing.sign_in(slip.account_name, PASSWORD, address="").token
    assert account_named("reviewer9").roles == {Role.REVIEWER}
    created = entries(db.session(), COUNTY, action="account.create")[0]
    assert created.detail == {"account": "reviewer9", "roles": ["REVIEWER"]}
    assert slip.code not in repr(created)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": "No Blanks"}, "account.name"),
        ({"name": "x"}, "account.name"),
        ({"display_name": "  "}, "account.display_name"),
        ({"roles": []}, "roles.none"),
        ({"place": "331083999"}, "union.unknown"),
        ({"roles": [Role.CLERK]}, "roles.place"),
        ({"roles": [Role.AUDITOR]}, "roles.place"),
        ({"place": COUNTY, "roles": [Role.AUDITOR, Role.LOG_KEEPER]}, "roles.separate"),
        ({"place": COUNTY, "roles": [Role.ADMINISTRATOR, Role.LOG_KEEPER]}, "roles.separate"),
        ({"place": COUNTY, "roles": [Role.ADMINISTRATOR, Role.AUDITOR]}, "roles.separate"),
    ],
)
def test_a_bad_account_is_refused_and_leaves_nothing(administrator, changes, code):
    make_union(TOWNSHIP)
    with pytest.raises((InputRefused, StateRefused, NotFound)) as refused:
        create(administrator, **changes)
    assert refused.value.code == code
    assert actions() == []


def test_a_name_is_given_once(administrator):
    make_union(TOWNSHIP)
    create(administrator)
    with pytest.raises(InputRefused) as refused:
        create(administrator, name="Reviewer9")
    assert refused.value.code == "account.exists"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.LOG_KEEPER, Role.REVIEWER])
def test_only_the_administrator_opens_accounts(role):
    actor = make_actor(role, COUNTY)
    make_union(TOWNSHIP)
    with pytest.raises(Forbidden):
        create(actor)
