"""All accounts of the county, for the system administrator. No member is shown anywhere here."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registry.access.actor import Actor
from registry.access.roles import Permission, Role
from registry.accounts import browsing, factors, invitations, opening, operations, queries
from registry.db import db, setting
from registry.errors import InputRefused, NotFound, StateRefused
from registry.unions import queries as unions
from registry.web import account_acts
from registry.web.forms.accounts import NewAccountForm, RolesForm
from registry.web.guard import guard
from registry.web.slips import hand_out
from registry.web.waiting import Card

blueprint = Blueprint("accounts", __name__)
PAGE = 50
WITHOUT_CLERK = "without"
STATUSES = [
    ("open", "可以登录"),
    ("unused", "从未登录"),
    ("locked", "已停用"),
    (WITHOUT_CLERK, "没有经办员的工会"),
]
_FIELDS = {
    "account.name": "name",
    "account.exists": "name",
    "account.display_name": "display_name",
    "mail.address": "mail",
    "union.unknown": "place",
    "place.unknown": "place",
}


@blueprint.get("/unions/<code>/accounts")
@guard(Permission.MANAGE_ACCOUNTS)
def accounts(code: str) -> str:
    """List accounts by name."""
    search, role = request.args.get("search", "").strip(), request.args.get("role", "")
    status, after = request.args.get("status", ""), request.args.get("after", "")
    if status == WITHOUT_CLERK:
        return _unions_without_clerk(after)
    found = queries.accounts(
        db.session(),
        g.union.path,
        search=search,
        role=Role(role) if role in list(Role) else None,
        locked={"locked": True, "open": False}.get(status),
        unused=status == "unused",
        after=after,
        limit=PAGE + 1,
    )
    shown, more = found[:PAGE], len(found) > PAGE
    chosen: dict[str, Any] = {"search": search, "role": role, "status": status}
    return render_template(
        "accounts/accounts.html",
        accounts=shown,
        counts=queries.count_accounts(db.session(), g.union.path),
        chosen=chosen,
        roles=[(each.value, each.label) for each in Role],
        statuses=STATUSES,
        next_page=url_for("accounts.accounts", code=code, after=shown[-1].name, **chosen)
        if more
        else "",
        is_later=bool(after),
    )


@blueprint.route("/unions/<code>/accounts/new", methods=["GET", "POST"])
@guard(Permission.MANAGE_ACCOUNTS, fresh=True)
def create(code: str) -> str | Response | tuple[str, int]:
    """Open an account and show its slip once."""
    form, status = NewAccountForm(), 200
    if request.method == "GET":
        form.place.data = request.args.get("place") or g.union.code
    if form.validate_on_submit():
        try:
            slip = opening.create_account(
                name=form.name.data or "",
                display_name=form.display_name.data or "",
                place=(form.place.data or "").strip(),
                roles=[Role(role) for role in form.roles.data or []],
                mail=form.mail.data or "",
                actor=g.actor,
            )
        except (InputRefused, StateRefused, NotFound) as error:
            form[_FIELDS.get(error.code, "roles")].errors = [error.message]
            status = 400
        else:
            return hand_out(slip, url_for("accounts.accounts", code=code))
    elif form.is_submitted():
        status = 400
    mail_is_on = bool(setting("MAIL_SERVER"))
    places = [g.union, *unions.children(db.session(), g.union.code)]
    return render_template(
        "accounts/new.html", form=form, places=places, mail_is_on=mail_is_on
    ), status


@blueprint.get("/accounts/<int:account_id>")
@guard(Permission.MANAGE_ACCOUNTS)
def account(account_id: int) -> str:
    """Show one account and what can be done with it."""
    form = RolesForm(data={"roles": sorted(g.account.roles)})
    return _account_page(form)


@blueprint.post("/accounts/<int:account_id>/roles")
@guard(Permission.MANAGE_ACCOUNTS, fresh=True)
def set_roles(account_id: int) -> Response | tuple[str, int]:
    """Give the account exactly the chosen roles."""
    form = RolesForm()
    if form.validate_on_submit():
        try:
            operations.set_roles(
                account_id, [Role(role) for role in form.roles.data or []], actor=g.actor
            )
        except (InputRefused, StateRefused) as error:
            form.roles.errors = [error.message]
        else:
            flash("角色已调整，下一次打开页面时生效。", "success")
            return redirect(url_for("accounts.account", account_id=account_id), 303)
    return _account_page(form), 400


@blueprint.post("/accounts/<int:account_id>/lock")
@guard(Permission.MANAGE_ACCOUNTS)
def lock(account_id: int) -> Response:
    """Lock the account."""
    return account_acts.lock(url_for("accounts.account", account_id=account_id))


@blueprint.post("/accounts/<int:account_id>/close")
@guard(Permission.MANAGE_ACCOUNTS, fresh=True)
def close(account_id: int) -> Response:
    """Close the account of a person who left."""
    return account_acts.close(url_for("accounts.account", account_id=account_id))


@blueprint.post("/accounts/<int:account_id>/unlock")
@guard(Permission.MANAGE_ACCOUNTS)
def unlock(account_id: int) -> Response:
    """Let the account sign in again."""
    return account_acts.unlock(url_for("accounts.account", account_id=account_id))


@blueprint.post("/accounts/<int:account_id>/reset")
@guard(Permission.MANAGE_ACCOUNTS, fresh=True)
def reset(account_id: int) -> str | Response:
    """Invite the account's person anew; the invitation is mailed, or shown once."""
    slip = operations.reset_password(account_id, actor=g.actor)
    return hand_out(slip, url_for("accounts.account", account_id=account_id))


