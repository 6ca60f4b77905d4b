"""Codes of an authenticator app (TOTP, RFC 6238): set up, and each taken once.

A secret that is only offered is kept nowhere: the page carries it sealed for the one session, and
it counts from the moment on at which a code of it is shown.
"""

import base64
import binascii
import hmac
import re
import unicodedata
from datetime import datetime
from typing import NamedTuple

import pyotp
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.accounts import factors, recovery
from registry.accounts.factors import Kind
from registry.accounts.models import SecondFactor
from registry.accounts.queries import county_name
from registry.clock import now
from registry.db import transaction
from registry.errors import InputRefused
from registry.trail.operations import hold
from registry.vault.vault import VaultError, of_second_factor, vault

LABEL = "手机验证码"
_STEP = 30  # seconds that a code is shown
_DRIFT = 1  # steps that a phone's clock may be off
_CODE = re.compile(r"\d{6}")


class Offer(NamedTuple):
    """A secret to be taken over by an app: as text, as the address in the QR code, and sealed."""

    secret: str
    address: str
    sealed: str


def offer(session: Session, token_hash: bytes, actor: Actor) -> Offer:
    """Return a fresh secret for the session that asks."""
    secret = pyotp.random_base32()
    return _offered(session, secret, token_hash, actor)


def again(session: Session, sealed: str, token_hash: bytes, actor: Actor) -> Offer:
    """Return the offer that a page carries; a fresh one where it was made for another session."""
    try:
        secret = _opened(sealed, token_hash)
    except InputRefused:
        return offer(session, token_hash, actor)
    return _offered(session, secret, token_hash, actor)


def take(sealed: str, code: str, *, token_hash: bytes, actor: Actor) -> list[str]:
    """Keep the offered secret once a code of it is right, in place of an older one.

    Returns recovery codes where the account had none yet. Raises `InputRefused` (factor.offer,
    factor.code).
    """
    secret, at = _opened(sealed, token_hash), now()
    step = _step_of(secret, code, at)
    if step is None:
        raise InputRefused(
            "factor.code", "验证码不正确。请核对手机时间，输入应用里现在显示的 6 位数字。"
        )
    with transaction() as session:
        hold(session, actor.county)
        session.execute(
            delete(SecondFactor).where(
                SecondFactor.county == actor.county,
                SecondFactor.account_id == actor.account_id,
                SecondFactor.kind == Kind.TOTP,
            )
        )
        factors.add(session, actor, Kind.TOTP, LABEL, secret.encode(), counter=step)
        return recovery.first(session, actor)


def prove(session: Session, actor: Actor, typed: str, at: datetime) -> bool:
    """Tell whether this is a code of the account's app that was not taken before; takes it.

    One statement judges and takes: of two requests at the same moment one is right.
    """
    found = session.execute(
        select(SecondFactor.id, SecondFactor.sealed).where(
            SecondFactor.county == actor.county,
            SecondFactor.account_id == actor.account_id,
            SecondFactor.kind == Kind.TOTP,
        )
    ).one_or_none()
    if found is None:
        return False
    context = of_second_factor(actor.county, actor.account_id, found.id)
    step = _step_of(vault().open(found.sealed, context).decode(), typed, at)
    if step is None:
        return False
    taken = session.execute(
        update(SecondFactor)
        .where(
            SecondFactor.county == actor.county,
            SecondFactor.id == found.id,
            SecondFactor.counter < step,
        )
        .values(counter=step, used_at=at)
        .returning(SecondFactor.id)
    )
    return taken.first() is not None


def _offered(session: Session, secret: str, token_hash: bytes, actor: Actor) -> Offer:
    issuer = county_name(session, actor.county) or "同心册"
    address = pyotp.TOTP(secret).provisioning_uri(name=actor.name, issuer_name=issuer)
    sealed = vault().seal(secret.encode(), _context(token_hash))
    return Offer(secret, address, base64.urlsafe_b64encode(sealed).decode())


def _opened(sealed: str, token_hash: bytes) -> str:
    try:
        return vault().open(base64.urlsafe_b64decode(sealed), _context(token_hash)).decode()
    except (binascii.Error, VaultError, IndexError, ValueError):
        raise InputRefused("factor.offer", "这个页面已经失效，请用新的二维码重新设置。") from None


def _context(token_hash: bytes) -> bytes:
    return b"second_factor|offer|" + token_hash


def _step_of(secret: str, typed: str, at: datetime) -> int | None:
    """Return the time step of a code, None for none of the steps that are taken now."""
    code = "".join(unicodedata.normalize("NFKC", typed).split())
    if not _CODE.fullmatch(code):
        return None
    app, present = pyotp.TOTP(secret, interval=_STEP), int(at.timestamp()) // _STEP
    steps = range(present - _DRIFT, present + _DRIFT + 1)
    right = [step for step in steps if hmac.compare_digest(app.generate_otp(step), code)]
    return right[-1] if right else None
