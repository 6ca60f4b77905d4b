"""Tokens by which programs act for an account: made, shown once, ended, looked up.

A token reads `tx_`, the county, and 256 random bits: whoever finds one sees whose it is and where
to have it ended, and it is looked up by a key that begins with the county. It ends by its day, with
one click, with its account, and when a role that it needs is taken away; what it may do is asked of
the account's roles at every request, and so is whether a second factor is due there first.
"""

import hashlib
import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, case, insert, select, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor, can
from registry.access.roles import Permission, Role
from registry.access.scopes import Scope, offered_to
from registry.accounts.demanded import has_factor, is_demanded
from registry.accounts.models import Account, AccountRole, ApiToken
from registry.clock import now, today
from registry.db import allocate, setting, table_of, transaction
from registry.errors import Busy, InputRefused, NotFound, StateRefused
from registry.identity.written import refuse_number
from registry.trail.operations import hold, record
from registry.unions.models import TradeUnion

PREFIX = "tx_"
USUAL_DAYS = 90
MOST = 20  # live ones of one account
LONGEST_NAME = 50
# Its account must have a second factor and has none: a token would be the way around it.
NO_FACTOR = "no_factor"
# Its last use is noted no more often than this: a request that only reads writes nothing.
_NOTED_EVERY = timedelta(minutes=5)
_SHAPE = re.compile(PREFIX + r"([0-9]{6})_[A-Za-z0-9_-]{43}")


class NewToken(NamedTuple):
    """A token just made; `text` is shown once and stored nowhere."""

    id: int
    text: str
    expires_at: datetime


class Bearer(NamedTuple):
    """Who shows a token: the account as it is now, and what the token is for.

    `fault` says why it opens nothing: ended, expired, locked, or `NO_FACTOR`; "" for none.
    """

    id: int
    actor: Actor
    scopes: frozenset[Scope]
    fault: str
    is_stale: bool  # `touch` is due


_token, _account, _role, _place = (
    table_of(model) for model in (ApiToken, Account, AccountRole, TradeUnion)
)
# Asked at every request: one round trip, put together once, a row for each role.
_FIND = (
    select(
        _token.c.id,
        _token.c.scopes,
        _token.c.expires_at,
        _token.c.ended_at,
        _token.c.used_at,
        _account.c.id.label("account_id"),
        _account.c.name,
        _account.c.display_name,
        _account.c.is_locked,
        _account.c.place,
        _place.c.path,
        _place.c.county,
        has_factor(_place.c.county, _account.c.id).label("has_factor"),
        _role.c.role,
    )
    .join(_account, _account.c.id == _token.c.account_id)
    .join(_place, _place.c.code == _account.c.place)
    .outerjoin(_role, _role.c.account_id == _account.c.id)
    .where(
        _token.c.county == bindparam("county"),
        _token.c.token_hash == bindparam("token_hash"),
    )
)


def make(name: str, scopes: Collection[Scope], days: int, *, actor: Actor) -> NewToken:
    """Make a token for the actor's own account.

    Raises `InputRefused` for a name, scopes or days that cannot be (token.name, .scopes, .days),
    `StateRefused` for too many (token.many), or where a second factor is due first (token.factor).
    """
    name = name.strip()
    _judge(name, scopes, days, actor)
    text, at = f"{PREFIX}{actor.county}_{secrets.token_urlsafe(32)}", now()
    expires_at = at + timedelta(days=days)
    with transaction() as session:
        hold(session, actor.county)
        _demand_factor(session, actor)
        if _count_live(session, actor, at) >= MOST:
            raise StateRefused("token.many", f"最多同时有 {MOST} 个令牌，请先停用不用的。")
        number = allocate(session, f"api_token:{actor.county}")
        session.execute(
            insert(ApiToken).values(
                county=actor.county,
                id=number,
                account_id=actor.account_id,
                name=name,
                scopes=_joined(scopes),
                token_hash=_hash(text),
                created_at=at,
                expires_at=expires_at,
                asked_count=0,
            )
        )
        detail = {"token": number, "title": name, "scopes": sorted(scopes), "days": days}
        record(session, "token.make", actor=actor, place=actor.place, detail=detail)
    return NewToken(number, text, expires_at)


def end(number: int, *, actor: Actor) -> None:
    """End a token at once: one's own, or any below for who manages accounts.

    Raises `NotFound` for what is neither, `StateRefused` for one that has ended.
    """
    with transaction() as session:
        found = session.execute(
            select(_token.c.ended_at, _account.c.id, _account.c.name, _place.c.path, _place.c.code)
            .join(_account, _account.c.id == _token.c.account_id)
            .join(_place, _place.c.code == _account.c.place)
            .where(_token.c.county == actor.county, _token.c.id == number)
        ).one_or_none()
        if found is None or not _may_end(found.id, found.path, actor):
            raise NotFound("token.unknown", "没有这个令牌，或者它不在您的管理范围内。")
        if found.ended_at is not None:
            raise StateRefused("token.ended", "这个令牌已经停用，不用再办。")
        _mark_ended(session, actor.county, [number])
        detail = {"token": number, "account": found.name}
        record(session, "token.end", actor=actor, place=found.code, detail=detail)


