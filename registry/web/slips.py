"""Slips of paper with invitations: shown once, in the answer to the act, never again."""

import smtplib
from collections.abc import Sequence

from flask import current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.accounts.opening import Slip
from registry.db import setting
from registry.errors import StateRefused
from registry.mail.invitations import send_invitation


def hand_out(slip: Slip, back: str) -> str | Response:
    """Mail an invitation where there is a server and an address, else return the page to print."""
    if slip.mail and setting("MAIL_SERVER"):
        try:
            send_invitation(slip)
        except (OSError, smtplib.SMTPException, StateRefused):
            current_app.logger.warning("an invitation could not be mailed", exc_info=True)
            flash("邀请没有发出去（邮件服务器没有接受），请打印或抄写下面的邀请码。", "warning")
        else:
            flash(f"邀请已发到 {slip.display_name} 的邮箱，请提醒本人查收。", "success")
            return redirect(back, 303)
    return slips_page([slip], back)


def slips_page(slips: Sequence[Slip], back: str, *, more: int = 0) -> str:
    """Return the printable page; `more` is how many accounts are still to be opened."""
    return render_template(
        "clerks/slips.html", slips=slips, back=back, more=more, address=_address()
    )


def _address() -> str:
    site: str = setting("SITE") or request.host_url
    return site.rstrip("/") + url_for("invitation.invitation")
