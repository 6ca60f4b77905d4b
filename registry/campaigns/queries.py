"""What is asked of campaigns, always from a place: those that concern it, above or within."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from registry.campaigns.models import Campaign, CampaignScope
from registry.campaigns.states import CampaignKind, CampaignState, Stage, stage_of, state_on
from registry.clock import local_day
from registry.db import table_of
from registry.errors import NotFound
from registry.members.checked import begin_of


class CampaignView(NamedTuple):
    """A campaign as plain values. `scope` are the paths of the places it is for."""

    id: int
    county: str
    kind: str
    union_code: str
    path: str
    title: str
    note: str | None
    opens_on: date
    due_on: date
    ends_when_due: bool
    state: str
    begun_by: int
    begun_at: datetime
    closed_by: int | None
    closed_at: datetime | None
    union_kinds: str | None
    scope: tuple[str, ...] = ()

    def stage(self, on: date) -> Stage:
        """Where it stands on a day."""
        state = state_on(self.state, self.due_on, ends_when_due=self.ends_when_due, on=on)
        return stage_of(state, self.opens_on, self.due_on, on)

    def last_day(self, on: date) -> date:
        """The day that its figures are of: the last one on which it was open, else `on`."""
        ends = [on]
        if self.closed_at is not None:
            ends.append(local_day(self.closed_at))
        if self.stage(on) is Stage.CLOSED and self.ends_when_due:
            ends.append(self.due_on)
        return min(ends)

    @property
    def opens_at(self) -> datetime:
        """The instant from which a check counts."""
        return begin_of(self.opens_on)

    @property
    def kinds(self) -> list[str]:
        """The kinds of union that it is for, none for all."""
        return (self.union_kinds or "").split()

    @property
    def is_registration(self) -> bool:
        """A registration with targets, not a re-verification."""
        return self.kind == CampaignKind.REGISTER

    def covers(self, path: str) -> bool:
        """Tell whether the union at a path is one of those it is for."""
        return any(path.startswith(one) for one in self.scope)


_campaign, _scope = table_of(Campaign).c, table_of(CampaignScope).c
_VIEWS = select(*(_campaign[name] for name in CampaignView._fields if name != "scope"))


def campaigns(
    session: Session, county: str, path: str, kind: CampaignKind = CampaignKind.REVERIFY
) -> list[CampaignView]:
    """Return the campaigns of a kind that concern a place, the newest first."""
    query = _concerning(county, path).where(_campaign.kind == kind)
    return _with_scopes(session, county, query.order_by(_campaign.id.desc()))


def running(
    session: Session, county: str, path: str, on: date, kind: CampaignKind = CampaignKind.REVERIFY
) -> list[CampaignView]:
    """Return the campaigns of a kind that ask something of the unions of a place on a day, those
    that are due first first.
    """
    query = _concerning(county, path).where(
        _campaign.kind == kind, _campaign.state == CampaignState.OPEN, _campaign.opens_on <= on
    )
    found = _with_scopes(session, county, query.order_by(_campaign.due_on, _campaign.id))
    return [one for one in found if one.stage(on) is not Stage.CLOSED]


def registration_on(session: Session, county: str, on: date) -> CampaignView | None:
    """Return the registration of a county that ran on a day, the newest of several; it runs until
    the end of the day on which it is closed.
    """
    query = _VIEWS.where(
        _campaign.county == county,
        _campaign.kind == CampaignKind.REGISTER,
        _campaign.opens_on <= on,
        or_(_campaign.closed_at.is_(None), _campaign.closed_at >= begin_of(on)),
        or_(_campaign.ends_when_due.is_(False), _campaign.due_on >= on),
    )
    found = _with_scopes(session, county, query.order_by(_campaign.id.desc()).limit(1))
    return found[0] if found else None


def find(session: Session, county: str, path: str, number: int) -> CampaignView:
    """Return a campaign that concerns a place; raises `NotFound` when none has this number."""
    found = _with_scopes(session, county, _concerning(county, path).where(_campaign.id == number))
    if not found:
        raise NotFound("campaign.unknown", f"没有第 {number} 号活动，或者它与您的单位无关。")
    return found[0]


def _concerning(county: str, path: str) -> Any:
    """Return the query for campaigns with a scope at, above or below a place."""
    above = [part for part in path.split("/") if part]
    concerns = exists().where(
        _scope.county == county,
        _scope.campaign_id == _campaign.id,
        or_(_scope.union_code.in_(above), _scope.path.startswith(path, autoescape=True)),
    )
    return _VIEWS.where(_campaign.county == county, concerns)


def _with_scopes(session: Session, county: str, query: Any) -> list[CampaignView]:
    found = [CampaignView(*row) for row in session.execute(query)]
    if not found:
        return []
    scopes = scopes_of(session, county, [one.id for one in found])
    return [one._replace(scope=tuple(scopes.get(one.id, ()))) for one in found]


def scopes_of(session: Session, county: str, numbers: Collection[int]) -> dict[int, Sequence[str]]:
    """Return the paths of the places that campaigns are for, by their numbers."""
    query = select(_scope.campaign_id, _scope.path).where(
        _scope.county == county, _scope.campaign_id.in_(list(numbers))
    )
    scopes: dict[int, list[str]] = {}
    for number, path in session.execute(query.order_by(_scope.path)):
        scopes.setdefault(number, []).append(path)
    return dict(scopes)
