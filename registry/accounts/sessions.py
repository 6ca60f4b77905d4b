"""Signed-in browsers. The browser holds a random token, the database only its hash; a deleted row
is a dead cookie, whoever kept a copy.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.access.roles import Role
from registry.accounts.models import Account, AccountRole, SignInSession
from registry.db import setting, table_of
from registry.unions.models import TradeUnion

FRESH_FOR = timedelta(minutes=30)
# Writing at every request would make each page view a write, and a write may have to wait for
# another: the last use is noted a dozen times within the idle time-out.
_SEEN_TIMES = 12


class SignedIn(NamedTuple):
    """A live session: who, and what the shell must know of it."""

    token_hash: bytes
    actor: Actor
    place_name: str
    federation_name: str
    must_change_password: bool
    fresh_until: datetime
    is_stale: bool  # `touch` is due


_session, _account, _role, _place = (
    table_of(model) for model in (SignInSession, Account, AccountRole, TradeUnion)
)
_federation = _place.alias()
# Asked at every request: one round trip, put together once, of plain tables, a row for each role.
_FIND = (
    select(
        _session.c.token_hash,
        _session.c.created_at,
        _session.c.seen_at,
        _session.c.fresh_until,
        _account.c.id,
        _account.c.name,
        _account.c.display_name,
        _account.c.place,
        _account.c.is_locked,
        _account.c.must_change_password,
        _place.c.path,
        _place.c.county,
        _place.c.name.label("place_name"),
        _federation.c.name.label("federation_name"),
        _role.c.role,
    )
    .join(_account, _account.c.id == _session.c.account_id)
    .join(_place, _place.c.code == _account.c.place)
    .join(_federation, _federation.c.code == _place.c.county)
    .outerjoin(_role, _role.c.account_id == _account.c.id)
    .where(_session.c.token_hash == bindparam("token_hash"))
)


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
    rows = session.execute(_FIND, {"token_hash": _hash(token)}).all()
    if not rows:
        return None
    row = rows[0]
    if row.is_locked or _timed_out(row.created_at, row.seen_at, at):
        return None
    actor = Actor(
        row.id,
        row.name,
        row.display_name,
        frozenset(Role(each.role) for each in rows if each.role is not None),
        row.place,
        row.path,
        row.county,
    )
    return SignedIn(
        row.token_hash,
        actor,
        row.place_name,
        row.federation_name,
        row.must_change_password,
        row.fresh_until,
        at - row.seen_at > _idle() / _SEEN_TIMES,
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


def _timed_out(created_at: datetime, seen_at: datetime, at: datetime) -> bool:
    return at - created_at > _absolute() or at - seen_at > _idle()


def _absolute() -> timedelta:
    return timedelta(hours=setting("SESSION_HOURS"))


def _idle() -> timedelta:
    return timedelta(minutes=setting("IDLE_MINUTES"))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
