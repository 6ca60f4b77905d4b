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
from registry.accounts import policies, second_step, sessions, signing
from registry.accounts.arriving import SignedInBrowser, Source
from registry.accounts.names import clean_name
from registry.accounts.queries import county_name, first_county
from registry.accounts.sessions import SignedIn
from registry.clock import now
from registry.db import db, setting
from registry.errors import Busy, InputRefused, StateRefused
from registry.review import assigning
from registry.web import devices, lately
from registry.web.browsers import browser_of
from registry.web.forms.signin import CodeForm, ConfirmForm, PasswordForm, SignInForm
from registry.web.going import go
from registry.web.guard import before_all_else, before_second_factor, safe_next
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
        here = source_of(name)
        try:
            browser = signing.sign_in(
                name,
                form.password.data or "",
                address=here.address,
                browser=here.browser,
                device=here.device,
            )
        except (InputRefused, StateRefused, Busy) as error:
            form.password.errors = [error.message]
            status = 429 if isinstance(error, Busy) else 400
        else:
            return welcome(browser, target)
    elif form.is_submitted():
        status = 400
    return _sign_in_page(form, target), status


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@open_to_all
def second() -> Response | tuple[str, int]:
    """Ask for the second factor of who has just given the right password."""
    half = half_signed_in()
    target = safe_next(request.args.get("next"))
    if half is None:
        flash("登录已超时，请重新输入账号和密码。", "warning")
        return go(url_for("signin.sign_in", next=target))
    form, status = CodeForm(), 200
    if form.validate_on_submit():
        try:
            browser = second_step.finish(
                half, lately.proof_of(form), source=source_of(half.actor.name)
            )
        except (InputRefused, Busy) as error:
            form.code.errors = [error.message]
            status = 429 if isinstance(error, Busy) else 400
        else:
            return welcome(browser, target)
    elif form.is_submitted():
        status = 400
    page = render_template(
        "signin/code.html",
        form=form,
        target=target,
        name=half.actor.name,
        kinds=lately.kinds_of(half, form),
        federation_name=half.federation_name,
    )
    return page, status


def half_signed_in() -> SignedIn | None:
    """Return who has given the right password on this browser and not yet shown the factor."""
    token = session.get(_HALF)
    return None if token is None else sessions.find_half(db.session(), token, now())


_HALF = "half"


def source_of(name: str) -> Source:
    """Return where the request comes from, for an account of this name."""
    device = devices.present()
    is_known = device is not None and device.knows(name)
    return Source(
        request.remote_addr or "",
        browser_of(request.headers.get("User-Agent", "")),
        device.id if device is not None and is_known else None,
    )


def welcome(browser: SignedInBrowser, target: str | None) -> Response:
    """Remember in a fresh cookie who is signed in, or half, and lead on."""
    # Nothing that was set before sign-in survives it.
    session.clear()
    if browser.is_half:
        session[_HALF] = browser.token
        return go(url_for("signin.second", next=target))
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
@before_all_else
def sign_out() -> Response:
    """End this session."""
    assigning.release_all(actor=g.oneself)
    signing.sign_out(g.signed_in.token_hash, actor=g.oneself)
    let_out()
    session.clear()
    flash("您已安全退出。", "success")
    return go(url_for("signin.sign_in"))


@blueprint.route("/password", methods=["GET", "POST"])
@before_all_else
def password() -> Response | tuple[str, int]:
    """Change one's own password."""
    form, status = PasswordForm(), 200
    if form.validate_on_submit():
        try:
            here = source_of(g.oneself.name)
            token = signing.change_password(
                form.current.data or "",
                form.fresh.data or "",
                actor=g.oneself,
                address=here.address,
                browser=here.browser,
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
    expired = g.signed_in.password_expired and not current_app.config["DEMO"]
    page = render_template(
        "signin/password.html",
        form=form,
        forced=forced,
        expired=expired,
        rules=policies.rules(),
        mail_is_on=bool(setting("MAIL_SERVER")),
        may_have_tokens=bool(offered(g.oneself.roles)),
    )
    return page, status


_ABOUT_CURRENT = ("password.wrong", "sign_in.throttled")


@blueprint.route("/confirm", methods=["GET", "POST"])
@before_second_factor
def confirm() -> Response | tuple[str, int]:
    """Ask for the password again before a weighty act."""
    form, status = ConfirmForm(), 200
    target = safe_next(request.args.get("next"))
    if form.is_submitted():
        status = lately.confirm(form)
        if status == 200:
            return go(target or url_for("home.home"))
    return lately.confirm_page(form, url_for(".confirm", next=target)), status
