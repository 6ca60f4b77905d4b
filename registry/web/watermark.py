"""The faint words over every page: who looks, and when. They stay on a picture of the screen."""

from flask import Blueprint, g, make_response, render_template
from werkzeug.wrappers import Response

from registry.clock import now
from registry.web.filters import instant
from registry.web.guard import before_all_else

blueprint = Blueprint("watermark", __name__)


@blueprint.get("/watermark.svg")
@before_all_else
def picture() -> Response:
    """Give the picture that lies over the page: account and minute, again and again."""
    words = f"{g.actor.name} {instant(now())}"
    answer = make_response(render_template("layouts/watermark.svg", words=words))
    answer.mimetype = "image/svg+xml"
    return answer
