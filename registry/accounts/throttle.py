"""Slowing down who guesses passwords, without ever locking out the person whose account is guessed
at.

Failures are counted in the database, so that several processes count together:

- for a name *from one source*: after a few free attempts each failure doubles the wait. Another
  source is not affected, so nobody can lock out a colleague. A source is the network address, or
  the browser ("device") once the person has signed in on it: colleagues behind the one address
  of an office stay apart.
- for an address altogether: a generous number in a window, against trying one password on many
  names. Known browsers are exempt, so that one machine in an office cannot lock out the others.

An attempt is counted before its password is looked at: attempts side by side cannot outrun the
count. While a wait lasts attempts are refused unseen and do not prolong it.
"""

import hashlib
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.accounts.models import SignInFailure
from registry.errors import Busy

FREE = 5
LONGEST_WAIT = timedelta(minutes=5)
FORGOTTEN_AFTER = timedelta(hours=12)
ADDRESS_FREE = 200
ADDRESS_WINDOW = timedelta(minutes=15)
FORGOTTEN = "忘记了可以请上级工会或系统管理员重置，不会丢失任何数据。"
LOST = "手机不在身边的可以用恢复码，都找不到的请系统管理员重置。"


class Attempt(NamedTuple):
    """What became of an attempt before its password is looked at."""

    is_admitted: bool
    wait: (
        timedelta  # admitted: the wait it causes if it fails; else: how long the present one lasts
    )
    is_flood: bool = False  # the address as a whole is over its limit


def count_attempt(
    session: Session, name: str, *, address: str, device: str | None, at: datetime
) -> Attempt:
    """Count an attempt that may fail and tell whether its password may be looked at.

    `device` names a browser on which this account has signed in before.
    """
    if device is None:
        flood = _count_address(session, address, at)
        if flood is not None:
            return Attempt(False, flood, is_flood=True)
    subject = _pair(name, device or address)
    known = session.get(SignInFailure, subject, with_for_update=True)
    if known is not None and known.blocked_until is not None and known.blocked_until > at:
        return Attempt(False, known.blocked_until - at)
    is_old = known is None or at - known.since > FORGOTTEN_AFTER
    failures = 1 if known is None or is_old else known.failures + 1
    wait = _wait(failures)
    _keep(session, subject, failures, since=at, blocked_until=at + wait if wait else None)
    return Attempt(True, wait)


def forgive(session: Session, name: str, *, address: str, device: str | None) -> None:
    """Forget the failures of this name from this source: the right password was given."""
    if device is None:
        # The attempt was counted before it was known to be right.
        session.execute(
            update(SignInFailure)
            .where(SignInFailure.subject == _of_address(address), SignInFailure.failures > 0)
            .values(failures=SignInFailure.failures - 1)
        )
    subjects = sorted({_pair(name, address), _pair(name, device or address)})
    session.execute(delete(SignInFailure).where(SignInFailure.subject.in_(subjects)))


def own_source(account_id: int) -> str:
    """Return the source of guesses at a browser that is signed in: it counts for nobody else."""
    return f"signed-in:{account_id}"


def refusal(attempt: Attempt, what: str = "密码", way_out: str = FORGOTTEN) -> Busy:
    """Return the error for an attempt that was not admitted; `what` was wrong too often."""
    length = words_for(attempt)
    return Busy("sign_in.throttled", f"{what}输错次数较多，请等 {length}再试。{way_out}")


def words_for(attempt: Attempt) -> str:
    """Return in words how long an attempt must wait that was not admitted."""
    seconds = max(1, ceil(attempt.wait.total_seconds()))
    return f"{seconds} 秒" if seconds < 100 else f"{ceil(seconds / 60)} 分钟"


def sweep(session: Session, at: datetime) -> None:
    """Remove counts that no longer matter; called now and then so that the table stays small."""
    session.execute(delete(SignInFailure).where(SignInFailure.since < at - FORGOTTEN_AFTER))


def _count_address(session: Session, address: str, at: datetime) -> timedelta | None:
    """Count an attempt from an address; return how long it must wait if it is over the limit."""
    subject = _of_address(address)
    known = session.get(SignInFailure, subject, with_for_update=True)
    if known is None or at - known.since >= ADDRESS_WINDOW:
        _keep(session, subject, 1, since=at, blocked_until=None)
        return None
    if known.failures >= ADDRESS_FREE:
        return known.since + ADDRESS_WINDOW - at
    _keep(session, subject, known.failures + 1, since=known.since, blocked_until=None)
    return None


def _keep(
    session: Session,
    subject: str,
    failures: int,
    *,
    since: datetime,
    blocked_until: datetime | None,
) -> None:
    values = {"failures": failures, "since": since, "blocked_until": blocked_until}
    change = update(SignInFailure).where(SignInFailure.subject == subject).values(**values)
    if session.execute(change.returning(SignInFailure.subject)).first() is not None:
        return
    try:
        with session.begin_nested():
            session.execute(insert(SignInFailure).values(subject=subject, **values))
    except IntegrityError:  # another process saw this subject first at the same moment
        session.execute(change)


def _wait(failures: int) -> timedelta:
    """Nothing for the first failures, then 2, 4, 8 … seconds."""
    if failures <= FREE:
        return timedelta()
    return min(timedelta(seconds=2 ** min(failures - FREE, 16)), LONGEST_WAIT)


def _pair(name: str, source: str) -> str:
    return "name:" + hashlib.sha256(f"{name}|{source}".encode()).hexdigest()


def _of_address(address: str) -> str:
    return "from:" + hashlib.sha256(address.encode()).hexdigest()
