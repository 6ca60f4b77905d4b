"""Signing in and out, and a person's own password."""

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.accounts import passwords, policies, queries, second_step, sessions, throttle
from registry.accounts.arriving import SignedInBrowser, Source, arrive
from registry.accounts.demanded import has_factor
from registry.accounts.models import Account
from registry.accounts.names import clean_name
from registry.accounts.second_step import Proof
from registry.clock import now
from registry.db import db, transaction
from registry.errors import InputRefused, StateRefused
from registry.trail import operations as trail
from registry.unions.models import TradeUnion


class _Candidate(NamedTuple):
    """The account that a name means, as far as sign-in needs it."""

    id: int
    name: str
    password_hash: str
    is_locked: bool
    must_change_password: bool
    place: str
    county: str
    has_factor: bool


def sign_in(
    name: str, password: str, *, address: str, browser: str = "", device: str | None = None
) -> SignedInBrowser:
    """Open a session for the right name and password; a half one where a second factor is due.

    `device` names a browser on which this account has signed in before (see `throttle`). Raises
    `InputRefused` with one message for unknown names and wrong passwords alike, `StateRefused` for
    a locked account whose password was right, `Busy` while a wait lasts. Every outcome is on the
    trail.
    """
    claimed, at = clean_name(name), now()
    with transaction() as session:
        attempt = throttle.count_attempt(session, claimed, address=address, device=device, at=at)
        candidate = _candidate(session, claimed)
        if not attempt.is_admitted and not attempt.is_flood:
            _record(session, claimed, candidate, "throttled", address)
    if not attempt.is_admitted:
        raise throttle.refusal(attempt)
    if candidate is None:
        passwords.spend_time(password)
        _refuse(claimed, None, "wrong", address, attempt.wait)
    elif not passwords.matches(candidate.password_hash, password):
        _refuse(claimed, candidate, "wrong", address, attempt.wait)
    elif candidate.is_locked:
        _refuse(claimed, candidate, "locked", address, attempt.wait)
    else:
        return _let_in(candidate, Source(address, browser, device), at)
    raise AssertionError("unreachable")


def sign_out(token_hash: bytes, *, actor: Actor) -> None:
    """End this session; copies of its cookie are dead from now on."""
    with transaction() as session:
        trail.hold(session, actor.county)
        sessions.end(session, token_hash)
        trail.record(session, "account.sign_out", actor=actor, place=actor.place)


NO_PROOF = Proof()


def confirm_password(
    token_hash: bytes, password: str, *, actor: Actor, proof: Proof = NO_PROOF
) -> None:
    """Make the session fresh again for acts that ask for the password, and for the second factor
    of who has one.

    Raises `InputRefused` when either is wrong, `Busy` after too many wrong ones.
    """
    _demand_password(actor, password)
    second_step.demand(token_hash, proof, actor=actor)
    with transaction() as session:
        throttle.forgive(
            session, actor.name, address="", device=throttle.own_source(actor.account_id)
        )
        trail.hold(session, actor.county)
        sessions.refresh(session, token_hash, now())
        trail.record(session, "account.confirm", actor=actor, place=actor.place)


def change_password(
    current: str, fresh: str, *, actor: Actor, address: str = "", browser: str = ""
) -> str:
    """Change one's own password; ends all sessions and returns the token of a new one.

    Raises `InputRefused` when the current password is wrong or the new one may not be chosen.
    """
    if fresh == current:
        raise InputRefused("password.same", "新密码和当前密码相同，请换一个。")
    policies.judge(fresh, personal=(actor.name, actor.display_name))
    _demand_password(actor, current)
    policies.judge_former(db.session(), actor.county, actor.account_id, fresh)
    hashed = passwords.hash_password(fresh)
    with transaction() as session:
        throttle.forgive(
            session, actor.name, address="", device=throttle.own_source(actor.account_id)
        )
        trail.hold(session, actor.county)
        set_password(session, actor.county, actor.account_id, hashed)
        sessions.end_all(session, actor.account_id)
        trail.record(session, "account.password", actor=actor, place=actor.place)
        return sessions.start(session, actor.account_id, now(), address=address, browser=browser)


