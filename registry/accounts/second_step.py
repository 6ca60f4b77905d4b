"""The second step of signing in: a code, a recovery code or a passkey after the password."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.accounts import factors, passkeys, recovery, sessions, throttle, totp
from registry.accounts.arriving import SignedInBrowser, Source, arrive
from registry.accounts.sessions import SignedIn
from registry.clock import now
from registry.db import db, transaction
from registry.errors import InputRefused
from registry.trail.operations import hold, record

_WRONG = "验证码不正确或已经用过。请输入应用里新出现的 6 位数字，或一个没有用过的恢复码。"
_WRONG_KEY = (
    "通行密钥没有通过核验，请再试一次，或改用验证码、恢复码；一直不行的，请删除后重新添加。"
)


class Proof(NamedTuple):
    """What somebody shows: a typed code, or what the browser's passkey answered."""

    code: str = ""
    answer: str = ""


def finish(half: SignedIn, proof: Proof, *, source: Source) -> SignedInBrowser:
    """Make a half session whole; the half one ends.

    Raises `InputRefused` (factor.wrong, sign_in.expired), `Busy` while a wait lasts: guesses are
    counted for the account from this source, so that nobody else is kept out.
    """
    actor, at = half.actor, now()
    _count(actor, source.address, source.device, "account.sign_in", at)
    token = ""
    with transaction() as session:
        hold(session, actor.county)
        used = _prove(session, actor, proof, half.token_hash, at)
        if used:
            if not sessions.end(session, half.token_hash):
                raise InputRefused("sign_in.expired", "登录已超时，请重新输入账号和密码。")
            token = arrive(
                session,
                actor.account_id,
                actor.name,
                place=actor.place,
                county=actor.county,
                source=source,
                at=at,
                factor=used,
            )
    if not token:
        _refuse(actor, "account.sign_in", {"address": source.address}, proof)
    _forgive(actor, source.address, source.device)
    return SignedInBrowser(token, actor.name, half.must_change_password)


def demand(token_hash: bytes, proof: Proof, *, actor: Actor) -> None:
    """Return when a signed-in person who has a second factor has just shown it.

    Raises `InputRefused` (factor.wrong), `Busy` while a wait lasts.
    """
    if not factors.own(db.session(), actor):
        return
    own, at = throttle.own_source(actor.account_id), now()
    _count(actor, "", own, "account.confirm", at)
    with transaction() as session:
        hold(session, actor.county)
        used = _prove(session, actor, proof, token_hash, at)
    if not used:
        _refuse(actor, "account.confirm", {}, proof)
    _forgive(actor, "", own)


def _prove(session: Session, actor: Actor, proof: Proof, token_hash: bytes, at: datetime) -> str:
    """Return which kind of proof was right and is taken now, "" for none."""
    if proof.answer:
        return "passkey" if passkeys.prove(session, actor, proof.answer, token_hash, at) else ""
    if totp.prove(session, actor, proof.code, at):
        return "totp"
    return "recovery" if recovery.prove(session, actor, proof.code, at) else ""


def _count(actor: Actor, address: str, device: str | None, action: str, at: datetime) -> None:
    """Count a guess before it is looked at; raises `Busy` while a wait lasts."""
    with transaction() as session:
        attempt = throttle.count_attempt(
            session, _subject(actor), address=address, device=device, at=at
        )
        if not attempt.is_admitted and not attempt.is_flood:
            _record(session, actor, action, "refused:throttled", {"address": address})
    if not attempt.is_admitted:
        raise throttle.refusal(attempt, "验证码", throttle.LOST)


def _forgive(actor: Actor, address: str, device: str | None) -> None:
    # By itself: whoever counts takes the count before the head of the trail.
    with transaction() as session:
        throttle.forgive(session, _subject(actor), address=address, device=device)


def _subject(actor: Actor) -> str:
    """No name of an account has a blank: codes are counted apart from passwords."""
    return f"{actor.name} code"


def _refuse(actor: Actor, action: str, detail: dict[str, object], proof: Proof) -> None:
    with transaction() as session:
        _record(session, actor, action, "refused:factor", detail)
    raise InputRefused("factor.wrong", _WRONG_KEY if proof.answer else _WRONG)


def _record(
    session: Session, actor: Actor, action: str, result: str, detail: dict[str, object]
) -> None:
    # The half signed in are nobody yet: the trail names the account, as for a wrong password.
    record(
        session,
        action,
        actor=None,
        actor_name=actor.name,
        place=actor.place,
        county=actor.county,
        result=result,
        detail=detail,
    )
