"""Invitations: a code for once, with which a person chooses the password of a new or reset account.

Nobody but the person ever knows a password. A code is 79 random bits of which a SHA-256 is kept; it
is dead once used (`accepting`), renewed or expired, and with a lock of the account.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from registry.accounts import passwords
from registry.accounts.models import Invitation
from registry.clock import now
from registry.db import setting


def invite(session: Session, county: str, account_ids: Sequence[int]) -> tuple[list[str], datetime]:
    """Make codes for accounts, in the caller's transaction; earlier ones are dead.

    Returns the codes, which are stored nowhere, and when they expire.
    """
    end(session, county, account_ids)
    at = now()
    expires_at = at + timedelta(days=setting("INVITATION_DAYS"))
    codes = [passwords.one_time() for _ in account_ids]
    session.execute(
        insert(Invitation),
        [
            {
                "county": county,
                "account_id": account_id,
                "code_hash": hash_of(code),
                "created_at": at,
                "expires_at": expires_at,
            }
            for account_id, code in zip(account_ids, codes, strict=True)
        ],
    )
    return codes, expires_at


def end(session: Session, county: str, account_ids: Sequence[int]) -> None:
    """End the invitations of accounts, in the caller's transaction."""
    session.execute(
        delete(Invitation).where(
            Invitation.county == county, Invitation.account_id.in_(account_ids)
        )
    )


def expiry(session: Session, county: str, account_id: int) -> datetime | None:
    """Return until when an account's invitation holds, None where there is none that does."""
    query = select(Invitation.expires_at).where(
        Invitation.county == county,
        Invitation.account_id == account_id,
        Invitation.expires_at > now(),
    )
    return session.scalar(query)


def hash_of(code: str) -> bytes:
    """Return what is kept of a code, as it was typed."""
    return hashlib.sha256(passwords.plain_code(code).encode()).digest()
