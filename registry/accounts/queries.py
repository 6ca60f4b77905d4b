"""What is asked of accounts."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, bindparam, exists, func, select
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.access.roles import Role
from registry.accounts.models import Account, AccountRole
from registry.accounts.states import AccountState
from registry.db import table_of
from registry.errors import NotFound, StateRefused
from registry.unions.models import Level, TradeUnion
from registry.unions.states import FORMED

# Asked at every request: put together once.
_accounts = table_of(Account)
_unions = table_of(TradeUnion)
_role = table_of(AccountRole).c
_ACTORS = select(
    _accounts.c.id,
    _accounts.c.name,
    _accounts.c.display_name,
    _accounts.c.is_locked,
    _accounts.c.place,
    _unions.c.path,
    _unions.c.county,
).select_from(_accounts.outerjoin(_unions, _unions.c.code == _accounts.c.place))
_ACTOR_OF = _ACTORS.where(_accounts.c.id == bindparam("account_id"))
_ACTOR_NAMED = _ACTORS.where(_accounts.c.name == bindparam("name"))
_ROLES = select(_role.role).where(_role.account_id == bindparam("account_id"))


_UNUSED = (Account.last_sign_in_at.is_(None), ~Account.is_locked)


class AccountView(NamedTuple):
    """An account as shown to those who manage it."""

    id: int
    name: str
    display_name: str
    place: str
    place_name: str
    path: str
    county: str
    level: Level
    roles: frozenset[Role]
    is_locked: bool
    must_choose_password: bool
    created_at: datetime
    last_sign_in_at: datetime | None
    closed_at: datetime | None
    closed_why: str | None

    @property
    def state(self) -> AccountState:
        """Whether somebody signs in with it."""
        if self.closed_at is not None:
            return AccountState.CLOSED
        return AccountState.LOCKED if self.is_locked else AccountState.OPEN

    @property
    def role_label(self) -> str:
        """The names of its roles."""
        return "、".join(role.label for role in sorted(self.roles)) or "无角色"

    @property
    def is_plain_clerk(self) -> bool:
        """Whether it is a clerk's account and nothing else: the review unit manages those."""
        return self.roles == {Role.CLERK}


class ClerkPost(NamedTuple):
    """A grassroots union with the accounts of its clerks."""

    code: str
    name: str
    clerks: list[AccountView]


def actor_of(session: Session, account_id: int) -> Actor:
    """Return the actor of an account.

    Raises `NotFound` when there is none, `StateRefused` when it is locked.
    """
    session.flush()  # as the mapper does before it asks: a right just taken away is gone
    account = session.execute(_ACTOR_OF, {"account_id": account_id}).one_or_none()
    if account is None:
        raise NotFound("account.unknown", "没有这个账号。")
    return _unlocked(session, account)


def actor_named(session: Session, name: str) -> Actor:
    """Return the actor of the account with this name; raises as `actor_of`."""
    session.flush()
    account = session.execute(_ACTOR_NAMED, {"name": name}).one_or_none()
    if account is None:
        raise NotFound("account.unknown", f"没有名为 {name[:64]} 的账号，请核对账号。")
    return _unlocked(session, account)


def find(session: Session, account_id: int) -> AccountView:
    """Return an account; raises `NotFound` when there is none."""
    return _the_one(session, _views().where(Account.id == account_id))


def find_named(session: Session, name: str) -> AccountView:
    """Return the account with a name; raises `NotFound` when there is none."""
    return _the_one(session, _views().where(Account.name == name))


def accounts(
    session: Session,
    path: str,
    *,
    search: str = "",
    role: Role | None = None,
    locked: bool | None = None,
    unused: bool = False,
    after: str = "",
    limit: int = 50,
) -> list[AccountView]:
    """Return accounts placed at or below a path, by name, `limit` at most, after the name `after`.

    `search` is a part of the account's, the person's or the union's name, or a code's start;
    `unused` asks for those that may sign in and never did.
    """
    query = _views().where(TradeUnion.path.startswith(path, autoescape=True))
    if search:
        query = query.where(
            Account.name.contains(search, autoescape=True)
            | Account.display_name.contains(search, autoescape=True)
            | TradeUnion.name.contains(search, autoescape=True)
            | TradeUnion.code.startswith(search, autoescape=True)
        )
    if role is not None:
        query = query.where(
            exists().where(AccountRole.account_id == Account.id, AccountRole.role == role)
        )
    if locked is not None:
        query = query.where(Account.is_locked == locked)
    if unused:
        query = query.where(*_UNUSED)
    if after:
        query = query.where(Account.name > after)
    return _with_roles(session, session.execute(query.order_by(Account.name).limit(limit)))


