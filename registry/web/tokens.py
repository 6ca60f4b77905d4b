"""Tokens by which programs act for an account: one's own, and all for who manages accounts."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.access.scopes import Scope, offered
from registry.accounts import token_lists, tokens
from registry.clock import now
from registry.db import db, setting
from registry.errors import InputRefused, StateRefused
from registry.web.forms.tokens import TokenForm
from registry.web.guard import guard, signed_in_lately, signed_in_only
from registry.web.numbers import whole

blueprint = Blueprint("tokens", __name__)
PAGE = 50
_FIELDS = {"token.scopes": "scopes", "token.days": "days"}


@blueprint.get("/tokens")
@signed_in_only
def own() -> str:
    """Show one's own tokens and the form for a new one."""
    return _page(_form(clean=True))


@blueprint.post("/tokens")
@signed_in_lately
def make() -> str | tuple[str, int]:
    """Make a token and show it once."""
    form = _form()
    if not form.validate_on_submit():
        return _page(form), 400
    scopes = [Scope(word) for word in form.scopes.data or []]
    try:
        made = tokens.make(form.name.data or "", scopes, form.days.data or 0, actor=g.oneself)
    except (InputRefused, StateRefused) as error:
        form[_FIELDS.get(error.code, "name")].errors = [error.message]
        return _page(form), 400
    return render_template("tokens/made.html", made=made, name=form.name.data, scopes=scopes)


@blueprint.post("/tokens/<int:number>/end")
@signed_in_only
def end(number: int) -> Response:
    """End a token, one's own or of an account that one manages."""
    try:
        tokens.end(number, actor=g.oneself)
    except StateRefused as error:
        flash(error.message, "error")
    else:
        flash("令牌已停用，用它的程序马上不能再连接。", "success")
    manages = g.actor.has(Permission.MANAGE_ACCOUNTS)
    back = url_for("tokens.all_of", code=g.actor.place) if manages else url_for("tokens.own")
    return redirect(back, 303)


@blueprint.get("/unions/<code>/tokens")
@guard(Permission.MANAGE_ACCOUNTS)
def all_of(code: str) -> str:
    """List the tokens of the accounts of a place, the latest first."""
    before = request.args.get("before", type=whole)
    found = token_lists.below(
        db.session(), g.union.county, g.union.path, before=before, limit=PAGE + 1
    )
    shown = found[:PAGE]
    more = url_for("tokens.all_of", code=code, before=shown[-1].id) if len(found) > PAGE else ""
    return render_template(
        "tokens/all.html", tokens=shown, at=now(), next_page=more, is_later=before is not None
    )


def _form(*, clean: bool = False) -> TokenForm:
    chosen: dict[str, Any] = {"formdata": None} if clean else {}
    form = TokenForm(**chosen)
    form.scopes.choices = {scope.value: scope.label for scope in offered(g.oneself.roles)}
    return form


def _page(form: TokenForm) -> str:
    return render_template(
        "tokens/own.html",
        form=form,
        tokens=token_lists.own(db.session(), g.oneself),
        at=now(),
        longest=setting("TOKEN_DAYS"),
    )
