"""Who is at the door: every route has exactly one of these guards or stands open on purpose.

The place is in the address. A guard reads it there, loads it into `g`, and asks `access` whether
the actor has the permission at that place; a refusal is written on the trail.
"""

from collections.abc import Callable, Collection
from typing import Any, ParamSpec
from urllib.parse import urlsplit

from flask import Flask, current_app, flash, g, request, session, url_for
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from registry.access.actor import Actor, demand
from registry.access.doors import behind
from registry.access.roles import Permission
from registry.accounts import operations, signing
from registry.accounts import queries as accounts
from registry.accounts.demanded import is_demanded
from registry.db import db
from registry.errors import Forbidden, NotFound, Unavailable
from registry.unions import queries as unions
from registry.web import lately, once
from registry.web.acting import at_the_desk
from registry.web.going import go, here
from registry.web.login import let_out
from registry.web.places import submission_place

P = ParamSpec("P")
# Where nobody is asked who they are. Programs sign in by a token of their own, never by a browser's
# cookie; who watches the site is answered also while its database is away.
_PROGRAMS, _FOR_ANYBODY = "/api/", ("static", "health.", "metrics.")
_PASSWORD, _FACTOR = "signin.password", "factors.app"


def install(app: Flask) -> None:
    """Load the signed-in person before each request."""
    app.before_request(load)


def guard(
    permission: Permission, *, fresh: bool = False
) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """Let in who has `permission` at the place named in the address.

    `code` names a union (`g.union`), `submission_id` a submission (`g.submission`, and its union),
    `account_id` an account (`g.account`); all that stand in the address are asked for. Without any
    of them it is the actor's own place. With `fresh` the password must have been given lately.
    """

    def decorate(view: Callable[P, Any]) -> Callable[P, Any]:
        def enter() -> Response | None:
            answer = _signed_in_or_sent_away()
            if answer is None:
                _demand_places(permission)
            if answer is None and fresh:
                answer = lately.ask()
            return _let_in(answer)

        return behind(view, enter, permission.value, fresh=fresh)

    return decorate


def signed_in_only(view: Callable[P, Any]) -> Callable[P, Any]:
    """Let in everybody who is signed in."""
    return behind(view, _signed_in_or_sent_away, "signed in")


def signed_in_lately(view: Callable[P, Any]) -> Callable[P, Any]:
    """As `signed_in_only`, for weighty acts: the password must have been given lately."""
    return behind(
        view,
        lambda: _let_in(_signed_in_or_sent_away() or lately.ask()),
        "signed in",
        fresh=True,
    )


def before_all_else(view: Callable[P, Any]) -> Callable[P, Any]:
    """As `signed_in_only`, also for who has something to do before anything else (`due_first`)."""
    return behind(view, lambda: _signed_in_or_sent_away({_PASSWORD, _FACTOR}), "signed in")


def before_second_factor(view: Callable[P, Any]) -> Callable[P, Any]:
    """As `signed_in_only`, also for who must set up a second factor before anything else."""
    return behind(view, lambda: _signed_in_or_sent_away({_FACTOR}), "signed in")


def lately_before_second_factor(view: Callable[P, Any]) -> Callable[P, Any]:
    """As `before_second_factor`, for weighty acts: the password must have been given lately."""
    return behind(
        view,
        lambda: _signed_in_or_sent_away({_FACTOR}) or lately.ask(),
        "signed in",
        fresh=True,
    )


def due_first() -> str | None:
    """Return the endpoint of what the signed-in person must do before anything else."""
    must_change = g.signed_in.must_change_password or g.signed_in.password_expired
    if must_change and not current_app.config["DEMO"]:
        return _PASSWORD
    if not g.signed_in.has_factor and is_demanded(g.oneself.roles):
        return _FACTOR
    return None


def load() -> None:
    """Find out who asks: sets `g.signed_in` and `g.actor`, None for nobody; for a deputy at the
    other's desk the actor is the deputy, and `g.oneself` who they are.
    """
    g.signed_in = g.actor = g.oneself = None
    if request.path.startswith(_PROGRAMS) or (request.endpoint or "").startswith(_FOR_ANYBODY):
        return
    if not current_user.is_authenticated:
        return
    g.oneself = current_user.signed_in.actor
    g.signed_in = at_the_desk(current_user.signed_in)
    g.actor = g.signed_in.actor
    if g.signed_in.is_stale:
        _touch(g.signed_in.token_hash)


def refuse(actor: Actor, error: Forbidden | NotFound) -> None:
    """Write a refusal on the trail. The refusal itself does not depend on it."""
    g.is_refusal_recorded = True
    places = request.view_args or {}
    place = str(places.get("code") or (g.union.code if "union" in g else actor.place))
    try:
        operations.record_refusal(
            actor=actor,
            place=place,
            what=f"{request.method} {request.path}"[:200],
            code=error.code,
        )
    except (SQLAlchemyError, Unavailable):
        current_app.logger.exception("a refusal could not be written on the trail")


def safe_next(target: str | None) -> str | None:
    """Return the address to go on to when it stays on this site, else None."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(letter) < 32 for letter in target):
        return None
    return target


def _signed_in_or_sent_away(may_be_due: Collection[str] = ()) -> Response | None:
    if g.actor is None:
        _say_that_it_is_over()
        return go(url_for("signin.sign_in", next=here()))
    due = due_first()
    return go(url_for(due)) if due and due not in may_be_due else None


def _say_that_it_is_over() -> None:
    """Tell a browser that was signed in, once, that it is no more, and what that meant."""
    if "_user_id" not in session:
        return
    let_out()
    undone = "" if request.method == "GET" else "刚才的操作没有执行，"
    why = "太久没有操作、在别处退出了，或者账号已停用、注销、交接"
    flash(f"您的登录已经结束（{why}），{undone}请重新登录。", "warning")


def _let_in(answer: Response | None) -> Response | None:
    """Let the view begin where nothing stands before it."""
    if answer is None:
        once.begin()
    return answer


def _demand_places(permission: Permission) -> None:
    try:
        for path in _paths():
            demand(g.actor, permission, path)
    except (Forbidden, NotFound) as error:
        if error.code in ("place.unknown", "permission.missing"):
            refuse(g.actor, error)
        raise


def _paths() -> list[str]:
    """Load what the address names and return the paths of the places."""
    places, paths = request.view_args or {}, []
    if "submission_id" in places:
        g.submission, g.union = submission_place(db.session(), places["submission_id"])
        paths.append(g.union.path)
    if "account_id" in places:
        g.account = accounts.find(db.session(), places["account_id"])
        paths.append(g.account.path)
    if "code" in places:
        g.union = unions.find(db.session(), places["code"])
        paths.append(g.union.path)
    return paths or [g.actor.path]


def _touch(token_hash: bytes) -> None:
    try:
        signing.touch(token_hash)
    except (SQLAlchemyError, Unavailable):
        current_app.logger.warning("the session's last use could not be written")
