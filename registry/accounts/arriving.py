"""What happens when somebody has shown all that signing in asks for, and how it is told."""

import secrets
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import update
from sqlalchemy.orm import Session

from registry.accounts import sessions, throttle
from registry.accounts.models import Account
from registry.trail.operations import record

# One time in so many sign-ins sweeps out what timed out.
_SWEEP_ODDS = 50


class Source(NamedTuple):
    """Where somebody signs in from: network address, the browser in plain words, and the number of
    a browser on which the account has signed in before.
    """

    address: str
    browser: str = ""
    device: str | None = None


class SignedInBrowser(NamedTuple):
    """What a successful sign-in hands to the browser; `is_half`: the second factor is due."""

    token: str
    account_name: str
    must_change_password: bool
    is_half: bool = False


def arrive(
    session: Session,
    account_id: int,
    name: str,
    *,
    place: str,
    county: str,
    source: Source,
    at: datetime,
    factor: str = "",
) -> str:
    """Open a session, in the caller's transaction; returns its token."""
    session.execute(update(Account).where(Account.id == account_id).values(last_sign_in_at=at))
    record(
        session,
        "account.sign_in",
        actor=None,
        actor_name=name,
        place=place,
        county=county,
        detail={"address": source.address} | ({"factor": factor} if factor else {}),
    )
    if secrets.randbelow(_SWEEP_ODDS) == 0:
        throttle.sweep(session, at)
        sessions.sweep(session, at)
    return sessions.start(session, account_id, at, address=source.address, browser=source.browser)
