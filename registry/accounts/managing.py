"""Who manages whose account.

Who has MANAGE_ACCOUNTS manages all accounts below their place; who has MANAGE_CLERKS the plain
clerks' accounts of the unions below theirs. Nobody manages their own.
"""

from collections.abc import Collection

from sqlalchemy import update
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import SEPARATE, Permission, Role
from registry.accounts import invitations, queries, sessions, tokens
from registry.accounts.models import Account
from registry.accounts.queries import AccountView
from registry.errors import InputRefused, StateRefused
from registry.trail.operations import record
from registry.unions.models import Level

# At which level of the tree a role makes sense.
ROLE_LEVELS: dict[Role, frozenset[Level]] = {
    Role.CLERK: frozenset({Level.GRASSROOTS}),
    Role.REVIEWER: frozenset({Level.TOWNSHIP, Level.COUNTY}),
    Role.AUDITOR: frozenset({Level.COUNTY}),
    Role.ADMINISTRATOR: frozenset({Level.COUNTY}),
    Role.LOG_KEEPER: frozenset({Level.COUNTY}),
}

_MOST_AT_A_UNION = 1_000


def managed(session: Session, account_id: int, actor: Actor) -> AccountView:
    """Return the account that the actor is about to change.

    Raises `NotFound` / `Forbidden` when it is not theirs to manage, `StateRefused` when it is their
    own.
    """
    account = queries.find(session, account_id)
    if account.is_plain_clerk:
        demand_clerks(actor, account.path)
    else:
        demand(actor, Permission.MANAGE_ACCOUNTS, account.path)
    if account.id == actor.account_id:
        raise StateRefused("account.self", "不能停用、重置或改动自己的账号，请由另一位管理员办理。")
    return account


def demand_clerks(actor: Actor, path: str) -> None:
    """Return when the actor manages plain clerks at a path; raises `NotFound` / `Forbidden`."""
    everything = actor.has(Permission.MANAGE_ACCOUNTS)
    demand(actor, Permission.MANAGE_ACCOUNTS if everything else Permission.MANAGE_CLERKS, path)


def judge_roles(roles: frozenset[Role], level: Level) -> None:
    """Return when an account at this level may have these roles.

    Raises `InputRefused` without any, `StateRefused` for roles that may not meet or do not fit.
    """
    if not roles:
        raise InputRefused("roles.none", "请至少选择一个角色。")
    if len(roles & SEPARATE) > 1:
        labels = "、".join(role.label for role in sorted(SEPARATE))
        raise StateRefused(
            "roles.separate", f"{labels}必须由不同的人担任，一个账号只能选其中一个。"
        )
    misplaced = [role for role in sorted(roles) if level not in ROLE_LEVELS[role]]
    if misplaced:
        labels = "、".join(role.label for role in misplaced)
        raise StateRefused("roles.place", f"{labels}不能设在{level.label}一级，请核对所属工会。")


# There is always somebody who opens accounts, and somebody who reads the trail.
_NEEDED = (Role.ADMINISTRATOR, Role.LOG_KEEPER)


def demand_another(
    session: Session, account: AccountView, *, but: Collection[Role] = frozenset()
) -> None:
    """Return when another account does what this one, but for these roles, will no longer do.

    Raises `StateRefused` (account.last) for the county's last administrator or log keeper.
    """
    for role in _NEEDED:
        if role in account.roles and role not in but and not account.is_locked:
            others = queries.count_others(session, account, role)
            if not others:
                raise StateRefused(
                    "account.last",
                    f"{account.name} 是最后一个能登录的{role.label}账号，请先开通另一个。",
                )


def lock_out(session: Session, account: AccountView, actor: Actor) -> None:
    """Lock an account; end its sessions, its programs' tokens and its invitation."""
    invitations.end(session, account.county, [account.id])
    session.execute(update(Account).where(Account.id == account.id).values(is_locked=True))
    end_access(session, account, actor)


def end_access(session: Session, account: AccountView, actor: Actor) -> None:
    """End an account's sessions and its programs' tokens."""
    sessions.end_all(session, account.id)
    record_ended(session, account, tokens.end_all(session, account.id, account.county), actor)


def record_ended(
    session: Session, account: AccountView, numbers: Collection[int], actor: Actor
) -> None:
    """Write on the trail which tokens ended with something else; nothing where none did."""
    if numbers:
        detail = {"account": account.name, "tokens": list(numbers)}
        record(session, "token.end", actor=actor, place=account.place, detail=detail)


def lock_all_at(session: Session, path: str, actor: Actor) -> int:
    """Lock the accounts at the path of a union that is no more; returns how many there were."""
    found = queries.accounts(session, path, locked=False, limit=_MOST_AT_A_UNION)
    for account in found:
        lock_out(session, account, actor)
        detail = {"account": account.name}
        record(session, "account.lock", actor=actor, place=account.place, detail=detail)
    return len(found)
