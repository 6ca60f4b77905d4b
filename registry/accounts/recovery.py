"""Recovery codes: ten that stand in once each for a lost second factor.

They are random words of 79 bits, so that a plain SHA-256 keeps them: there is nothing to guess.
"""

import hashlib
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.accounts import passwords
from registry.accounts.demanded import has_factor
from registry.accounts.models import RecoveryCode
from registry.db import transaction
from registry.errors import StateRefused
from registry.trail.operations import hold, record

COUNT = 10


def left(session: Session, actor: Actor) -> int:
    """Return how many codes of an account were not used."""
    query = select(func.count()).where(*_of(actor), RecoveryCode.used_at.is_(None))
    return session.scalar(query) or 0


def first(session: Session, actor: Actor) -> list[str]:
    """Make codes for an account that never had any, in the caller's transaction; [] for others."""
    if session.scalar(select(RecoveryCode.number).where(*_of(actor)).limit(1)) is not None:
        return []
    return _make(session, actor)


def renew(*, actor: Actor) -> list[str]:
    """Make new codes; the old ones are dead. Raises `StateRefused` without a second factor."""
    with transaction() as session:
        hold(session, actor.county)
        if not session.scalar(select(has_factor(actor.county, actor.account_id))):
            raise StateRefused("factor.none", "还没有设置第二步验证，用不到恢复码。")
        return _make(session, actor)


def prove(session: Session, actor: Actor, typed: str, at: datetime) -> bool:
    """Tell whether this is an unused code of the account; takes it."""
    taken = session.execute(
        update(RecoveryCode)
        .where(
            *_of(actor),
            RecoveryCode.code_hash == _hash(typed),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=at)
        .returning(RecoveryCode.number)
    )
    return taken.first() is not None


def _make(session: Session, actor: Actor) -> list[str]:
    codes = [passwords.one_time() for _ in range(COUNT)]
    session.execute(delete(RecoveryCode).where(*_of(actor)))
    session.execute(
        insert(RecoveryCode),
        [
            {
                "county": actor.county,
                "account_id": actor.account_id,
                "number": number,
                "code_hash": _hash(code),
                "used_at": None,
            }
            for number, code in enumerate(codes, start=1)
        ],
    )
    record(session, "account.recovery_codes", actor=actor, place=actor.place)
    return codes


def _of(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (RecoveryCode.county == actor.county, RecoveryCode.account_id == actor.account_id)


def _hash(typed: str) -> bytes:
    return hashlib.sha256(passwords.plain_code(typed).encode()).digest()
