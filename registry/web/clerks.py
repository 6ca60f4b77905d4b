"""The clerks' accounts of a review unit's unions."""

from collections.abc import Iterable

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.accounts import clerks as clerk_accounts
from registry.accounts import invitations, operations, queries
from registry.db import db
from registry.errors import InputRefused, NotFound
from registry.web import account_acts
from registry.web.forms.accounts import HandOverForm
from registry.web.guard import guard
from registry.web.slips import hand_out, slips_page
from registry.web.waiting import Card

blueprint = Blueprint("clerks", __name__)
PAGE = 50


@blueprint.get("/unions/<code>/clerks")
@guard(Permission.MANAGE_CLERKS)
def clerks(code: str) -> str:
    """List the unions with their clerks."""
    search, after = request.args.get("search", "").strip(), request.args.get("after", "")
    status = "without" if request.args.get("status") == "without" else ""
    found = queries.clerk_posts(
        db.session(),
        g.union.path,
        search=search,
        only_without=bool(status),
        after=after,
        limit=PAGE + 1,
    )
    shown, more = found[:PAGE], len(found) > PAGE
    return render_template(
        "clerks/clerks.html",
        posts=shown,
        search=search,
        status=status,
        missing=queries.count_without_clerk(db.session(), g.union.path),
        at_once=clerk_accounts.CLERKS_AT_ONCE,
        next_page=_page(code, search, status, shown[-1].code) if more else "",
        is_later=bool(after),
    )


@blueprint.post("/unions/<code>/clerks/create")
@guard(Permission.MANAGE_CLERKS, fresh=True)
def create(code: str) -> str | Response:
    """Open accounts for the unions without a clerk (or for this one union) and show the slips."""
    slips = clerk_accounts.create_clerks(code, actor=g.actor)
    back = url_for("clerks.clerks", code=g.actor.place)
    if not slips:
        flash("这里的基层工会都已经有经办员账号，没有新开通。忘记密码请用“重置密码”。", "info")
        return redirect(back, 303)
    return slips_page(slips, back, more=queries.count_without_clerk(db.session(), g.union.path))


@blueprint.get("/clerks/<int:account_id>")
@guard(Permission.MANAGE_CLERKS)
def clerk(account_id: int) -> str:
    """Show one clerk's account and what can be done with it."""
    _demand_clerk()
    return _clerk_page(HandOverForm())


@blueprint.post("/clerks/<int:account_id>/hand-over")
@guard(Permission.MANAGE_CLERKS, fresh=True)
def hand_over(account_id: int) -> str | tuple[str, int]:
    """Close this account and open one for the next person."""
    _demand_clerk()
    form = HandOverForm()
    if form.validate_on_submit():
        try:
            slip = clerk_accounts.hand_over(
                account_id, display_name=form.display_name.data or "", actor=g.actor
            )
        except InputRefused as error:
            form.display_name.errors = [error.message]
        else:
            return slips_page([slip], url_for("clerks.clerks", code=g.actor.place))
    return _clerk_page(form), 400


@blueprint.post("/clerks/<int:account_id>/reset")
@guard(Permission.MANAGE_CLERKS, fresh=True)
def reset(account_id: int) -> str | Response:
    """Invite the account's person anew; the invitation is mailed, or shown once."""
    _demand_clerk()
    slip = operations.reset_password(account_id, actor=g.actor)
    return hand_out(slip, url_for("clerks.clerks", code=g.actor.place))


@blueprint.post("/clerks/<int:account_id>/lock")
@guard(Permission.MANAGE_CLERKS)
def lock(account_id: int) -> Response:
    """Lock the account."""
    _demand_clerk()
    return account_acts.lock(url_for("clerks.clerk", account_id=account_id))


@blueprint.post("/clerks/<int:account_id>/close")
@guard(Permission.MANAGE_CLERKS, fresh=True)
def close(account_id: int) -> Response:
    """Close the account of a person who left."""
    _demand_clerk()
    return account_acts.close(url_for("clerks.clerk", account_id=account_id))


@blueprint.post("/clerks/<int:account_id>/unlock")
@guard(Permission.MANAGE_CLERKS)
def unlock(account_id: int) -> Response:
    """Let the account sign in again."""
    _demand_clerk()
    return account_acts.unlock(url_for("clerks.clerk", account_id=account_id))


def waiting(session: Session, actor: Actor) -> Iterable[Card]:
    """Unions that cannot start because nobody has an account there."""
    if not actor.has(Permission.MANAGE_CLERKS):
        return
    missing = queries.count_without_clerk(session, actor.path)
    if missing:
        yield Card(
            "基层工会还没有经办员账号",
            missing,
            "家",
            "开通后打印纸条，交给各家经办员即可登录。",
            url_for("clerks.clerks", code=actor.place, status="without"),
            "去开通",
            "person-plus",
            "amber",
            20,
        )


def _page(code: str, search: str, status: str, after: str) -> str:
    asked = {"search": search or None, "status": status or None, "after": after}
    return url_for("clerks.clerks", code=code, **asked)  # type: ignore[arg-type]


def _demand_clerk() -> None:
    """Other accounts of the unit are not managed here: they do not exist on these pages."""
    if not g.account.is_plain_clerk:
        raise NotFound("account.unknown", "没有这个经办员账号，或者它不在您的管理范围内。")


def _clerk_page(form: HandOverForm) -> str:
    invited_until = invitations.expiry(db.session(), g.account.county, g.account.id)
    return render_template(
        "clerks/clerk.html", account=g.account, form=form, invited_until=invited_until
    )
