"""Letting a program in by its token, and slowing down who guesses.

Guesses are counted as sign-ins are (`throttle`), apart from those of people: a script with an old
token in an office must not keep the office from signing in. A good token is never made to wait.
"""

from contextlib import suppress
from datetime import datetime

from registry.accounts import queries, throttle, tokens
from registry.accounts.throttle import Attempt
from registry.accounts.tokens import NO_FACTOR, Bearer
from registry.clock import now
from registry.db import db, transaction
from registry.errors import Busy, NotSignedIn, Unavailable
from registry.trail.operations import record

_WRONG = "令牌不正确、已停用或已到期，请在“登录与安全”页的“接口令牌”里查看或新建。"
_NO_FACTOR = "这个账号登录时必须有第二步验证，还没有设置；请本人登录网站设置好，令牌就能用了。"
_GUESSES = "api-token"


def let_in(text: str, *, address: str) -> Bearer:
    """Return who shows a token.

    Raises `NotSignedIn` (token.missing, token.wrong with one message for unknown, ended and expired
    ones, token.factor where the account must set up a second factor first), `Busy` after too many
    wrong ones. What was refused is on the trail.
    """
    if not text:
        raise NotSignedIn("token.missing", "请在请求头 Authorization 里写 Bearer 和接口令牌。")
    at = now()
    bearer = tokens.find(db.session(), text, at)
    if bearer is None or bearer.fault:
        raise _refusal(bearer, _note(bearer, address, at))
    if bearer.is_stale:
        with suppress(Unavailable):  # what may only be read may still be read
            tokens.touch(bearer.actor.county, bearer.id)
    return bearer


def _note(bearer: Bearer | None, address: str, at: datetime) -> Attempt:
    """Count the attempt and write it on the trail."""
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
    return attempt


def _refusal(bearer: Bearer | None, attempt: Attempt) -> NotSignedIn | Busy:
    if bearer is not None and bearer.fault == NO_FACTOR:
        return NotSignedIn("token.factor", _NO_FACTOR)
    if not attempt.is_admitted:
        wait = throttle.words_for(attempt)
        return Busy("token.throttled", f"不正确的令牌试得太多，请等 {wait}再试。")
    return NotSignedIn("token.wrong", _WRONG)
