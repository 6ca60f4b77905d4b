"""An invited person chooses a password, and is in.

Wrong codes are counted by where they come from; a right one is never made to wait, so that nobody's
guesses keep anybody out.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts import invitations, passwords, policies, queries, sessions, throttle
from registry.accounts.arriving import SignedInBrowser, Source, arrive
from registry.accounts.demanded import has_factor
from registry.accounts.models import Account, Invitation
from registry.accounts.signing import set_password
from registry.clock import now
from registry.db import db, transaction
from registry.errors import Busy, InputRefused
from registry.trail.operations import hold, record
from registry.unions.models import TradeUnion

_WRONG = "邀请码不正确、已经用过或已过期。请核对后重输，或请发给您的人重新邀请。"


class Invited(NamedTuple):
    """Whose invitation a code is."""

    account_id: int
    name: str
    display_name: str
    place: str
    county: str


def accept(code: str, password: str, *, source: Source) -> SignedInBrowser:
    """Set the password that the invited person chose, and sign them in.

    Who has a second factor is half signed in. Raises `InputRefused` (invitation.wrong, password.…),
    `Busy` after many wrong codes.
    """
    invited, at = _find(db.session(), code, now()), now()
    if invited is None:
        _refuse(source.address, at)
        raise InputRefused("invitation.wrong", _WRONG)
    policies.judge(password, personal=(invited.name, invited.display_name))
    policies.judge_former(db.session(), invited.county, invited.account_id, password)
    hashed = passwords.hash_password(password)
    with transaction() as session:
        hold(session, invited.county)
        if _find(session, code, at) != invited:
            raise InputRefused("invitation.wrong", _WRONG)
        invitations.end(session, invited.county, [invited.account_id])
        set_password(session, invited.county, invited.account_id, hashed)
        sessions.end_all(session, invited.account_id)
        record(
            session,
            "account.invitation",
            actor=None,
            actor_name=invited.name,
            place=invited.place,
            county=invited.county,
            detail={"address": source.address},
        )
        return _let_in(session, invited, source, at)


def _let_in(session: Session, invited: Invited, source: Source, at: datetime) -> SignedInBrowser:
    if session.scalar(select(has_factor(invited.county, invited.account_id))):
        token = sessions.start(session, invited.account_id, at, is_half=True)
        return SignedInBrowser(token, invited.name, False, is_half=True)
    token = arrive(
        session,
        invited.account_id,
        invited.name,
        place=invited.place,
        county=invited.county,
        source=source,
        at=at,
    )
    return SignedInBrowser(token, invited.name, False)


def _find(session: Session, code: str, at: datetime) -> Invited | None:
    found = session.execute(
        select(Account.id, Account.name, Account.display_name, Account.place, Invitation.county)
        .join(Invitation, Invitation.account_id == Account.id)
        .join(TradeUnion, TradeUnion.code == Account.place)
        .where(
            Invitation.code_hash == invitations.hash_of(code),
            Invitation.county == TradeUnion.county,
            Invitation.expires_at > at,
            ~Account.is_locked,
        )
    ).one_or_none()
    return None if found is None else Invited(*found)


def _refuse(address: str, at: datetime) -> None:
    """Count a wrong code and write it on the trail; raises `Busy` while a wait lasts."""
    with transaction() as session:
        attempt = throttle.count_attempt(
            session, "invitation code", address=f"invitation:{address}", device=None, at=at
        )
        if not attempt.is_flood:
            county = queries.first_county(session)
            record(
                session,
                "account.invitation",
                actor=None,
                actor_name="",
                place=county,
                county=county,
                result=f"refused:{'invitation' if attempt.is_admitted else 'throttled'}",
                detail={"address": address},
            )
    if not attempt.is_admitted:
        wait = throttle.words_for(attempt)
        raise Busy("invitation.throttled", f"邀请码输错次数较多，请核对后等 {wait}再试。")