def set_password(session: Session, county: str, account_id: int, hashed: str) -> None:
    """Set a password that its owner chose, in the caller's transaction."""
    policies.keep_former(session, county, account_id)
    session.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(password_hash=hashed, must_change_password=False, password_set_at=now())
    )


def touch(token_hash: bytes) -> None:
    """Note that a session was used."""
    with transaction() as session:
        sessions.touch(session, token_hash, now())


def _let_in(candidate: _Candidate, source: Source, at: datetime) -> SignedInBrowser:
    with transaction() as session:
        current = _candidate(session, candidate.name)
        if current is None or current[2:4] != candidate[2:4]:
            # Locked or given a new password while this one was being checked.
            raise InputRefused("sign_in.wrong", _WRONG)
        throttle.forgive(session, candidate.name, address=source.address, device=source.device)
        trail.hold(session, candidate.county)
        if current.has_factor:
            _record(session, candidate.name, candidate, "half", source.address)
            token = sessions.start(session, candidate.id, at, is_half=True)
        else:
            token = arrive(
                session,
                candidate.id,
                candidate.name,
                place=candidate.place,
                county=candidate.county,
                source=source,
                at=at,
            )
    return SignedInBrowser(
        token, candidate.name, candidate.must_change_password, current.has_factor
    )


_WRONG = "账号或密码不正确，请检查账号和密码的大小写后重试。"


def _refuse(
    claimed: str, candidate: _Candidate | None, why: str, address: str, wait: timedelta
) -> None:
    with transaction() as session:
        _record(session, claimed, candidate, why, address, wait)
    if why == "locked":
        raise StateRefused(
            "account.locked", "这个账号已停用，不能登录。需要恢复使用请联系上级工会。"
        )
    raise InputRefused("sign_in.wrong", _WRONG)


def _record(
    session: Session,
    claimed: str,
    candidate: _Candidate | None,
    outcome: str,
    address: str,
    wait: timedelta = timedelta(),
) -> None:
    detail: dict[str, object] = {"address": address}
    if wait:
        detail["wait_seconds"] = int(wait.total_seconds())
    if candidate is None:
        # What was typed may be a password in the wrong field: only its hash is kept.
        detail["claimed"] = hashlib.sha256(claimed.encode()).hexdigest()[:16]
        # Nobody's attempt belongs to no place below: it stands in the (first) county's chain.
        county = queries.first_county(session)
        where, who = county, ""
    else:
        where, county, who = candidate.place, candidate.county, candidate.name
    trail.record(
        session,
        "account.sign_in",
        actor=None,
        actor_name=who,
        place=where,
        county=county,
        result=outcome if outcome == "half" else f"refused:{outcome}",
        detail=detail,
    )


# One statement whether or not there is such an account: the time does not tell.
_FIND = (
    select(
        Account.id,
        Account.name,
        Account.password_hash,
        Account.is_locked,
        Account.must_change_password,
        Account.place,
        TradeUnion.county,
        has_factor(TradeUnion.county, Account.id).label("has_factor"),
    )
    .join(TradeUnion, TradeUnion.code == Account.place)
    .where(Account.name == bindparam("name"))
)


def _candidate(session: Session, name: str) -> _Candidate | None:
    found = session.execute(_FIND, {"name": name}).one_or_none()
    return None if found is None else _Candidate(*found)


def _demand_password(actor: Actor, password: str) -> None:
    """Return when this is the actor's password; guesses at an open browser are slowed down too."""
    with transaction() as session:
        attempt = throttle.count_attempt(
            session, actor.name, address="", device=throttle.own_source(actor.account_id), at=now()
        )
        account = session.get_one(Account, actor.account_id)
        hashed = account.password_hash
    if not attempt.is_admitted:
        raise throttle.refusal(attempt)
    if passwords.matches(hashed, password):
        return
    with transaction() as session:
        trail.record(
            session,
            "account.confirm",
            actor=actor,
            place=actor.place,
            result="refused:wrong",
        )
    raise InputRefused("password.wrong", "当前密码不正确，请重新输入。")
