"""The clerks' accounts of a review unit: opened in bulk, handed from person to person."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.access.roles import Role
from registry.accounts import queries
from registry.accounts.managing import demand_clerks, lock_out, managed
from registry.accounts.models import Account
from registry.accounts.names import clerk_name, judge_display_name
from registry.accounts.opening import (
    NewAccount,
    Slip,
    fresh_password,
    fresh_passwords,
    insert_accounts,
)
from registry.db import transaction
from registry.errors import StateRefused
from registry.trail import operations as trail
from registry.unions import queries as unions

# Each password costs some 20 ms to hash; more than this would make a page wait too long.
CLERKS_AT_ONCE = 200
DISPLAY_NAME = "经办员"


def create_clerks(code: str, *, actor: Actor) -> list[Slip]:
    """Open a clerk's account for grassroots unions below `code` that have none in use.

    At most `CLERKS_AT_ONCE`; call again for the rest. Returns the slips, none when nothing was
    missing.
    """
    with transaction() as session:
        union = unions.find(session, code)
        demand_clerks(actor, union.path)
        missing = queries.without_clerk(session, union.path, limit=CLERKS_AT_ONCE)
    fresh = dict(zip((place for place, _ in missing), fresh_passwords(len(missing)), strict=True))
    with transaction() as session:
        # Somebody else may have opened some meanwhile, or is about to.
        trail.hold(session, union.county)
        still = queries.without_clerk(session, union.path, limit=CLERKS_AT_ONCE)
        slips, new = [], []
        for place, name in still:
            if place not in fresh:
                continue
            password, hashed = fresh[place]
            account = _next_clerk_name(session, place)
            new.append(NewAccount(account, DISPLAY_NAME, place, frozenset({Role.CLERK}), hashed))
            slips.append(Slip(place, name, DISPLAY_NAME, account, password))
        if new:
            insert_accounts(session, new)
            trail.record(
                session,
                "account.create_clerks",
                actor=actor,
                place=code,
                detail={"count": len(new), "accounts": [account.name for account in new]},
            )
    return slips


def hand_over(account_id: int, *, display_name: str, actor: Actor) -> Slip:
    """Give a clerk's work to another person: the old account is locked, a new one opened.

    A new person is a new account, so that the trail never mixes two people. Raises `StateRefused`
    when the account is locked or no plain clerk's.
    """
    person = judge_display_name(display_name)
    password, hashed = fresh_password()
    with transaction() as session:
        trail.hold(session, actor.county)
        old = managed(session, account_id, actor)
        if not old.is_plain_clerk:
            raise StateRefused("account.no_clerk", "只有基层经办员的账号可以这样交接。")
        if old.is_locked:
            raise StateRefused("account.locked", f"账号 {old.name} 已经停用，不能再交接。")
        lock_out(session, old, actor)
        name = _next_clerk_name(session, old.place)
        insert_accounts(
            session, [NewAccount(name, person, old.place, frozenset({Role.CLERK}), hashed)]
        )
        trail.record(
            session,
            "account.hand_over",
            actor=actor,
            place=old.place,
            detail={"account": old.name, "to": name},
        )
    return Slip(old.place, old.place_name, person, name, password)


def _next_clerk_name(session: Session, code: str) -> str:
    first = clerk_name(code, 1)
    query = select(Account.name).where(Account.name.startswith(first, autoescape=True))
    taken = set(session.scalars(query))
    number = 1
    while clerk_name(code, number) in taken:
        number += 1
    return clerk_name(code, number)
