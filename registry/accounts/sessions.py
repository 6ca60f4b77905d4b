"""Signed-in browsers. The browser holds a random token, the database only its hash; a deleted row
is a dead cookie, whoever kept a copy.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.accounts.models import Account, SignInSession
from registry.accounts.queries import actor_from, county_name
from registry.db import setting

FRESH_FOR = timedelta(minutes=30)
# Writing at every request would make each page view a write; a minute is precise enough.
_SEEN_EVERY = timedelta(minutes=1)


class SignedIn(NamedTuple):
    """A live session: who, and what the shell must know of it."""

    token_hash: bytes
    actor: Actor
    place_name: str
    federation_name: str
    must_change_password: bool
    fresh_until: datetime
    is_stale: bool  # `touch` is due


def start(session: Session, account_id: int, at: datetime) -> str:
    """Open a session and return its token, which is stored nowhere."""
    token = secrets.token_urlsafe(32)
    session.execute(
        insert(SignInSession).values(
            token_hash=_hash(token),
            account_id=account_id,
            created_at=at,
            seen_at=at,
            fresh_until=at + FRESH_FOR,
        )
    )
    return token


def find(session: Session, token: str, at: datetime) -> SignedIn | None:
    """Return the live session with this token; None: ended, timed out, or its account locked."""
    row = session.execute(
        select(SignInSession, Account)
        .join(Account, Account.id == SignInSession.account_id)
        .where(SignInSession.token_hash == _hash(token))
    ).one_or_none()
    if row is None:
        return None
    kept, account = row
    if account.is_locked or _timed_out(kept, at):
        return None
    actor, place_name = actor_from(session, account)
    return SignedIn(
        kept.token_hash,
        actor,
        place_name,
        county_name(session, actor.county),
        account.must_change_password,
        kept.fresh_until,
        at - kept.seen_at > _SEEN_EVERY,
    )


def touch(session: Session, token_hash: bytes, at: datetime) -> None:
    """Note that the session was used, for the idle time-out."""
    session.execute(
        update(SignInSession).where(SignInSession.token_hash == token_hash).values(seen_at=at)
    )


def refresh(session: Session, token_hash: bytes, at: datetime) -> None:
    """The person has just given the password again."""
    session.execute(
        update(SignInSession)
        .where(SignInSession.token_hash == token_hash)
        .values(seen_at=at, fresh_until=at + FRESH_FOR)
    )


def end(session: Session, token_hash: bytes) -> None:
    """End one session."""
    session.execute(delete(SignInSession).where(SignInSession.token_hash == token_hash))


def end_all(session: Session, account_id: int, *, but: bytes | None = None) -> None:
    """End all sessions of an account, except perhaps the one that asks."""
    query = delete(SignInSession).where(SignInSession.account_id == account_id)
    if but is not None:
        query = query.where(SignInSession.token_hash != but)
    session.execute(query)


def sweep(session: Session, at: datetime) -> None:
    """Remove sessions that timed out."""
    session.execute(
        delete(SignInSession).where(
            (SignInSession.created_at < at - _absolute()) | (SignInSession.seen_at < at - _idle())
        )
    )


def _timed_out(kept: SignInSession, at: datetime) -> bool:
    return at - kept.created_at > _absolute() or at - kept.seen_at > _idle()


def _absolute() -> timedelta:
    return timedelta(hours=setting("SESSION_HOURS"))


def _idle() -> timedelta:
    return timedelta(minutes=setting("IDLE_MINUTES"))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
