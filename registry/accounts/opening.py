"""Opening accounts. Invitations are returned once, for a slip of paper or a mail."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission, Role
from registry.accounts import invitations, mailing, queries
from registry.accounts.managing import judge_roles
from registry.accounts.models import Account, AccountRole
from registry.accounts.names import clean_name, judge_display_name, judge_name
from registry.clock import now
from registry.db import allocate, transaction
from registry.errors import InputRefused, StateRefused
from registry.trail import operations as trail
from registry.unions import queries as unions
from registry.unions.queries import Union

FIRST_NAME = "administrator"


class Slip(NamedTuple):
    """What is printed for a person, or mailed: the account, its invitation and until when it
    holds; the mail address, "" without one.
    """

    union_code: str
    union_name: str
    display_name: str
    account_name: str
    code: str
    expires_at: datetime
    mail: str = ""


class NewAccount(NamedTuple):
    """An account about to be opened."""

    name: str
    display_name: str
    place: str
    roles: frozenset[Role]
    mail: str = ""


def create_account(
    *,
    name: str,
    display_name: str,
    place: str,
    roles: Iterable[Role],
    actor: Actor,
    mail: str = "",
) -> Slip:
    """Open an account and return its slip.

    Raises `InputRefused` for a name that is taken or malformed, `StateRefused` for roles that may
    not meet in one account or do not fit the place's level, `NotFound` / `Forbidden` without the
    permission.
    """
    chosen, wanted = clean_name(name), frozenset(roles)
    judge_name(chosen)
    person, address = judge_display_name(display_name), mailing.judge(mail)
    with transaction() as session:
        union = unions.find(session, place)
        demand(actor, Permission.MANAGE_ACCOUNTS, union.path)
        judge_roles(wanted, union.level)
        trail.hold(session, union.county)  # before the sequence, as all acts of a county
        new = [NewAccount(chosen, person, union.code, wanted, address)]
        codes, expires_at = insert_accounts(session, union.county, new)
        trail.record(
            session,
            "account.create",
            actor=actor,
            place=union.code,
            detail={"account": chosen, "roles": sorted(wanted)},
        )
    return Slip(union.code, union.name, person, chosen, codes[0], expires_at, address)


def open_first_administrator(county: str, display_name: str) -> Slip:
    """Open the first administrator of a new installation, before anybody could sign in; invite
    them again while they are the only one and never came.

    Raises `StateRefused` when there are accounts in use.
    """
    person = judge_display_name(display_name)
    roles = frozenset({Role.ADMINISTRATOR})
    with transaction() as session:
        union = unions.find(session, county)
        counts = queries.count_accounts(session, union.path)
        if counts.total > 1 or counts.total > counts.never_used:
            raise StateRefused("init.done", "系统已经有账号，不能再次初始化。")
        if counts.total:
            return _invite_again(session, union)
        new = [NewAccount(FIRST_NAME, person, union.code, roles)]
        codes, expires_at = insert_accounts(session, union.county, new)
        trail.record(
            session,
            "account.create",
            actor=None,
            actor_name="init",
            county=union.county,
            place=union.code,
            detail={"account": FIRST_NAME, "roles": sorted(roles)},
        )
    return Slip(union.code, union.name, person, FIRST_NAME, codes[0], expires_at)


def _invite_again(session: Session, union: Union) -> Slip:
    account = session.scalars(select(Account).where(Account.place == union.code)).one()
    codes, expires_at = invitations.invite(session, union.county, [account.id])
    trail.record(
        session,
        "account.reset",
        actor=None,
        actor_name="init",
        county=union.county,
        place=union.code,
        detail={"account": account.name},
    )
    name, person = account.name, account.display_name
    return Slip(union.code, union.name, person, name, codes[0], expires_at)


def insert_accounts(
    session: Session, county: str, new: list[NewAccount]
) -> tuple[list[str], datetime]:
    """Insert accounts without a password; returns their invitations' codes, and until when these
    hold. Raises `InputRefused` when a name is taken.
    """
    first, at = allocate(session, "account", len(new)), now()
    rows: list[dict[str, Any]] = [
        {
            "id": first + index,
            "name": account.name,
            "display_name": account.display_name,
            "password_hash": "",
            "place": account.place,
            "is_locked": False,
            "must_change_password": False,
            "mail": account.mail or None,
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
    return invitations.invite(session, county, [row["id"] for row in rows])


def insert_roles(session: Session, granted: list[tuple[int, frozenset[Role]]]) -> None:
    """Insert the roles of accounts, given as (account, roles)."""
    rows = [
        {"account_id": account_id, "role": role}
        for account_id, roles in granted
        for role in sorted(roles)
    ]
    session.execute(insert(AccountRole), rows)