@blueprint.post("/accounts/<int:account_id>/reset-factors")
@guard(Permission.MANAGE_ACCOUNTS, fresh=True)
def reset_factors(account_id: int) -> Response:
    """Take away the second factors of somebody who lost them."""
    factors.reset(account_id, actor=g.actor)
    flash(f"账号 {g.account.name} 的第二步验证已重置，已登录的页面立即失效。", "success")
    return redirect(url_for("accounts.account", account_id=account_id), 303)


@blueprint.post("/accounts/<int:account_id>/end-sessions")
@guard(Permission.MANAGE_ACCOUNTS)
def end_sessions(account_id: int) -> Response:
    """End all sessions of the account."""
    ended = browsing.end_of(account_id, actor=g.actor)
    flash(f"账号 {g.account.name} 的 {ended} 处登录已退出。", "success")
    return redirect(url_for("accounts.account", account_id=account_id), 303)


def waiting(session: Session, actor: Actor) -> Iterable[Card]:
    """What the administrator looks at first."""
    if not actor.has(Permission.MANAGE_ACCOUNTS):
        return
    counts = queries.count_accounts(session, actor.path)
    page = url_for("accounts.accounts", code=actor.place)
    missing = queries.count_without_clerk(session, actor.path)
    yield Card("账号", counts.total, "个", "本级及下级全部账号", page, "管理账号", "person-circle")
    yield Card(
        "从未登录的账号",
        counts.never_used,
        "个",
        "开通后还没有登录过",
        f"{page}?status=unused",
        "查看",
        "hourglass-split",
        "grey",
    )
    yield Card(
        "已停用的账号",
        counts.locked,
        "个",
        "停用后不能登录，记录仍保留",
        f"{page}?status=locked",
        "查看",
        "lock",
        "grey",
    )
    yield Card(
        "没有经办员的基层工会",
        missing,
        "家",
        "由各乡镇（街道）审核员开通",
        f"{page}?status={WITHOUT_CLERK}",
        "查看",
        "building",
        "amber" if missing else "green",
    )


def _unions_without_clerk(after: str) -> str:
    """List the unions that nobody works for, each with the way to an account."""
    session, code = db.session(), g.union.code
    found = queries.without_clerk(session, g.union.path, after=after, limit=PAGE + 1)
    shown = found[:PAGE]
    return render_template(
        "accounts/without.html",
        unions=shown,
        statuses=STATUSES,
        status=WITHOUT_CLERK,
        next_page=url_for("accounts.accounts", code=code, status=WITHOUT_CLERK, after=shown[-1][0])
        if len(found) > PAGE
        else "",
    )


def _account_page(form: RolesForm) -> str:
    return render_template(
        "accounts/account.html",
        account=g.account,
        form=form,
        factors=factors.of_account(db.session(), g.account),
        invited_until=invitations.expiry(db.session(), g.account.county, g.account.id),
        sessions=browsing.live(db.session(), g.account.id),
        is_own=g.account.id == g.actor.account_id,
    )
