"""Where one wants a digest sent: everybody for themself."""

from flask import Blueprint, flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from registry.accounts import mailing
from registry.db import db
from registry.errors import InputRefused
from registry.web.forms.mail import MailForm
from registry.web.guard import signed_in_lately

blueprint = Blueprint("mail", __name__)


@blueprint.route("/mail", methods=["GET", "POST"])
@signed_in_lately
def mail() -> Response | tuple[str, int]:
    """Show and set one's own address; invitations go there, so that the password is asked for."""
    form = MailForm(mail=mailing.mail_of(db.session(), g.oneself.account_id))
    if form.validate_on_submit():
        try:
            mailing.set_mail(form.mail.data or "", actor=g.oneself)
        except InputRefused as error:
            form.mail.errors = [error.message]
        else:
            flash("邮箱已保存。" if form.mail.data else "不再发送邮件提醒。", "success")
            return redirect(url_for("mail.mail"), 303)
    return render_template("signin/mail.html", form=form), 400 if form.is_submitted() else 200
