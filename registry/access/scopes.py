"""What a token may be for: a part of what its account may, never more."""

from collections.abc import Iterable
from enum import StrEnum

from registry.access.actor import Actor
from registry.access.roles import GRANTS, Permission, Role


class Scope(StrEnum):
    """One kind of work that a program does for an account."""

    ROSTERS_SEND = "rosters.send"
    ROSTERS_READ = "rosters.read"
    TOTALS_READ = "totals.read"
    ELIGIBILITY_ASK = "eligibility.ask"

    @property
    def label(self) -> str:
        """The scope's name on the screen."""
        return _LABELS[self]

    @property
    def permission(self) -> Permission:
        """What the account must be permitted for the scope to be of any use."""
        return _NEEDS[self]


_LABELS: dict[Scope, str] = {
    Scope.ROSTERS_SEND: "报送花名册",
    Scope.ROSTERS_READ: "查看报送情况",
    Scope.TOTALS_READ: "读取统计数据",
    Scope.ELIGIBILITY_ASK: "核验会员资格（只答是或否）",
}
_NEEDS: dict[Scope, Permission] = {
    Scope.ROSTERS_SEND: Permission.WORK_ROSTER,
    Scope.ROSTERS_READ: Permission.VIEW_SUBMISSIONS,
    Scope.TOTALS_READ: Permission.VIEW_TOTALS,
    Scope.ELIGIBILITY_ASK: Permission.ASK_ELIGIBILITY,
}


def offered(roles: Iterable[Role]) -> list[Scope]:
    """Return the scopes that an account with these roles may give to a token."""
    granted = frozenset().union(*(GRANTS[role] for role in roles))
    return [scope for scope in Scope if scope.permission in granted]


def offered_to(actor: Actor) -> list[Scope]:
    """Return the scopes that an actor may give to a token; a deputy may none."""
    return [] if actor.deputy_for else offered(actor.roles)
