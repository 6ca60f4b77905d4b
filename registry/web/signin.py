"""Signing in and out, one's own password, and the password once more before weighty acts."""

from flask import (
    Blueprint,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response

from registry.access.doors import open_to_all
from registry.access.scopes import offered
from registry.accounts import signing
from registry.accounts.names import clean_name
from registry.accounts.queries import county_name, first_county
from registry.db import db, setting
from registry.errors import Busy, InputRefused, StateRefused
from registry.review import assigning
from registry.web import devices
from registry.web.forms.signin import ConfirmForm, PasswordForm, SignInForm
from registry.web.guard import (
    before_new_password,
    go,
    safe_next,
    signed_in_only,
)
from registry.web.login import let_in, let_out

blueprint = Blueprint("signin", __name__)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@open_to_all
def sign_in() -> Response | tuple[str, int]:
    """Let a person in."""
    form, status = SignInForm(), 200
    target = safe_next(request.args.get("next"))
    if request.method == "GET" and g.actor is not None:
        return go(target or url_for("home.home"))
    if form.validate_on_submit():
        name = clean_name(form.name.data or "")
        device = devices.present()
        try:
            browser = signing.sign_in(
                name,
                form.password.data or "",
                address=request.remote_addr or "",
                device=device.id if device is not None and device.knows(name) else None,
            )
        except (InputRefused, StateRefused, Busy) as error:
            form.password.errors = [error.message]
            status = 429 if isinstance(error, Busy) else 400
        else:
            return _welcome(browser, target)
    elif form.is_submitted():
        status = 400
    return _sign_in_page(form, target), status


def _welcome(browser: signing.SignedInBrowser, target: str | None) -> Response:
    # A fresh cookie: nothing that was set before sign-in survives it.
    session.clear()
    let_in(browser.token)
    must_change = browser.must_change_password and not current_app.config["DEMO"]
    home = url_for("signin.password" if must_change else "home.home")
    answer = redirect(home if must_change else target or home, 303)
    devices.remember(answer, browser.account_name)
    return answer


def _sign_in_page(form: SignInForm, target: str | None) -> str:
    return render_template(
        "signin/sign_in.html",
        form=form,
        target=target,
        demo=current_app.config["DEMO"],
        federation_name=county_name(db.session(), first_county(db.session())),
    )


@blueprint.post("/sign-out")
@before_new_password
def sign_out() -> Response:
    """End this session."""
    assigning.release_all(actor=g.oneself)
    signing.sign_out(g.signed_in.token_hash, actor=g.oneself)
    let_out()
    session.clear()
    flash("您已安全退出。", "success")
    return go(url_for("signin.sign_in"))


@blueprint.route("/password", methods=["GET", "POST"])
@before_new_password
def password() -> Response | tuple[str, int]:
    """Change one's own password."""
    form, status = PasswordForm(), 200
    if form.validate_on_submit():
        try:
            token = signing.change_password(
                form.current.data or "", form.fresh.data or "", actor=g.oneself
            )
        except (InputRefused, Busy) as error:
            field = form.current if error.code in _ABOUT_CURRENT else form.fresh
            field.errors = [error.message]
            status = 429 if isinstance(error, Busy) else 400
        else:
            session.clear()
            let_in(token)
            flash("密码已修改。其他地方的登录已全部退出，请记好新密码。", "success")
            return go(url_for("home.home"))
    elif form.is_submitted():
        status = 400
    forced = g.signed_in.must_change_password and not current_app.config["DEMO"]
    page = render_template(
        "signin/password.html",
        form=form,
        forced=forced,
        shortest=setting("PASSWORD_LENGTH"),
        mail_is_on=bool(setting("MAIL_SERVER")),
        may_have_tokens=bool(offered(g.oneself.roles)),
    )
    return page, status


_ABOUT_CURRENT = ("password.wrong", "sign_in.throttled")


@blueprint.route("/confirm", methods=["GET", "POST"])
@signed_in_only
def confirm() -> Response | tuple[str, int]:
    """Ask for the password again before a weighty act."""
    form, status = ConfirmForm(), 200
    target = safe_next(request.args.get("next"))
    if form.validate_on_submit():
        try:
            signing.confirm_password(
                g.signed_in.token_hash, form.password.data or "", actor=g.oneself
            )
        except (InputRefused, Busy) as error:
            form.password.errors = [error.message]
            status = 429 if isinstance(error, Busy) else 400
        else:
            return go(target or url_for("home.home"))
    elif form.is_submitted():
        status = 400
    return render_template("signin/confirm.html", form=form, target=target), status
