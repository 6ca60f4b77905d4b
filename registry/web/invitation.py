"""The page at which an invited person chooses a password. The link's code stands behind a #: it
reaches neither the site's logs nor those of a proxy, a small script lays it into the form.
"""

from flask import Blueprint, flash, render_template
from werkzeug.wrappers import Response

from registry.access.doors import open_to_all
from registry.accounts import policies
from registry.accounts.accepting import accept
from registry.accounts.queries import county_name, first_county
from registry.db import db
from registry.errors import Busy, InputRefused
from registry.web.forms.signin import InvitationForm
from registry.web.signin import source_of, welcome

blueprint = Blueprint("invitation", __name__)


@blueprint.route("/invitation", methods=["GET", "POST"])
@open_to_all
def invitation() -> Response | tuple[str, int]:
    """Let an invited person choose a password, and in."""
    form, status = InvitationForm(), 200
    if form.validate_on_submit():
        try:
            browser = accept(form.code.data or "", form.fresh.data or "", source=source_of(""))
        except (InputRefused, Busy) as error:
            field = form.code if error.code.startswith("invitation.") else form.fresh
            field.errors = [error.message]
            status = 429 if isinstance(error, Busy) else 400
        else:
            answer = welcome(browser, None)
            flash(f"密码已设置好。以后用账号 {browser.account_name} 和这个密码登录。", "success")
            return answer
    elif form.is_submitted():
        status = 400
    page = render_template(
        "signin/invitation.html",
        form=form,
        rules=policies.rules(),
        federation_name=county_name(db.session(), first_county(db.session())),
    )
    return page, status
