"""Who is at the door of the interface for programs: a token, its scopes, its account's rights.

The place is in the address, as on the screens. What lies outside the account's part of the tree
and what does not exist are one answer.
"""

from collections.abc import Callable
from typing import Any, ParamSpec

from flask import current_app, g, request
from sqlalchemy.exc import SQLAlchemyError

from registry.access.actor import demand
from registry.access.doors import behind
from registry.access.roles import Permission
from registry.access.scopes import Scope
from registry.accounts import bearing, operations
from registry.db import db
from registry.errors import Forbidden, NotFound, RegistryError, Unavailable
from registry.submissions import queries as submissions
from registry.unions import queries as unions

P = ParamSpec("P")
_NOWHERE = "/"  # outside every part of the tree


def guard(
    scope: Scope, permission: Permission | None = None
) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """Let in a token with `scope` whose account has `permission` (that of the scope where None) at
    the place named in the address: `code` names a union, `submission_id` a submission
    (`g.submission`). Without either it is the account's own place.
    """
    needed = permission or scope.permission

    def decorate(view: Callable[P, Any]) -> Callable[P, Any]:
        def enter() -> None:
            g.bearer = bearing.let_in(_shown(), address=request.remote_addr or "")
            g.actor = g.bearer.actor
            try:
                demand(g.actor, needed, _path())
                if scope not in g.bearer.scopes:
                    raise Forbidden(
                        "scope.missing", f"这个令牌没有“{scope.label}”这项用途，请另建一个。"
                    )
            except (Forbidden, NotFound) as error:
                refuse(error)
                raise

        return behind(view, enter, needed.value)

    return decorate


def refuse(error: RegistryError) -> None:
    """Write a refusal on the trail. The refusal itself does not depend on it."""
    g.is_refusal_recorded = True
    code = str((request.view_args or {}).get("code", ""))
    try:
        operations.record_refusal(
            actor=g.actor,
            place=code if code and code.isprintable() else g.actor.place,
            what=f"{request.method} {request.path}"[:200],
            code=error.code,
        )
    except (SQLAlchemyError, Unavailable):
        current_app.logger.exception("a refusal could not be written on the trail")


def _shown() -> str:
    shown = request.authorization
    return shown.token or "" if shown is not None and shown.type == "bearer" else ""


def _path() -> str:
    """Return the path of the place in the address."""
    places = request.view_args or {}
    try:
        if "submission_id" in places:
            g.submission = submissions.find(db.session(), places["submission_id"])
            return str(g.submission.path)
        if not str(places.get("code", "")).isprintable():
            return _NOWHERE  # PostgreSQL would not even look for it
        if "code" in places:
            return unions.find(db.session(), places["code"]).path
    except NotFound:
        return _NOWHERE
    return str(g.actor.path)
