"""Opening accounts. One-time passwords are returned once, for a slip of paper, and kept nowhere."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission, Role
from registry.accounts import passwords, queries
from registry.accounts.managing import judge_roles
from registry.accounts.models import Account, AccountRole
from registry.accounts.names import clean_name, judge_display_name, judge_name
from registry.clock import now
from registry.db import allocate, transaction
from registry.errors import InputRefused, StateRefused
from registry.trail import operations as trail
from registry.unions import queries as unions

FIRST_NAME = "administrator"


class Slip(NamedTuple):
    """What is printed for a person: the account and its one-time password."""

    union_code: str
    union_name: str
    display_name: str
    account_name: str
    password: str


class NewAccount(NamedTuple):
    """An account about to be opened."""

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
    password, hashed = fresh_password()
    with transaction() as session:
        union = unions.find(session, place)
        demand(actor, Permission.MANAGE_ACCOUNTS, union.path)
        judge_roles(wanted, union.level)
        trail.hold(session, union.county)  # before the sequence, as all acts of a county
        insert_accounts(session, [NewAccount(chosen, person, union.code, wanted, hashed)])
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
    password, hashed = fresh_password()
    roles = frozenset({Role.ADMINISTRATOR})
    with transaction() as session:
        union = unions.find(session, county)
        if queries.count_accounts(session, union.path).total:
            raise StateRefused("init.done", "系统已经有账号，不能再次初始化。")
        insert_accounts(session, [NewAccount(FIRST_NAME, person, union.code, roles, hashed)])
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


def fresh_password() -> tuple[str, str]:
    """Return a one-time password and its hash."""
    password = passwords.one_time()
    return password, passwords.hash_password(password)


def fresh_passwords(count: int) -> list[tuple[str, str]]:
    """Return one-time passwords and their hashes."""
    # Hashing lets other threads run, so two do it in half the time.
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(lambda _: fresh_password(), range(count)))


def insert_accounts(session: Session, new: list[NewAccount]) -> None:
    """Insert accounts that must choose a password; raises `InputRefused` when a name is taken."""
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
    insert_roles(session, [(first + index, account.roles) for index, account in enumerate(new)])


def insert_roles(session: Session, granted: list[tuple[int, frozenset[Role]]]) -> None:
    """Insert the roles of accounts, given as (account, roles)."""
    rows = [
        {"account_id": account_id, "role": role}
        for account_id, roles in granted
        for role in sorted(roles)
    ]
    session.execute(insert(AccountRole), rows)
