"""What happens to accounts: opening, locking, new passwords, roles, handing over.

Two kinds of people manage accounts. Who has MANAGE_ACCOUNTS manages all accounts below their place;
who has MANAGE_CLERKS the plain clerks' accounts of the unions below theirs. Nobody manages their
own. One-time passwords are returned once, for a slip of paper, and kept nowhere.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import SEPARATE, Permission, Role
from registry.accounts import passwords, queries, sessions
from registry.accounts.models import Account, AccountRole
from registry.accounts.names import clean_name, clerk_name, judge_display_name, judge_name
from registry.accounts.queries import AccountView
from registry.clock import now
from registry.db import allocate, transaction
from registry.errors import InputRefused, StateRefused
from registry.trail import operations as trail
from registry.unions import queries as unions
from registry.unions.models import Level

# Each password costs some 20 ms to hash; more than this would make a page wait too long.
CLERKS_AT_ONCE = 200
CLERK_DISPLAY_NAME = "经办员"
FIRST_NAME = "administrator"

# At which level of the tree a role makes sense.
ROLE_LEVELS: dict[Role, frozenset[Level]] = {
    Role.CLERK: frozenset({Level.GRASSROOTS}),
    Role.REVIEWER: frozenset({Level.TOWNSHIP, Level.COUNTY}),
    Role.AUDITOR: frozenset({Level.COUNTY}),
    Role.ADMINISTRATOR: frozenset({Level.COUNTY}),
    Role.LOG_KEEPER: frozenset({Level.COUNTY}),
}


class Slip(NamedTuple):
    """What is printed for a person: the account and its one-time password."""

    union_code: str
    union_name: str
    display_name: str
    account_name: str
    password: str


class _NewAccount(NamedTuple):
    name: str
    display_name: str
    place: str
    roles: frozenset[Role]
    password_hash: str


def create_account(
    *, name: str, display_name: str, place: str, roles: Iterable[Role], actor: Actor
) -> Slip:
    """Open an account and return its slip.

    Raises `InputRefused` for a name that is taken or malformed, `StateRefused` for roles that may
    not meet in one account or do not fit the place's level, `NotFound` / `Forbidden` without the
    permission.
    """
    chosen, wanted = clean_name(name), frozenset(roles)
    judge_name(chosen)
    person = judge_display_name(display_name)
    password, hashed = _fresh_password()
    with transaction() as session:
        union = unions.find(session, place)
        demand(actor, Permission.MANAGE_ACCOUNTS, union.path)
        _judge_roles(wanted, union.level)
        _insert(session, [_NewAccount(chosen, person, union.code, wanted, hashed)])
        trail.record(
            session,
            "account.create",
            actor=actor,
            place=union.code,
            detail={"account": chosen, "roles": sorted(wanted)},
        )
    return Slip(union.code, union.name, person, chosen, password)


def open_first_administrator(county: str, display_name: str) -> Slip:
    """Open the first administrator of a new installation, before anybody could sign in.

    Raises `StateRefused` when there is an account already.
    """
    person = judge_display_name(display_name)
    password, hashed = _fresh_password()
    roles = frozenset({Role.ADMINISTRATOR})
    with transaction() as session:
        union = unions.find(session, county)
        if queries.count_accounts(session, union.path).total:
            raise StateRefused("init.done", "系统已经有账号，不能再次初始化。")
        _insert(session, [_NewAccount(FIRST_NAME, person, union.code, roles, hashed)])
        trail.record(
            session,
            "account.create",
            actor=None,
            actor_name="init",
            county=union.county,
            place=union.code,
            detail={"account": FIRST_NAME, "roles": sorted(roles)},
        )
    return Slip(union.code, union.name, person, FIRST_NAME, password)


def create_clerks(code: str, *, actor: Actor) -> list[Slip]:
    """Open a clerk's account for grassroots unions below `code` that have none in use.

    At most `CLERKS_AT_ONCE`; call again for the rest. Returns the slips, none when nothing was
    missing.
    """
    with transaction() as session:
        union = unions.find(session, code)
        _demand_clerks(actor, union.path)
        missing = queries.without_clerk(session, union.path, limit=CLERKS_AT_ONCE)
    fresh = dict(zip((place for place, _ in missing), _fresh_passwords(len(missing)), strict=True))
    with transaction() as session:
        # Somebody else may have opened some meanwhile.
        still = queries.without_clerk(session, union.path, limit=CLERKS_AT_ONCE)
        slips, new = [], []
        for place, name in still:
            if place not in fresh:
                continue
            password, hashed = fresh[place]
            account = _next_clerk_name(session, place)
            new.append(
                _NewAccount(account, CLERK_DISPLAY_NAME, place, frozenset({Role.CLERK}), hashed)
            )
            slips.append(Slip(place, name, CLERK_DISPLAY_NAME, account, password))
        if new:
            _insert(session, new)
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
    when the account is no plain clerk's.
    """
    person = judge_display_name(display_name)
    password, hashed = _fresh_password()
    with transaction() as session:
        old = _managed(session, account_id, actor)
        if not old.is_plain_clerk:
            raise StateRefused("account.no_clerk", "只有基层经办员的账号可以这样交接。")
        _lock(session, old)
        name = _next_clerk_name(session, old.place)
        _insert(session, [_NewAccount(name, person, old.place, frozenset({Role.CLERK}), hashed)])
        trail.record(
            session,
            "account.hand_over",
            actor=actor,
            place=old.place,
            detail={"account": old.name, "to": name},
        )
    return Slip(old.place, old.place_name, person, name, password)


