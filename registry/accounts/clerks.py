"""The clerks' accounts of a review unit: opened in bulk, handed from person to person."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.access.roles import Role
from registry.accounts import queries
from registry.accounts.closing import close
from registry.accounts.managing import demand_clerks, managed
from registry.accounts.models import Account
from registry.accounts.names import clerk_name, judge_display_name
from registry.accounts.opening import NewAccount, Slip, insert_accounts
from registry.accounts.states import Act, demand_act
from registry.db import transaction
from registry.errors import StateRefused
from registry.trail import operations as trail
from registry.unions import queries as unions

# As many slips as somebody prints and hands out at a time.
CLERKS_AT_ONCE = 200
DISPLAY_NAME = "经办员"
_CLERK = frozenset({Role.CLERK})


def create_clerks(code: str, *, actor: Actor) -> list[Slip]:
    """Open a clerk's account for grassroots unions below `code` that have none in use.

    At most `CLERKS_AT_ONCE`; call again for the rest. Returns the slips, none when nothing was
    missing.
    """
    with transaction() as session:
        union = unions.find(session, code)
        demand_clerks(actor, union.path)
        # Somebody else may have opened some meanwhile, or is about to.
        trail.hold(session, union.county)
        missing = queries.without_clerk(session, union.path, limit=CLERKS_AT_ONCE)
        new = [
            NewAccount(_next_clerk_name(session, place), DISPLAY_NAME, place, _CLERK)
            for place, _ in missing
        ]
        slips = []
        if new:
            codes, expires_at = insert_accounts(session, union.county, new)
            slips = [
                Slip(place, name, DISPLAY_NAME, account.name, invitation, expires_at)
                for (place, name), account, invitation in zip(missing, new, codes, strict=True)
            ]
            trail.record(
                session,
                "account.create_clerks",
                actor=actor,
                place=code,
                detail={"count": len(new), "accounts": [account.name for account in new]},
            )
    return slips


def hand_over(account_id: int, *, display_name: str, actor: Actor) -> Slip:
    """Give a clerk's work to another person: the old account is closed, a new one opened.

    A new person is a new account, so that the trail never mixes two people. Raises `StateRefused`
    when the account is locked or no plain clerk's.
    """
    person = judge_display_name(display_name)
    with transaction() as session:
        trail.hold(session, actor.county)
        old = managed(session, account_id, actor)
        if not old.is_plain_clerk:
            raise StateRefused("account.no_clerk", "只有基层经办员的账号可以这样交接。")
        demand_act(old, Act.HAND_OVER)
        close(session, old, f"交接给{person}", actor)
        name = _next_clerk_name(session, old.place)
        new = [NewAccount(name, person, old.place, _CLERK)]
        codes, expires_at = insert_accounts(session, old.county, new)
        trail.record(
            session,
            "account.hand_over",
            actor=actor,
            place=old.place,
            detail={"account": old.name, "to": name},
        )
    return Slip(old.place, old.place_name, person, name, codes[0], expires_at)


def _next_clerk_name(session: Session, code: str) -> str:
    first = clerk_name(code, 1)
    query = select(Account.name).where(Account.name.startswith(first, autoescape=True))
    taken = set(session.scalars(query))
    number = 1
    while clerk_name(code, number) in taken:
        number += 1
    return clerk_name(code, number)
