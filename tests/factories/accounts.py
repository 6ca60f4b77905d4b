"""Accounts, straight into the table, and signing in through the page."""

import re
from typing import NamedTuple

from argon2 import PasswordHasher
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.access.actor import Actor
from registry.access.roles import Role
from registry.accounts import queries
from registry.accounts.accepting import accept
from registry.accounts.arriving import SignedInBrowser, Source
from registry.accounts.models import Account, AccountRole
from registry.clock import now
from registry.db import allocate, db, transaction
from tests.factories.unions import lay

PASSWORD = "四个 不相干 的词 correct-horse"
# Hashing is slow on purpose: one hash serves all test accounts, of the least that argon2 takes.
_HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


class MadeAccount(NamedTuple):
    """An account and the password that opens it."""

    id: int
    name: str
    password: str
    place: str


def make_account(
    role: Role | list[Role],
    place: str,
    *,
    name: str = "",
    display_name: str = "",
    is_locked: bool = False,
    must_change_password: bool = False,
) -> MadeAccount:
    """Make an account with these roles at a place (made where it is missing)."""
    roles = [role] if isinstance(role, Role) else role
    lay([place])
    with transaction() as session:
        number = allocate(session, "account")
        chosen = name or f"{roles[0].lower().replace('_', '-')}-{place}-{number}"
        session.add(
            Account(
                id=number,
                name=chosen,
                display_name=display_name or f"{roles[0].label}{number}",
                password_hash=_HASHED,
                place=place,
                is_locked=is_locked,
                must_change_password=must_change_password,
                created_at=now(),
            )
        )
        session.flush()
        session.add_all(AccountRole(account_id=number, role=each) for each in roles)
    return MadeAccount(number, chosen, PASSWORD, place)


def make_actor(role: Role | list[Role], place: str, **details: str) -> Actor:
    """Make an account and return its actor."""
    return queries.actor_of(db.session(), make_account(role, place, **details).id)


def sign_in(client: FlaskClient, account: MadeAccount) -> TestResponse:
    """Sign in through the page as this account; fails when the site does not let it in."""
    answer = try_sign_in(client, account.name, account.password)
    assert answer.status_code == 303, answer.text
    return answer


def try_sign_in(client: FlaskClient, name: str, password: str) -> TestResponse:
    """Send the sign-in form and return the answer."""
    form = {"csrf_token": csrf_of(client, "/sign-in"), "name": name, "password": password}
    return client.post("/sign-in", data=form)


def choose_password(code: str) -> SignedInBrowser:
    """Take up an invitation with `PASSWORD`."""
    return accept(code, PASSWORD, source=Source("192.0.2.1"))


def invited(client: FlaskClient, code: str) -> TestResponse:
    """Take up an invitation on its page with `PASSWORD` and return the answer."""
    fields = {"code": code, "fresh": PASSWORD, "again": PASSWORD}
    return post(client, "/invitation", page="/invitation", **fields)


def csrf_of(client: FlaskClient, page: str = "/home") -> str:
    """Return the token for forms from a page, for the client's present session."""
    text = client.get(page).text
    found = re.search(r'name="csrf-token" content="([^"]+)"', text)
    assert found is not None, f"{page} shows no token"
    return found[1]


def post(client: FlaskClient, address: str, page: str = "/home", **fields: object) -> TestResponse:
    """Send a form with its token, taken from `page`."""
    return client.post(address, data={"csrf_token": csrf_of(client, page), **fields})
