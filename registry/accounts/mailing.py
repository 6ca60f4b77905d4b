"""Where an account wants its digest sent, if anywhere; and on which day it had one."""

import re
from datetime import date
from typing import Any, NamedTuple, cast

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.accounts.models import Account
from registry.clock import today
from registry.db import transaction
from registry.errors import InputRefused
from registry.trail.operations import record

MOST = 254  # characters of an address, RFC 5321
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}"
)


class Addressee(NamedTuple):
    """An account that gave an address, and the last day on which it had a digest."""

    account_id: int
    name: str
    mail: str
    mailed_on: date | None


def mail_of(session: Session, account_id: int) -> str:
    """Return the address of an account, "" without one."""
    return session.scalar(select(Account.mail).where(Account.id == account_id)) or ""


def set_mail(address: str, *, actor: Actor) -> None:
    """Set one's own address; an empty one ends the mail. The trail tells only which of the two."""
    address = judge(address)
    with transaction() as session:
        session.execute(
            update(Account).where(Account.id == actor.account_id).values(mail=address or None)
        )
        action = "account.mail" if address else "account.no_mail"
        record(session, action, actor=actor, place=actor.place)


def judge(address: str) -> str:
    """Return an address, trimmed, "" for none; raises `InputRefused` (mail.address)."""
    address = address.strip()
    if address and (len(address) > MOST or not _ADDRESS.fullmatch(address)):
        raise InputRefused("mail.address", "邮箱地址不正确，例如 zhang@example.com。")
    return address


def due(session: Session) -> list[Addressee]:
    """Return the accounts that may sign in, gave an address and had no digest today."""
    query = select(Account.id, Account.name, Account.mail, Account.mailed_on).where(
        Account.mail.is_not(None), ~Account.is_locked, *_not_today()
    )
    return [Addressee(*one) for one in session.execute(query.order_by(Account.id))]


def claim(one: Addressee) -> bool:
    """Take today's digest of an account; False where another run has it."""
    with transaction() as session:
        taken = session.execute(
            update(Account).where(Account.id == one.account_id, *_not_today()),
            {"mailed_on": today()},
        )
        return cast(CursorResult[Any], taken).rowcount == 1


def give_back(one: Addressee) -> None:
    """Say that today's digest did not go out."""
    with transaction() as session:
        session.execute(
            update(Account).where(Account.id == one.account_id).values(mailed_on=one.mailed_on)
        )


def _not_today() -> tuple[Any, ...]:
    return (or_(Account.mailed_on.is_(None), Account.mailed_on < today()),)
