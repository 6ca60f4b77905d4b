"""Second factors of an account: which it has, which it must have, adding and taking away."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.accounts import sessions
from registry.accounts.demanded import is_demanded
from registry.accounts.managing import managed
from registry.accounts.models import RecoveryCode, SecondFactor
from registry.accounts.queries import AccountView
from registry.clock import now
from registry.db import allocate, transaction
from registry.errors import InputRefused, NotFound, StateRefused
from registry.trail.operations import hold, record
from registry.vault.vault import of_second_factor, vault

LONGEST_LABEL = 50


class Kind(StrEnum):
    """What a second factor is."""

    TOTP = "TOTP"
    PASSKEY = "PASSKEY"

    @property
    def label(self) -> str:
        """Its name on the screen."""
        return "手机验证器应用" if self is Kind.TOTP else "通行密钥"


class FactorView(NamedTuple):
    """A second factor as its owner sees it: never what is secret of it."""

    id: int
    kind: Kind
    label: str
    created_at: datetime
    used_at: datetime | None


def own(session: Session, actor: Actor) -> list[FactorView]:
    """Return one's own second factors, the oldest first."""
    return _views(session, actor.county, actor.account_id)


def of_account(session: Session, account: AccountView) -> list[FactorView]:
    """Return the second factors of an account, the oldest first."""
    return _views(session, account.county, account.id)


def judge_label(text: str) -> str:
    """Return what a factor is called, trimmed; raises `InputRefused` when it cannot be."""
    label = text.strip()
    if not label or len(label) > LONGEST_LABEL or not label.isprintable():
        raise InputRefused("factor.label", f"请写一个名字，不超过 {LONGEST_LABEL} 个字。")
    return label


def add(
    session: Session,
    actor: Actor,
    kind: Kind,
    label: str,
    plain: bytes,
    *,
    counter: int,
    credential: bytes | None = None,
) -> None:
    """Keep a factor that was shown once already, in the caller's transaction."""
    number, at = allocate(session, f"second_factor:{actor.county}"), now()
    context = of_second_factor(actor.county, actor.account_id, number)
    session.execute(
        insert(SecondFactor).values(
            county=actor.county,
            id=number,
            account_id=actor.account_id,
            kind=kind,
            label=label,
            sealed=vault().seal(plain, context),
            credential=credential,
            counter=counter,
            created_at=at,
            used_at=at,
        )
    )
    detail = {"factor": kind, "number": number}
    record(session, "account.factor_add", actor=actor, place=actor.place, detail=detail)


def remove(number: int, *, actor: Actor) -> None:
    """Take one of one's own factors away; with the last one go the recovery codes.

    Raises `NotFound` for what is none, `StateRefused` for the last one where the role demands one.
    """
    with transaction() as session:
        hold(session, actor.county)
        mine = {one.id: one for one in own(session, actor)}
        if number not in mine:
            raise NotFound("factor.unknown", "没有这个登录验证方式，可能已经删除。")
        if len(mine) == 1 and is_demanded(actor.roles):
            raise StateRefused(
                "factor.last",
                "您的角色登录时必须有第二步验证。换手机请用“更换”，或先添加另一种方式再删除。",
            )
        session.execute(
            delete(SecondFactor).where(
                SecondFactor.county == actor.county, SecondFactor.id == number
            )
        )
        if len(mine) == 1:
            _forget_codes(session, actor.county, actor.account_id)
        detail = {"factor": mine[number].kind, "number": number}
        record(session, "account.factor_remove", actor=actor, place=actor.place, detail=detail)


def reset(account_id: int, *, actor: Actor) -> None:
    """Take away all factors of somebody who lost them; ends their sessions.

    Raises as `managed`, and `StateRefused` where there is none.
    """
    with transaction() as session:
        hold(session, actor.county)
        account = managed(session, account_id, actor)
        detail = {"account": account.name, "count": take_all(session, account)}
        record(session, "account.factor_reset", actor=actor, place=account.place, detail=detail)


def take_all(session: Session, account: AccountView) -> int:
    """Take all factors and recovery codes of an account away and end its sessions, in the caller's
    transaction; returns how many factors there were. Raises `StateRefused` where there is none.
    """
    removed = session.scalars(
        delete(SecondFactor).where(*_of(account.county, account.id)).returning(SecondFactor.id)
    ).all()
    if not removed:
        raise StateRefused("factor.none", f"账号 {account.name} 没有设置第二步验证。")
    _forget_codes(session, account.county, account.id)
    sessions.end_all(session, account.id)
    return len(removed)


def _views(session: Session, county: str, account_id: int) -> list[FactorView]:
    query = select(
        SecondFactor.id,
        SecondFactor.kind,
        SecondFactor.label,
        SecondFactor.created_at,
        SecondFactor.used_at,
    ).where(*_of(county, account_id))
    return [
        FactorView(number, Kind(kind), *rest)
        for number, kind, *rest in session.execute(query.order_by(SecondFactor.id))
    ]


def _of(county: str, account_id: int) -> tuple[ColumnElement[bool], ...]:
    return (SecondFactor.county == county, SecondFactor.account_id == account_id)


def _forget_codes(session: Session, county: str, account_id: int) -> None:
    session.execute(
        delete(RecoveryCode).where(
            RecoveryCode.county == county, RecoveryCode.account_id == account_id
        )
    )
