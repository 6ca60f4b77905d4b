"""Where an account is signed in, shown to its owner; ending one session, or all others."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.accounts import sessions
from registry.accounts.managing import managed
from registry.accounts.models import SignInSession
from registry.clock import now
from registry.db import transaction
from registry.errors import NotFound, StateRefused
from registry.trail.operations import hold, record


class SessionView(NamedTuple):
    """A signed-in browser; `key` names it in forms and opens nothing."""

    key: str
    browser: str
    address: str
    created_at: datetime
    seen_at: datetime


def live(session: Session, account_id: int) -> list[SessionView]:
    """Return the sessions of an account that open something, the last used first."""
    query = select(
        SignInSession.token_hash,
        SignInSession.browser,
        SignInSession.address,
        SignInSession.created_at,
        SignInSession.seen_at,
    ).where(*sessions.living(account_id, now()))
    return [
        SessionView(key_of(hashed), browser or "", address or "", created_at, seen_at)
        for hashed, browser, address, created_at, seen_at in session.execute(
            query.order_by(SignInSession.seen_at.desc())
        )
    ]


def key_of(token_hash: bytes) -> str:
    """Return what a session is called in forms: too little of the hash to be of use."""
    return token_hash[:8].hex()


def end_one(key: str, *, actor: Actor) -> None:
    """End one of one's own sessions; raises `NotFound` where it has ended."""
    with transaction() as session:
        hold(session, actor.county)
        query = select(SignInSession.token_hash).where(SignInSession.account_id == actor.account_id)
        found = [hashed for hashed in session.scalars(query) if key_of(hashed) == key]
        if not found:
            raise NotFound("session.unknown", "这个登录已经退出，不用再办。")
        for hashed in found:
            sessions.end(session, hashed)
        _record(session, actor, actor.place, actor.name, len(found))


def end_others(token_hash: bytes, *, actor: Actor) -> int:
    """End all of one's own sessions but the one that asks; returns how many there were."""
    with transaction() as session:
        hold(session, actor.county)
        ended = sessions.end_all(session, actor.account_id, but=token_hash)
        if ended:
            _record(session, actor, actor.place, actor.name, ended)
    return ended


def end_of(account_id: int, *, actor: Actor) -> int:
    """End all sessions of an account that the actor manages; returns how many there were.

    Raises as `managed`, `StateRefused` where it is signed in nowhere.
    """
    with transaction() as session:
        hold(session, actor.county)
        account = managed(session, account_id, actor)
        ended = sessions.end_all(session, account.id)
        if not ended:
            raise StateRefused("session.none", f"账号 {account.name} 现在没有登录。")
        _record(session, actor, account.place, account.name, ended)
    return ended


def _record(session: Session, actor: Actor, place: str, name: str, count: int) -> None:
    detail = {"account": name, "count": count}
    record(session, "account.sessions_end", actor=actor, place=place, detail=detail)
