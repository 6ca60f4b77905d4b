"""Deputies: another reviewer of the county reviews for one who is away, from a day to a day.

A deputy acts at the other's unit instead of the own one, with the few permissions that reviewing
takes (`registry.access.roles.DEPUTY`), and as a deputy names nobody: there is no chain. The right
lasts as long as both accounts are reviewers: what is lent is gone with what it was lent from.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, insert, select, update
from sqlalchemy.orm import Session, aliased

from registry.access.actor import Actor, can, demand, within
from registry.access.roles import Permission, Role
from registry.accounts import queries
from registry.accounts.models import Account, AccountRole, Deputy
from registry.accounts.queries import AccountView
from registry.clock import now, today
from registry.db import allocate, transaction
from registry.errors import InputRefused, NotFound, StateRefused
from registry.trail.operations import hold, record
from registry.unions.models import TradeUnion

LONGEST = timedelta(days=92)


class DeputyView(NamedTuple):
    """A deputy as shown: for whom, where, who, and from which day to which."""

    id: int
    county: str
    place: str
    place_name: str
    path: str
    principal_id: int
    principal_name: str
    deputy_id: int
    deputy_name: str
    first_day: date
    last_day: date
    ended_at: datetime | None

    @property
    def label(self) -> str:
        """For whom and where, as the trail tells it."""
        return f"{self.principal_name}（{self.place_name}）"

    def is_on(self, day: date) -> bool:
        """Tell whether it holds on a day."""
        return self.ended_at is None and self.first_day <= day <= self.last_day

    def is_over(self, day: date) -> bool:
        """Tell whether it has ended by a day."""
        return self.ended_at is not None or self.last_day < day


def _views(place: type[TradeUnion]) -> Select[tuple[Deputy, str, str, str, str]]:
    """Select deputies whose two accounts are still reviewers and may sign in."""
    principal, deputy = aliased(Account), aliased(Account)
    query = (
        select(Deputy, place.name, place.path, principal.display_name, deputy.display_name)
        .join(place, place.code == Deputy.place)
        .join(principal, principal.id == Deputy.principal_id)
        .join(deputy, deputy.id == Deputy.deputy_id)
    )
    for account in (principal, deputy):
        role = aliased(AccountRole)
        is_reviewer = (role.account_id == account.id) & (role.role == Role.REVIEWER)
        query = query.join(role, is_reviewer).where(~account.is_locked)
    return query.where(principal.place == Deputy.place)


_PLACE = aliased(TradeUnion)
# Put together once: a deputy's every request asks.
_VIEWS = _views(_PLACE)


def candidates(session: Session, path: str) -> list[AccountView]:
    """Return the reviewers at or below a path who may sign in, by name."""
    return queries.accounts(session, path, role=Role.REVIEWER, locked=False, limit=1_000)


def deputies(session: Session, county: str, path: str, *, limit: int = 50) -> list[DeputyView]:
    """Return the deputies named for units at or below a path, the latest first."""
    query = _VIEWS.where(Deputy.county == county, _PLACE.path.startswith(path, autoescape=True))
    return _shown(session, query.order_by(Deputy.id.desc()).limit(limit))


def held(session: Session, actor: Actor) -> list[DeputyView]:
    """Return for whom an account is a deputy today."""
    day = today()
    query = _VIEWS.where(
        Deputy.county == actor.county,
        Deputy.deputy_id == actor.account_id,
        *_lasting(day),
        Deputy.first_day <= day,
    )
    return _shown(session, query.order_by(Deputy.id))


def acting(session: Session, actor: Actor, number: int) -> tuple[Actor, str] | None:
    """Return the account as the deputy that it is today, and the name of the unit; None where it
    is not: the day has passed, it was ended, or a right is gone.
    """
    if Role.REVIEWER not in actor.roles:
        return None
    for one in held(session, actor):
        if one.id == number:
            as_deputy = replace(actor, place=one.place, path=one.path, deputy_for=one.label)
            return as_deputy, one.place_name
    return None


def name(principal_id: int, deputy_id: int, first: date, last: date, *, actor: Actor) -> int:
    """Name a deputy for a reviewer's own unit; returns its number.

    A reviewer names for themself, who manages accounts for any reviewer below. Raises
    `InputRefused` for days or persons that cannot be, `StateRefused` for what overlaps.
    """
    with transaction() as session:
        hold(session, actor.county)
        principal = queries.find(session, principal_id)
        demand(actor, Permission.NAME_DEPUTY, principal.path)
        if actor.account_id != principal.id:
            demand(actor, Permission.MANAGE_ACCOUNTS, principal.path)
        deputy = queries.find(session, deputy_id)
        _judge_days(first, last)
        _judge_persons(principal, deputy)
        _judge_overlap(session, principal, deputy, first, last)
        number = allocate(session, f"deputy:{principal.county}")
        session.execute(
            insert(Deputy).values(
                county=principal.county,
                id=number,
                place=principal.place,
                principal_id=principal.id,
                deputy_id=deputy.id,
                first_day=first,
                last_day=last,
                named_by=actor.account_id,
                named_at=now(),
            )
        )
        detail = {"first_day": first.isoformat(), "last_day": last.isoformat()}
        _record(session, "deputy.name", actor, principal.place, principal.name, deputy.name, detail)
    return number


def end(number: int, *, actor: Actor) -> None:
    """End it at once: who named a deputy for themself, the deputy, or who manages accounts."""
    with transaction() as session:
        hold(session, actor.county)
        found = session.get(Deputy, (actor.county, number))
        if found is None or not _may_end(session, found, actor):
            raise NotFound("deputy.unknown", "没有这次代理，或者它不在您的管理范围内。")
        if found.ended_at is not None or found.last_day < today():
            raise StateRefused("deputy.over", "这次代理已经结束，不用再办。")
        session.execute(
            update(Deputy)
            .where(Deputy.county == found.county, Deputy.id == found.id)
            .values(ended_at=now(), ended_by=actor.account_id)
        )
        principal, deputy = (
            queries.find(session, one).name for one in (found.principal_id, found.deputy_id)
        )
        _record(session, "deputy.end", actor, found.place, principal, deputy, {})


def _may_end(session: Session, found: Deputy, actor: Actor) -> bool:
    if actor.deputy_for:
        return False
    place = session.get_one(TradeUnion, found.place)
    own = actor.account_id in (found.principal_id, found.deputy_id)
    return own or can(actor, Permission.MANAGE_ACCOUNTS, place.path)


def _judge_days(first: date, last: date) -> None:
    if first < today():
        raise InputRefused("deputy.past", "开始日期不能早于今天。")
    if last < first:
        raise InputRefused("deputy.days", "结束日期不能早于开始日期。")
    if last - first >= LONGEST:
        raise InputRefused("deputy.long", f"一次最多 {LONGEST.days} 天，到期还需要的请再办一次。")


def _judge_persons(principal: AccountView, deputy: AccountView) -> None:
    if deputy.county != principal.county:
        raise NotFound("account.unknown", "没有这个账号，或者它不在您的管理范围内。")
    for one in (principal, deputy):
        if Role.REVIEWER not in one.roles or one.is_locked:
            raise InputRefused("deputy.role", f"{one.display_name}不是可以登录的审核员。")
    if within(principal.path, deputy.path):
        raise InputRefused(
            "deputy.needless", "本单位的审核员本来就能审核，不需要代理。请选其他单位的审核员。"
        )


def _judge_overlap(
    session: Session, principal: AccountView, deputy: AccountView, first: date, last: date
) -> None:
    same = select(Deputy.id).where(
        Deputy.county == principal.county,
        Deputy.place == principal.place,
        Deputy.deputy_id == deputy.id,
        *_lasting(first),
        Deputy.first_day <= last,
    )
    if session.scalar(same.limit(1)) is not None:
        raise StateRefused(
            "deputy.overlap", f"{deputy.display_name}在这几天里已经代理本单位，没有再办。"
        )


def _lasting(day: date) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of what is not over by a day."""
    return (Deputy.ended_at.is_(None), Deputy.last_day >= day)


def _shown(session: Session, query: Select[tuple[Deputy, str, str, str, str]]) -> list[DeputyView]:
    found: Sequence[tuple[Deputy, str, str, str, str]] = session.execute(query).tuples().all()
    return [
        DeputyView(
            one.id,
            one.county,
            one.place,
            place_name,
            path,
            one.principal_id,
            principal_name,
            one.deputy_id,
            deputy_name,
            one.first_day,
            one.last_day,
            one.ended_at,
        )
        for one, place_name, path, principal_name, deputy_name in found
    ]


def _record(
    session: Session,
    action: str,
    actor: Actor,
    place: str,
    principal: str,
    deputy: str,
    detail: dict[str, str],
) -> None:
    persons = {"principal": principal, "deputy": deputy}
    record(session, action, actor=actor, place=place, detail={**persons, **detail})
