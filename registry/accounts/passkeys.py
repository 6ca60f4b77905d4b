"""Passkeys (WebAuthn): keys in a phone, a computer or on a stick, as a second factor.

The site's address (`REGISTRY_SITE`) is what a passkey is bound to; without one there are none.
A challenge stands in the session's row and is taken from it once, whatever comes of it.
The library is imported where it is used: it costs a third of the site's start.
"""

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.accounts import factors, recovery
from registry.accounts.factors import Kind
from registry.accounts.models import SecondFactor, SignInSession
from registry.accounts.queries import county_name
from registry.db import setting, transaction
from registry.errors import InputRefused, StateRefused
from registry.trail.operations import hold
from registry.vault.vault import of_second_factor, vault

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

LONGEST_ANSWER = 20_000  # characters; a key's attestation takes a few thousand at most


class Site(NamedTuple):
    """What passkeys are bound to: the host, and the origin that the browser vouches for."""

    host: str
    origin: str


def site() -> Site | None:
    """Return what passkeys are bound to, None where the site's address is not set."""
    parts = urlsplit(setting("SITE"))
    if not parts.hostname or parts.scheme not in ("https", "http"):
        return None
    return Site(parts.hostname, f"{parts.scheme}://{parts.netloc}")


def ask_for_new(token_hash: bytes, actor: Actor) -> str:
    """Return, as JSON for the browser, what a new passkey is to be made from.

    Raises `StateRefused` (passkey.off) where the site's address is not set.
    """
    from webauthn import generate_registration_options, options_to_json

    here = _demand_site()
    with transaction() as session:
        options = generate_registration_options(
            rp_id=here.host,
            rp_name=county_name(session, actor.county) or "同心册",
            user_id=f"{actor.county}:{actor.account_id}".encode(),
            user_name=actor.name,
            user_display_name=actor.display_name,
            exclude_credentials=_known(session, actor),
        )
        _keep(session, token_hash, options.challenge)
    return options_to_json(options)


def ask_for_one(token_hash: bytes, actor: Actor) -> str:
    """Return, as JSON for the browser, what one of the account's passkeys is to sign."""
    from webauthn import generate_authentication_options, options_to_json

    here = _demand_site()
    with transaction() as session:
        options = generate_authentication_options(
            rp_id=here.host, allow_credentials=_known(session, actor)
        )
        _keep(session, token_hash, options.challenge)
    return options_to_json(options)


def take(answer: str, label: str, *, token_hash: bytes, actor: Actor) -> list[str]:
    """Keep a passkey just made; returns recovery codes where the account had none yet.

    Raises `InputRefused` (factor.label, passkey.wrong).
    """
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    here, chosen = _demand_site(), factors.judge_label(label)
    with transaction() as session:
        challenge = _take(session, token_hash)
    try:
        made = verify_registration_response(
            credential=answer[:LONGEST_ANSWER],
            expected_challenge=challenge or b"",
            expected_rp_id=here.host,
            expected_origin=here.origin,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise InputRefused("passkey.wrong", "通行密钥没有添加成功，请再试一次。") from error
    with transaction() as session:
        hold(session, actor.county)
        if session.scalar(_named(actor, made.credential_id)) is not None:
            raise InputRefused("passkey.known", "这把通行密钥已经添加过。")
        factors.add(
            session,
            actor,
            Kind.PASSKEY,
            chosen,
            made.credential_public_key,
            counter=made.sign_count,
            credential=made.credential_id,
        )
        return recovery.first(session, actor)


def prove(session: Session, actor: Actor, answer: str, token_hash: bytes, at: datetime) -> bool:
    """Tell whether a passkey of the account signed what this session was asked for.

    A passkey that counts must have counted on: a copy of it does not.
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers import base64url_to_bytes, parse_authentication_credential_json
    from webauthn.helpers.exceptions import WebAuthnException

    here, challenge = site(), _take(session, token_hash)
    if here is None or challenge is None:
        return False
    try:
        shown = parse_authentication_credential_json(answer[:LONGEST_ANSWER])
        found = session.execute(
            select(SecondFactor.id, SecondFactor.sealed, SecondFactor.counter).where(
                *_mine(actor), SecondFactor.credential == base64url_to_bytes(shown.id)
            )
        ).one_or_none()
        if found is None:
            return False
        context = of_second_factor(actor.county, actor.account_id, found.id)
        proved = verify_authentication_response(
            credential=shown,
            expected_challenge=challenge,
            expected_rp_id=here.host,
            expected_origin=here.origin,
            credential_public_key=vault().open(found.sealed, context),
            credential_current_sign_count=found.counter,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return False
    session.execute(
        update(SecondFactor)
        .where(SecondFactor.county == actor.county, SecondFactor.id == found.id)
        .values(counter=proved.new_sign_count, used_at=at)
    )
    return True


def _demand_site() -> Site:
    here = site()
    if here is None:
        raise StateRefused(
            "passkey.off", "没有设置网站地址（REGISTRY_SITE），不能使用通行密钥，请联系运维人员。"
        )
    return here


def _known(session: Session, actor: Actor) -> list["PublicKeyCredentialDescriptor"]:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    found = session.scalars(select(SecondFactor.credential).where(*_mine(actor)))
    return [PublicKeyCredentialDescriptor(id=one) for one in found if one is not None]


def _mine(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (
        SecondFactor.county == actor.county,
        SecondFactor.account_id == actor.account_id,
        SecondFactor.kind == Kind.PASSKEY,
    )


def _named(actor: Actor, credential: bytes) -> Select[tuple[int]]:
    return select(SecondFactor.id).where(
        SecondFactor.county == actor.county, SecondFactor.credential == credential
    )


def _keep(session: Session, token_hash: bytes, challenge: bytes) -> None:
    session.execute(
        update(SignInSession)
        .where(SignInSession.token_hash == token_hash)
        .values(challenge=challenge)
    )


def _take(session: Session, token_hash: bytes) -> bytes | None:
    """Return the session's challenge and forget it."""
    mine = SignInSession.token_hash == token_hash
    challenge = session.scalar(select(SignInSession.challenge).where(mine).with_for_update())
    session.execute(update(SignInSession).where(mine).values(challenge=None))
    return challenge
