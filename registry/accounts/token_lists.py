"""Lists of tokens: one's own, and those of all accounts below a place."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.access.scopes import Scope
from registry.accounts.models import Account, ApiToken
from registry.db import table_of
from registry.unions.models import TradeUnion


class TokenView(NamedTuple):
    """A token as shown: never the token itself."""

    id: int
    name: str
    scopes: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    ended_at: datetime | None
    account_name: str
    display_name: str
    place_name: str

    @property
    def labels(self) -> list[str]:
        """The names of what it is for."""
        return [scope.label for scope in Scope if scope in self.scopes.split()]

    def is_live(self, at: datetime) -> bool:
        """Tell whether it opens anything at an instant, its account permitting."""
        return self.ended_at is None and self.expires_at > at


_token, _account, _place = (table_of(model) for model in (ApiToken, Account, TradeUnion))
_VIEWS: Select[Any] = (
    select(
        _token.c.id,
        _token.c.name,
        _token.c.scopes,
        _token.c.created_at,
        _token.c.expires_at,
        _token.c.used_at,
        _token.c.ended_at,
        _account.c.name.label("account_name"),
        _account.c.display_name,
        _place.c.name.label("place_name"),
    )
    .join(_account, _account.c.id == _token.c.account_id)
    .join(_place, _place.c.code == _account.c.place)
    .order_by(_token.c.id.desc())
)


def own(session: Session, actor: Actor, *, limit: int = 50) -> list[TokenView]:
    """Return the tokens of an account, the latest first."""
    query = _VIEWS.where(
        _token.c.county == actor.county, _token.c.account_id == actor.account_id
    ).limit(limit)
    return [TokenView(*one) for one in session.execute(query)]


def below(
    session: Session, county: str, path: str, *, before: int | None = None, limit: int = 50
) -> list[TokenView]:
    """Return the tokens of the accounts at or below a path, the latest first, before a number."""
    query = _VIEWS.where(_token.c.county == county, _place.c.path.startswith(path, autoescape=True))
    if before is not None:
        query = query.where(_token.c.id < before)
    return [TokenView(*one) for one in session.execute(query.limit(limit))]
