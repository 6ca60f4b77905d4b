"""The password once more before weighty acts. Who asks for a page is led to the page of `/confirm`
and back; who sent a form gets the same page with what they typed carried along in it, so that
nothing of it is lost: its button sends the form again, together with the password.
"""

from collections.abc import Sequence

from flask import flash, g, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.accounts import factors, passkeys, signing
from registry.accounts.second_step import Proof
from registry.accounts.sessions import SignedIn
from registry.clock import now
from registry.db import db
from registry.errors import Busy, InputRefused
from registry.web.forms.signin import OWN, CodeForm, ConfirmForm
from registry.web.going import go, here, is_page
from registry.web.once import FIELD, token

Carried = Sequence[tuple[str, str]]


def ask() -> Response | None:
    """Return what asks for the password where it was not given lately; None lets in."""
    if g.signed_in.fresh_until >= now():
        return None
    if not _can_be_carried():
        if not is_page():
            flash("为安全起见，请先确认密码，再重新办理。刚才的操作没有执行。", "warning")
        return go(url_for("signin.confirm", next=here()))
    form, status = ConfirmForm(prefix=OWN), 403
    if form.password.name in request.form:
        status = confirm(form)
    return None if status == 200 else make_response(_carrying_page(form), status)


def confirm(form: ConfirmForm) -> int:
    """Make the session fresh with what was given; what is wrong with it is in the form's errors
    where the status is not 200.
    """
    if not form.validate():
        return 400
    try:
        signing.confirm_password(
            g.signed_in.token_hash,
            form.password.data or "",
            actor=g.oneself,
            proof=proof_of(form),
        )
    except (InputRefused, Busy) as error:
        field = form.code if error.code == "factor.wrong" else form.password
        field.errors = [error.message]
        return 429 if isinstance(error, Busy) else 400
    return 200


def confirm_page(
    form: ConfirmForm, action: str, carried: Carried = (), back: str | None = None
) -> str:
    """Return the page that asks; its form goes to `action` with what is carried along."""
    return render_template(
        "signin/confirm.html",
        form=form,
        action=action,
        carried=carried,
        back=back,
        gives_file="download" in request.form,
        kinds=kinds_of(g.signed_in, form),
    )


def proof_of(form: CodeForm) -> Proof:
    """Return what somebody shows as their second factor."""
    return Proof(form.code.data or "", form.answer.data or "")


def kinds_of(who: SignedIn, form: CodeForm) -> set[str]:
    """Return which kinds of second factor somebody can show here; who has no authenticator app is
    asked for no number of one.
    """
    kinds = {one.kind.value for one in factors.own(db.session(), who.actor)}
    if factors.Kind.TOTP.value not in kinds:
        form.code.label.text = "恢复码"
    return kinds if passkeys.site() else kinds - {factors.Kind.PASSKEY.value}


def _can_be_carried() -> bool:
    """Whether what was sent can stand in a page: no file that is asked for or sent, no fragment."""
    is_file = "." in request.path.rpartition("/")[2]
    is_fragment = bool(request.headers.get("HX-Request"))
    return request.method == "POST" and not (is_file or is_fragment or request.files)


def _carrying_page(form: ConfirmForm) -> str:
    # It is the same form that goes on: with its token it is done once, however often it is sent.
    g.page_token = request.form.get(FIELD) or token()
    return confirm_page(form, request.full_path.rstrip("?"), _typed(), here())


def _typed() -> Carried:
    """Return what was typed and chosen, and which button was pressed."""
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in ("csrf_token", FIELD, "download") and not name.startswith(OWN)
    ]
