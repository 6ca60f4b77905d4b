"""The actor of an act, and the two questions asked of it."""

from dataclasses import dataclass

from registry.access.roles import DEPUTY, GRANTS, Permission, Role
from registry.errors import Forbidden, NotFound


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: plain values, taken once at the door.

    `path` is the actor's place in the tree as `/331083/331083001/`; `county` the six-digit code
    whose trail records the acts. `deputy_for` is whom a deputy acts for and where, "" for who acts
    for themself: place and path are the other's then, and so are the few permissions.
    """

    account_id: int
    name: str
    display_name: str
    roles: frozenset[Role]
    place: str
    path: str
    county: str
    deputy_for: str = ""

    def has(self, permission: Permission) -> bool:
        """Tell whether any of the actor's roles grants the permission, wherever."""
        if self.deputy_for:
            return permission in DEPUTY
        return any(permission in GRANTS[role] for role in self.roles)


def within(inner: str, outer: str) -> bool:
    """Tell whether the place `inner` lies in the subtree of `outer` (or is it)."""
    return inner.startswith(outer)


def can(actor: Actor, permission: Permission, path: str) -> bool:
    """Tell whether the actor has the permission at the place with this path."""
    return within(path, actor.path) and actor.has(permission)


def demand(actor: Actor, permission: Permission, path: str) -> None:
    """Return when the actor may; else raise.

    Raises `NotFound` outside the actor's subtree (there the thing does not exist for them) and
    `Forbidden` inside it.
    """
    if not within(path, actor.path):
        raise NotFound("place.unknown", "没有找到该内容，或者它不在您的管理范围内。")
    if not actor.has(permission):
        raise Forbidden("permission.missing", "您的账号没有这项权限，如需办理请联系上级工会。")
