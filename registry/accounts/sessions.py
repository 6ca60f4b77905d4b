"""Signed-in browsers. The browser holds a random token, the database only its hash; a deleted row
is a dead cookie, whoever kept a copy.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.access.roles import Role
from registry.accounts import policies
from registry.accounts.demanded import has_factor
from registry.accounts.models import Account, AccountRole, SignInSession
from registry.db import setting, table_of
from registry.unions.models import TradeUnion

FRESH_FOR = timedelta(minutes=30)
HALF_FOR = timedelta(minutes=10)
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
    password_expired: bool
    fresh_until: datetime
    is_stale: bool  # `touch` is due
    has_factor: bool
    created_at: datetime


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
        func.coalesce(_account.c.password_set_at, _account.c.created_at).label("password_set_at"),
        _place.c.path,
        _place.c.county,
        _place.c.name.label("place_name"),
        _federation.c.name.label("federation_name"),
        _role.c.role,
        has_factor(_place.c.county, _account.c.id).label("has_factor"),
    )
    .join(_account, _account.c.id == _session.c.account_id)
    .join(_place, _place.c.code == _account.c.place)
    .join(_federation, _federation.c.code == _place.c.county)
    .outerjoin(_role, _role.c.account_id == _account.c.id)
    .where(
        _session.c.token_hash == bindparam("token_hash"), _session.c.is_half == bindparam("is_half")
    )
)


def start(
    session: Session,
    account_id: int,
    at: datetime,
    *,
    address: str = "",
    browser: str = "",
    is_half: bool = False,
) -> str:
    """Open a session and return its token, which is stored nowhere.

    A half one opens nothing: the second factor is still to be shown.
    """
    token = secrets.token_urlsafe(32)
    session.execute(
        insert(SignInSession).values(
            token_hash=_hash(token),
            account_id=account_id,
            created_at=at,
            seen_at=at,
            fresh_until=at + FRESH_FOR,
            is_half=is_half,
            address=address[:45],
            browser=browser[:50],
        )
    )
    return token


def find(session: Session, token: str, at: datetime) -> SignedIn | None:
    """Return the live session with this token; None: ended, timed out, or its account locked."""
    return _found(session, token, at, is_half=False)


def find_half(session: Session, token: str, at: datetime) -> SignedIn | None:
    """Return the half session with this token: the password was right, the factor is due."""
    found = _found(session, token, at, is_half=True)
    return None if found is None or at - found.created_at > HALF_FOR else found


def _found(session: Session, token: str, at: datetime, *, is_half: bool) -> SignedIn | None:
    rows = session.execute(_FIND, {"token_hash": _hash(token), "is_half": is_half}).all()
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
        policies.is_expired(row.password_set_at, at),
        row.fresh_until,
        at - row.seen_at > _idle() / _SEEN_TIMES,
        row.has_factor,
        row.created_at,
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


def end(session: Session, token_hash: bytes) -> bool:
    """End one session; False where it had ended."""
    ended = delete(SignInSession).where(SignInSession.token_hash == token_hash)
    return session.execute(ended.returning(SignInSession.token_hash)).first() is not None


def end_all(session: Session, account_id: int, *, but: bytes | None = None) -> int:
    """End all sessions of an account, half ones too, except perhaps the one that asks; returns
    their number.
    """
    query = delete(SignInSession).where(SignInSession.account_id == account_id)
    if but is not None:
        query = query.where(SignInSession.token_hash != but)
    return len(session.scalars(query.returning(SignInSession.token_hash)).all())


def living(account_id: int, at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of an account's sessions that open something at an instant."""
    return (
        SignInSession.account_id == account_id,
        ~SignInSession.is_half,
        SignInSession.created_at >= at - _absolute(),
        SignInSession.seen_at >= at - _idle(),
    )


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
