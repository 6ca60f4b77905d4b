"""The first page: what waits for the person, most urgent first, and one obvious next step."""

from flask import Blueprint, current_app, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from registry.access.doors import open_to_all
from registry.db import db
from registry.web.guard import signed_in_only
from registry.web.waiting import Card, Contributor

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@open_to_all
def start() -> Response:
    """Send to sign-in or home."""
    return redirect(url_for("home.home" if g.actor else "signin.sign_in"), 303)


@blueprint.get("/home")
@signed_in_only
def home() -> str:
    """Show what waits."""
    contributors: list[Contributor] = current_app.extensions["waiting"]
    cards: list[Card] = []
    for contribute in contributors:
        cards.extend(contribute(db.session(), g.actor))
    cards.sort(key=lambda card: -card.urgency)
    return render_template(
        "home/home.html",
        urgent=[card for card in cards if card.urgency > 0],
        others=[card for card in cards if card.urgency == 0],
    )