def lock(account_id: int, *, actor: Actor) -> None:
    """Lock an account and end its sessions; what the person did stays as it is."""
    with transaction() as session:
        account = _managed(session, account_id, actor)
        if account.is_locked:
            raise StateRefused("account.locked", f"账号 {account.name} 已经是停用状态。")
        _lock(session, account)
        _record(session, "account.lock", account, actor)


def unlock(account_id: int, *, actor: Actor) -> None:
    """Let a locked account sign in again, with the password it had."""
    with transaction() as session:
        account = _managed(session, account_id, actor)
        if not account.is_locked:
            raise StateRefused("account.unlocked", f"账号 {account.name} 没有停用。")
        session.execute(update(Account).where(Account.id == account.id).values(is_locked=False))
        _record(session, "account.unlock", account, actor)


def reset_password(account_id: int, *, actor: Actor) -> Slip:
    """Give an account a one-time password and end its sessions; the old password is dead."""
    password, hashed = _fresh_password()
    with transaction() as session:
        account = _managed(session, account_id, actor)
        session.execute(
            update(Account)
            .where(Account.id == account.id)
            .values(password_hash=hashed, must_change_password=True)
        )
        sessions.end_all(session, account.id)
        _record(session, "account.reset", account, actor)
    return Slip(account.place, account.place_name, account.display_name, account.name, password)


def set_roles(account_id: int, roles: Iterable[Role], *, actor: Actor) -> None:
    """Give an account exactly these roles; they hold from its next request on.

    Raises `StateRefused` for roles that may not meet or do not fit the account's place.
    """
    wanted = frozenset(roles)
    with transaction() as session:
        account = _managed(session, account_id, actor)
        demand(actor, Permission.MANAGE_ACCOUNTS, account.path)
        _judge_roles(wanted, account.level)
        session.execute(delete(AccountRole).where(AccountRole.account_id == account.id))
        _insert_roles(session, [(account.id, wanted)])
        trail.record(
            session,
            "account.roles",
            actor=actor,
            place=account.place,
            detail={
                "account": account.name,
                "before": sorted(account.roles),
                "after": sorted(wanted),
            },
        )


def record_refusal(*, actor: Actor, place: str, what: str, code: str) -> None:
    """Write on the trail that somebody tried what they may not; `what` names the route."""
    with transaction() as session:
        trail.record(
            session,
            "access.refused",
            actor=actor,
            place=place[:16],
            result=f"refused:{code}"[:48],
            detail={"what": what},
        )


def _managed(session: Session, account_id: int, actor: Actor) -> AccountView:
    """Return the account that the actor is about to change.

    Raises `NotFound` / `Forbidden` when it is not theirs to manage, `StateRefused` when it is their
    own.
    """
    account = queries.find(session, account_id)
    if account.is_plain_clerk:
        _demand_clerks(actor, account.path)
    else:
        demand(actor, Permission.MANAGE_ACCOUNTS, account.path)
    if account.id == actor.account_id:
        raise StateRefused("account.self", "不能停用、重置或改动自己的账号，请由另一位管理员办理。")
    return account


def _demand_clerks(actor: Actor, path: str) -> None:
    everything = actor.has(Permission.MANAGE_ACCOUNTS)
    demand(actor, Permission.MANAGE_ACCOUNTS if everything else Permission.MANAGE_CLERKS, path)


def _judge_roles(roles: frozenset[Role], level: Level) -> None:
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


def _lock(session: Session, account: AccountView) -> None:
    session.execute(update(Account).where(Account.id == account.id).values(is_locked=True))
    sessions.end_all(session, account.id)


def _next_clerk_name(session: Session, code: str) -> str:
    first = clerk_name(code, 1)
    query = select(Account.name).where(Account.name.startswith(first, autoescape=True))
    taken = set(session.scalars(query))
    number = 1
    while clerk_name(code, number) in taken:
        number += 1
    return clerk_name(code, number)


def _insert(session: Session, new: list[_NewAccount]) -> None:
    first, at = allocate(session, "account", len(new)), now()
    rows = [
        {
            "id": first + index,
            "name": account.name,
            "display_name": account.display_name,
            "password_hash": account.password_hash,
            "place": account.place,
            "is_locked": False,
            "must_change_password": True,
            "created_at": at,
        }
        for index, account in enumerate(new)
    ]
    try:
        with session.begin_nested():
            session.execute(insert(Account), rows)
    except IntegrityError:
        raise InputRefused(
            "account.exists", f"账号 {new[0].name} 已经有人使用，请换一个。"
        ) from None
    _insert_roles(session, [(first + index, account.roles) for index, account in enumerate(new)])


def _insert_roles(session: Session, granted: list[tuple[int, frozenset[Role]]]) -> None:
    rows = [
        {"account_id": account_id, "role": role}
        for account_id, roles in granted
        for role in sorted(roles)
    ]
    session.execute(insert(AccountRole), rows)


def _record(session: Session, action: str, account: AccountView, actor: Actor) -> None:
    trail.record(
        session, action, actor=actor, place=account.place, detail={"account": account.name}
    )


def _fresh_password() -> tuple[str, str]:
    password = passwords.one_time()
    return password, passwords.hash_password(password)


def _fresh_passwords(count: int) -> list[tuple[str, str]]:
    # Hashing lets other threads run, so two do it in half the time.
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(lambda _: _fresh_password(), range(count)))
