"""One's own safety: password, second factors, and where one is signed in."""

from flask import Blueprint, flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from registry.access.scopes import offered
from registry.accounts import browsing, factors, passkeys, recovery
from registry.accounts.demanded import is_demanded
from registry.db import db, setting
from registry.web.guard import signed_in_only

blueprint = Blueprint("safety", __name__)


@blueprint.get("/safety")
@signed_in_only
def safety() -> str:
    """Show what protects one's own account."""
    session = db.session()
    return render_template(
        "safety/safety.html",
        factors=factors.own(session, g.oneself),
        demanded=is_demanded(g.oneself.roles),
        codes_left=recovery.left(session, g.oneself),
        has_site=passkeys.site() is not None,
        sessions=browsing.live(session, g.oneself.account_id),
        here=browsing.key_of(g.signed_in.token_hash),
        mail_is_on=bool(setting("MAIL_SERVER")),
        may_have_tokens=bool(offered(g.oneself.roles)),
    )


@blueprint.post("/safety/sessions/<key>/end")
@signed_in_only
def end(key: str) -> Response:
    """End one of one's own sessions."""
    browsing.end_one(key, actor=g.oneself)
    flash("那里的登录已退出。", "success")
    return redirect(url_for("safety.safety"), 303)


@blueprint.post("/safety/sessions/end-others")
@signed_in_only
def end_others() -> Response:
    """End all of one's own sessions but this one."""
    ended = browsing.end_others(g.signed_in.token_hash, actor=g.oneself)
    flash(f"其他 {ended} 处登录已退出。" if ended else "没有其他地方登录。", "success")
    return redirect(url_for("safety.safety"), 303)
