"""What every page's frame knows: who is signed in, where they may go, what they may do."""

from typing import Any, NamedTuple

from flask import Flask, g, url_for

from registry.access import actor as access
from registry.access.roles import Permission
from registry.web.guard import due_first
from registry.web.navigation import navigation


class Shown(NamedTuple):
    """The signed-in person as pages show them."""

    account_id: int
    name: str
    display_name: str
    role_label: str
    place: str
    place_name: str
    path: str
    deputy_for: str


def install(app: Flask) -> None:
    """Give the frame to every template. Reads nothing: error pages need it without a database."""
    app.context_processor(_frame)


def can(permission: Permission | str, path: str | None = None) -> bool:
    """Tell whether the signed-in person has a permission at a path (their own place when None)."""
    actor = g.get("actor")
    if actor is None:
        return False
    return access.can(actor, Permission(permission), actor.path if path is None else path)


def _frame() -> dict[str, Any]:
    signed_in = g.get("signed_in")
    if signed_in is None:
        return {"actor": None, "navigation": [], "can": can}
    actor = signed_in.actor
    shown = Shown(
        actor.account_id,
        actor.name,
        actor.display_name,
        "代理审核" if actor.deputy_for else "、".join(role.label for role in sorted(actor.roles)),
        actor.place,
        signed_in.place_name,
        actor.path,
        actor.deputy_for,
    )
    return {
        "actor": shown,
        # Until what is due first is done no place opens, so none is offered.
        "navigation": [] if due_first() else navigation(actor),
        "can": can,
        "federation_name": signed_in.federation_name,
        "account_url": url_for("safety.safety"),
        "sign_out_url": url_for("signin.sign_out"),
        "watermark_url": url_for("watermark.picture"),
    }