def clerk_posts(
    session: Session,
    path: str,
    *,
    search: str = "",
    only_without: bool = False,
    after: str = "",
    limit: int = 50,
) -> list[ClerkPost]:
    """Return the grassroots unions below a path by code, each with its clerks; `only_without` the
    formed ones that no unlocked clerk works for.
    """
    query = select(TradeUnion.code, TradeUnion.name).where(
        TradeUnion.path.startswith(path, autoescape=True), TradeUnion.level == Level.GRASSROOTS
    )
    if search:
        has_such_clerk = exists().where(
            Account.place == TradeUnion.code,
            Account.name.contains(search, autoescape=True)
            | Account.display_name.contains(search, autoescape=True),
        )
        query = query.where(
            TradeUnion.name.contains(search, autoescape=True)
            | TradeUnion.code.startswith(search, autoescape=True)
            | has_such_clerk
        )
    if only_without:
        query = query.where(TradeUnion.status.in_(FORMED), ~_has_clerk())
    if after:
        query = query.where(TradeUnion.code > after)
    unions = session.execute(query.order_by(TradeUnion.code).limit(limit)).all()
    clerks = _clerks_at(session, [code for code, _ in unions])
    return [ClerkPost(code, name, clerks.get(code, [])) for code, name in unions]


def without_clerk(
    session: Session, path: str, *, after: str = "", limit: int
) -> list[tuple[str, str]]:
    """Return code and name of formed grassroots unions below a path that no unlocked clerk works
    for, by code, after the code `after`.
    """
    query = _without_clerk(path).with_only_columns(TradeUnion.code, TradeUnion.name)
    if after:
        query = query.where(TradeUnion.code > after)
    found = session.execute(query.order_by(TradeUnion.code).limit(limit))
    return [(code, name) for code, name in found]


def count_without_clerk(session: Session, path: str) -> int:
    """Return the number of formed unions below a path that no unlocked clerk works for."""
    query = _without_clerk(path).with_only_columns(func.count())
    return session.scalar(query) or 0


def first_county(session: Session) -> str:
    """Return the code of the installation's (first) county federation."""
    query = select(func.min(TradeUnion.code)).where(TradeUnion.level == Level.COUNTY)
    return session.scalar(query) or "000000"


def county_name(session: Session, county: str) -> str:
    """Return the name of a county federation, empty when there is none."""
    union = session.get(TradeUnion, county)
    return "" if union is None else union.name


_account = table_of(Account).c
_NAMES = select(_account.id, _account.display_name).where(
    _account.id.in_(bindparam("ids", expanding=True))
)


