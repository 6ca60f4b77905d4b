"""The demo's accounts: one clerk for each union, two reviewers for each unit, three for the city.

All have one password and one hash: hashing is slow on purpose, and 633 of them take 15 s.
"""

from random import Random
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.access.roles import Role
from registry.accounts.models import Account, AccountRole
from registry.accounts.names import clerk_name
from registry.clock import now
from registry.db import allocate, bulk_insert, table_of
from seeds.people import People
from seeds.yuhuan import COUNTY, units


class NewAccount(NamedTuple):
    """An account to open, with its one role."""

    name: str
    display_name: str
    place: str
    role: Role


def demo_accounts(union_codes: list[str], chance: Random) -> list[NewAccount]:
    """Return the accounts of the demo; the people who use them are invented."""
    posts = [
        (f"city-{COUNTY}", COUNTY, Role.AUDITOR),
        ("system", COUNTY, Role.ADMINISTRATOR),
        ("log-keeper", COUNTY, Role.LOG_KEEPER),
    ]
    for unit in units():
        posts.append((f"reviewer-{unit.code}", unit.code, Role.REVIEWER))
        posts.append((f"reviewer2-{unit.code}", unit.code, Role.REVIEWER))
    posts += [(clerk_name(code, 1), code, Role.CLERK) for code in union_codes]
    people = People(chance).some(len(posts), local=0.9)
    return [
        NewAccount(name, person.full_name, place, role)
        for (name, place, role), person in zip(posts, people, strict=True)
    ]


def lay_accounts(session: Session, accounts: list[NewAccount], password_hash: str) -> int:
    """Write the accounts; return their number."""
    count = len(accounts)
    first = allocate(session, "account", count)
    numbers = list(range(first, first + count))
    columns: dict[str, list[object]] = {
        "id": list(numbers),
        "name": [account.name for account in accounts],
        "display_name": [account.display_name for account in accounts],
        "password_hash": [password_hash] * count,
        "place": [account.place for account in accounts],
        "is_locked": [False] * count,
        "must_change_password": [False] * count,
        "created_at": [now()] * count,
    }
    bulk_insert(session, table_of(Account), list(columns), list(columns.values()))
    roles = [account.role for account in accounts]
    bulk_insert(session, table_of(AccountRole), ["account_id", "role"], [numbers, roles])
    return count