def end_all(session: Session, account_id: int, county: str) -> list[int]:
    """End all tokens of an account, in the caller's transaction; returns their numbers."""
    numbers = [number for number, _, _ in _live(session, account_id, county)]
    _mark_ended(session, county, numbers)
    return numbers


def end_beyond(
    session: Session, account_id: int, county: str, allowed: Collection[Scope]
) -> list[int]:
    """End the tokens of an account that are for more than `allowed`; returns their numbers."""
    words = {scope.value for scope in allowed}
    live = _live(session, account_id, county)
    numbers = [number for number, said, _ in live if not words.issuperset(said.split())]
    _mark_ended(session, county, numbers)
    return numbers


def find(session: Session, text: str, at: datetime) -> Bearer | None:
    """Return who shows a token, None for a text that is no token."""
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        return None
    asked = {"county": shape[1], "token_hash": _hash(text)}
    rows = session.execute(_FIND, asked).all()
    if not rows:
        return None
    row = rows[0]
    roles = frozenset(Role(each.role) for each in rows if each.role is not None)
    actor = Actor(
        row.account_id, row.name, row.display_name, roles, row.place, row.path, row.county
    )
    fault = _fault(row.ended_at, row.expires_at, row.is_locked, at)
    if not fault and is_demanded(roles) and not row.has_factor:
        fault = NO_FACTOR
    is_stale = row.used_at is None or at - row.used_at > _NOTED_EVERY
    return Bearer(row.id, actor, _scopes(row.scopes), fault, is_stale)


def touch(county: str, number: int) -> None:
    """Note that a token was used."""
    with transaction() as session:
        session.execute(
            update(ApiToken)
            .where(ApiToken.county == county, ApiToken.id == number)
            .values(used_at=now())
        )


def count_question(session: Session, county: str, number: int) -> None:
    """Count one question for somebody's eligibility, in the caller's transaction.

    Raises `Busy` (eligibility.quota) when the token has asked enough today.
    """
    day, most = today(), setting("ELIGIBILITY_PER_DAY")
    so_far = case((_token.c.asked_on == day, _token.c.asked_count), else_=0)
    counted = session.execute(
        update(_token)
        .where(_token.c.county == county, _token.c.id == number, so_far < most)
        .values(asked_on=day, asked_count=so_far + 1)
        .returning(_token.c.id)
    )
    if counted.first() is None:
        raise Busy("eligibility.quota", f"这个令牌今天已经核验 {most:,} 次，请明天再来。")


def _fault(ended_at: datetime | None, expires_at: datetime, is_locked: bool, at: datetime) -> str:
    if ended_at is not None:
        return "ended"
    if expires_at <= at:
        return "expired"
    return "locked" if is_locked else ""


def _judge(name: str, scopes: Collection[Scope], days: int, actor: Actor) -> None:
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InputRefused("token.name", f"请写明给哪个系统用，不超过 {LONGEST_NAME} 个字。")
    refuse_number(name, "token.name", "这")  # it stands on the trail
    if not scopes or not set(scopes) <= set(offered_to(actor)):
        raise InputRefused("token.scopes", "请至少选一项用途，并且是您的账号能办的。")
    longest: int = setting("TOKEN_DAYS")
    if not 0 < days <= longest:
        raise InputRefused("token.days", f"有效天数应为 1 到 {longest} 天。")


def _demand_factor(session: Session, actor: Actor) -> None:
    mine = select(has_factor(actor.county, actor.account_id))
    if is_demanded(actor.roles) and not session.scalar(mine):
        raise StateRefused("token.factor", "您的角色登录时必须有第二步验证，请先设置，再新建令牌。")


def _may_end(account_id: int, path: str, actor: Actor) -> bool:
    own = account_id == actor.account_id and not actor.deputy_for
    return own or can(actor, Permission.MANAGE_ACCOUNTS, path)


def _mark_ended(session: Session, county: str, numbers: Collection[int]) -> None:
    if numbers:
        session.execute(
            update(ApiToken)
            .where(ApiToken.county == county, ApiToken.id.in_(numbers))
            .values(ended_at=now())
        )


def _live(session: Session, account_id: int, county: str) -> list[tuple[int, str, datetime]]:
    """Return number, scopes and last instant of the tokens of an account that nobody ended."""
    query = select(_token.c.id, _token.c.scopes, _token.c.expires_at).where(
        _token.c.county == county,
        _token.c.account_id == account_id,
        _token.c.ended_at.is_(None),
    )
    return list(session.execute(query.order_by(_token.c.id)).tuples())


def _count_live(session: Session, actor: Actor, at: datetime) -> int:
    live = _live(session, actor.account_id, actor.county)
    return sum(expires_at > at for _, _, expires_at in live)


def _joined(scopes: Collection[Scope]) -> str:
    return " ".join(scope for scope in Scope if scope in scopes)


def _scopes(text: str) -> frozenset[Scope]:
    """Words of scopes that there are no more open nothing."""
    return frozenset(Scope(word) for word in text.split() if word in set(Scope))


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