def display_names(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """Return the names of the persons behind accounts, by account number."""
    wanted = {number for number in ids if number is not None}
    return dict(session.execute(_NAMES, {"ids": list(wanted)}).tuples().all())


class Badge(NamedTuple):
    """Who is behind an account, and the union or federation where they work."""

    name: str
    unit: str


def badges(session: Session, ids: Iterable[int | None]) -> dict[int, Badge]:
    """Return who is behind accounts, by account number."""
    query = (
        select(Account.id, Account.display_name, TradeUnion.name)
        .join(TradeUnion, TradeUnion.code == Account.place)
        .where(Account.id.in_({number for number in ids if number is not None}))
    )
    return {number: Badge(name, unit) for number, name, unit in session.execute(query)}


def display_name_of(session: Session, name: str) -> str:
    """Return the name of the person behind an account's name; that name where there is none."""
    query = select(Account.display_name).where(Account.name == name)
    return session.scalar(query) or name


class AccountCounts(NamedTuple):
    """How many accounts there are below a path."""

    total: int
    locked: int
    never_used: int


def count_accounts(session: Session, path: str) -> AccountCounts:
    """Count the accounts at or below a path."""
    query = (
        select(
            func.count(),
            func.count().filter(Account.is_locked),
            func.count().filter(*_UNUSED),
        )
        .select_from(Account)
        .join(TradeUnion, TradeUnion.code == Account.place)
        .where(TradeUnion.path.startswith(path, autoescape=True))
    )
    return AccountCounts(*session.execute(query).one())


def count_others(session: Session, account: AccountView, role: Role) -> int:
    """Return how many other accounts of the county have a role and a password to sign in with."""
    query = (
        select(func.count())
        .select_from(AccountRole)
        .join(Account, Account.id == AccountRole.account_id)
        .join(TradeUnion, TradeUnion.code == Account.place)
        .where(
            AccountRole.role == role,
            Account.id != account.id,
            TradeUnion.county == account.county,
            ~Account.is_locked,
            Account.password_hash != "",
        )
    )
    return session.scalar(query) or 0


def _has_clerk() -> ColumnElement[bool]:
    """Return the condition that an unlocked clerk works for a union."""
    return (
        exists()
        .where(
            Account.place == TradeUnion.code,
            ~Account.is_locked,
            AccountRole.account_id == Account.id,
            AccountRole.role == Role.CLERK,
        )
        .correlate(TradeUnion)
    )


def _without_clerk(path: str) -> Select[tuple[TradeUnion]]:
    return select(TradeUnion).where(
        TradeUnion.path.startswith(path, autoescape=True),
        TradeUnion.level == Level.GRASSROOTS,
        TradeUnion.status.in_(FORMED),
        ~_has_clerk(),
    )


def _unlocked(session: Session, account: Row[Any]) -> Actor:
    if account.is_locked:
        raise StateRefused("account.locked", f"账号 {account.name} 已停用，不能办理业务。")
    if account.path is None:
        raise NotFound("union.unknown", "账号所属的工会不存在。")
    roles = session.scalars(_ROLES, {"account_id": account.id})
    return Actor(
        account.id,
        account.name,
        account.display_name,
        frozenset(Role(role) for role in roles),
        account.place,
        account.path,
        account.county,
    )


def _clerks_at(session: Session, codes: list[str]) -> dict[str, list[AccountView]]:
    clerk = exists().where(AccountRole.account_id == Account.id, AccountRole.role == Role.CLERK)
    query = _views().where(Account.place.in_(codes), clerk).order_by(Account.is_locked, Account.id)
    clerks: dict[str, list[AccountView]] = {}
    for view in _with_roles(session, session.execute(query)):
        clerks.setdefault(view.place, []).append(view)
    return clerks


def _the_one(session: Session, query: Select[tuple[Account, TradeUnion]]) -> AccountView:
    found = _with_roles(session, session.execute(query))
    if not found:
        raise NotFound("account.unknown", "没有这个账号，或者它不在您的管理范围内。")
    return found[0]


def _views() -> Select[tuple[Account, TradeUnion]]:
    return select(Account, TradeUnion).join(TradeUnion, TradeUnion.code == Account.place)


def _with_roles(
    session: Session, rows: Iterable[Row[tuple[Account, TradeUnion]]]
) -> list[AccountView]:
    found = [row._tuple() for row in rows]
    roles: dict[int, set[Role]] = {}
    query = select(AccountRole.account_id, AccountRole.role).where(
        AccountRole.account_id.in_([account.id for account, _ in found])
    )
    for account_id, role in session.execute(query):
        roles.setdefault(account_id, set()).add(Role(role))
    return [
        AccountView(
            account.id,
            account.name,
            account.display_name,
            account.place,
            union.name,
            union.path,
            union.county,
            Level(union.level),
            frozenset(roles.get(account.id, ())),
            account.is_locked,
            account.must_change_password or not account.password_hash,
            account.created_at,
            account.last_sign_in_at,
            account.closed_at,
            account.closed_why,
        )
        for account, union in found
    ]
