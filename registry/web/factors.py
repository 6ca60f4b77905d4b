"""One's own second factors: an authenticator app, passkeys, recovery codes."""

import io

import segno
from flask import Blueprint, flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from registry.access.doors import open_to_all
from registry.accounts import factors, passkeys, recovery, totp
from registry.db import db
from registry.errors import InputRefused, StateRefused
from registry.web.forms.signin import AppForm, PasskeyForm
from registry.web.guard import due_first, lately_before_second_factor, signed_in_lately
from registry.web.signin import half_signed_in

blueprint = Blueprint("factors", __name__)


@blueprint.route("/safety/app", methods=["GET", "POST"])
@lately_before_second_factor
def app() -> str | Response | tuple[str, int]:
    """Set up an authenticator app, in place of an older one."""
    form, status = AppForm(), 200
    mine = g.signed_in.token_hash, g.oneself
    if form.validate_on_submit():
        try:
            codes = totp.take(
                form.sealed.data or "",
                form.code.data or "",
                token_hash=g.signed_in.token_hash,
                actor=g.oneself,
            )
        except InputRefused as error:
            form.code.errors = [error.message]
        else:
            return _added(codes, "以后登录，输完密码再输应用里的 6 位数字。")
    if form.is_submitted():
        offer, status = totp.again(db.session(), form.sealed.data or "", *mine), 400
    else:
        offer = totp.offer(db.session(), *mine)
    form.sealed.data = offer.sealed
    page = render_template(
        "factors/app.html",
        form=form,
        offer=offer,
        picture=_picture(offer.address),
        due=due_first() is not None,
        has_site=passkeys.site() is not None,
        is_again=any(one.kind is factors.Kind.TOTP for one in factors.own(db.session(), g.oneself)),
    )
    return page, status


@blueprint.route("/safety/passkey", methods=["GET", "POST"])
@lately_before_second_factor
def passkey() -> str | Response | tuple[str, int]:
    """Add a passkey."""
    form, status = PasskeyForm(), 200
    if form.validate_on_submit():
        try:
            codes = passkeys.take(
                form.answer.data or "",
                form.label.data or "",
                token_hash=g.signed_in.token_hash,
                actor=g.oneself,
            )
        except InputRefused as error:
            form.label.errors = [error.message]
        else:
            return _added(codes, "以后登录，输完密码再用它确认。")
    if form.is_submitted():
        status = 400
    return render_template("factors/passkey.html", form=form, due=due_first() is not None), status


@blueprint.post("/safety/passkey/new")
@lately_before_second_factor
def ask_for_new() -> Response:
    """Say, for the page's script, what a new passkey is to be made from."""
    return _json(passkeys.ask_for_new(g.signed_in.token_hash, g.oneself))


@blueprint.post("/passkey")
@open_to_all
def ask_for_one() -> Response:
    """Say, for the page's script, what a passkey is to sign: at sign-in, or to confirm."""
    who = g.signed_in or half_signed_in()
    if who is None:
        raise StateRefused("sign_in.expired", "登录已超时，请重新输入账号和密码。")
    oneself = g.oneself or who.actor
    return _json(passkeys.ask_for_one(who.token_hash, oneself))


@blueprint.post("/safety/codes")
@signed_in_lately
def codes() -> str | Response:
    """Make new recovery codes and show them once."""
    try:
        return _codes_page(recovery.renew(actor=g.oneself))
    except StateRefused as error:
        flash(error.message, "error")
        return redirect(url_for("safety.safety"), 303)


@blueprint.post("/safety/factors/<int:number>/remove")
@signed_in_lately
def remove(number: int) -> Response:
    """Take one of one's own factors away."""
    try:
        factors.remove(number, actor=g.oneself)
    except StateRefused as error:
        flash(error.message, "error")
    else:
        flash("已经删除，登录时不能再用它。", "success")
    return redirect(url_for("safety.safety"), 303)


def _added(codes: list[str], what_next: str) -> str | Response:
    flash(f"第二步验证已设置好。{what_next}", "success")
    return _codes_page(codes) if codes else redirect(url_for("safety.safety"), 303)


def _codes_page(made: list[str]) -> str:
    return render_template("factors/codes.html", codes=made)


def _picture(text: str) -> str:
    """Return a QR code as SVG, without style or script of its own."""
    out = io.BytesIO()
    segno.make(text, error="m").save(
        out, kind="svg", scale=5, border=3, xmldecl=False, svgns=True, title="二维码", nl=False
    )
    return out.getvalue().decode()


def _json(text: str) -> Response:
    return Response(text, mimetype="application/json")
