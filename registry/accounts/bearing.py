"""Letting a program in by its token, and slowing down who guesses.

Guesses are counted as sign-ins are (`throttle`), apart from those of people: a script with an old
token in an office must not keep the office from signing in. A good token is never made to wait.
"""

from contextlib import suppress
from datetime import datetime

from registry.accounts import queries, throttle, tokens
from registry.accounts.tokens import Bearer
from registry.clock import now
from registry.db import db, transaction
from registry.errors import Busy, NotSignedIn, Unavailable
from registry.trail.operations import record

_WRONG = "令牌不正确、已停用或已到期，请在“登录与安全”页的“接口令牌”里查看或新建。"
_GUESSES = "api-token"


def let_in(text: str, *, address: str) -> Bearer:
    """Return who shows a token.

    Raises `NotSignedIn` (token.missing, token.wrong), with one message for unknown, ended and
    expired ones, `Busy` after too many such. What was refused is on the trail.
    """
    if not text:
        raise NotSignedIn("token.missing", "请在请求头 Authorization 里写 Bearer 和接口令牌。")
    at = now()
    bearer = tokens.find(db.session(), text, at)
    if bearer is None or bearer.fault:
        _refuse(bearer, address, at)
        raise NotSignedIn("token.wrong", _WRONG)
    if bearer.is_stale:
        with suppress(Unavailable):  # what may only be read may still be read
            tokens.touch(bearer.actor.county, bearer.id)
    return bearer


def _refuse(bearer: Bearer | None, address: str, at: datetime) -> None:
    """Count the attempt and write it on the trail; raises `Busy` while a wait lasts."""
    why = "wrong" if bearer is None else bearer.fault
    with transaction() as session:
        attempt = throttle.count_attempt(
            session, _GUESSES, address=f"api:{address}", device=None, at=at
        )
        if not attempt.is_flood:
            actor = None if bearer is None else bearer.actor
            record(
                session,
                "token.refused",
                actor=actor,
                place=actor.place if actor else queries.first_county(session),
                result=f"refused:{why if attempt.is_admitted else 'throttled'}",
                detail={"address": address} | ({"token": bearer.id} if bearer else {}),
            )
    if not attempt.is_admitted:
        wait = throttle.words_for(attempt)
        raise Busy("token.throttled", f"不正确的令牌试得太多，请等 {wait}再试。")
