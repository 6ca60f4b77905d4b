"""What makes something makes it once: a double click, a page gone back to and sent again, an answer
that was lost.

Every form carries its page's token (`csrf` of components/forms.html). For the routes of `ONCE` the
first writing transaction of the request also keeps that this very form was sent; the same again is
led where the first was. A refused act keeps nothing, and other words in the same form are another
act. What is not listed is kept from doubling by what it does: a state that it leaves, a file or a
name that is known again (tests/web/test_once.py says which).
"""

import hashlib
import secrets
from functools import partial
from typing import NamedTuple

import msgspec
from flask import Flask, Response, current_app, flash, g, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as Answer

from registry.accounts import once
from registry.db import db, with_next
from registry.errors import Repeated, Unavailable
from registry.web.forms.signin import OWN
from registry.web.going import go, here

FIELD = "form_token"
ONCE = frozenset(
    {
        "accounts.create",
        "campaigns.begin",
        "clerks.create",
        "clerks.hand_over",
        "corrections.ask",
        "deputies.name",
        "discrepancies.ask",
        "exchange.make",
        "explanations.answer",
        "explanations.ask_again",
        "notices.publish",
        "published.publish",
        "question.answer",
        "questions.ask",
        "registrations.begin",
        "requests.ask",
        "tokens.make",
        "union.add_employer",
        "union_intake.receive",
        "unions.enter",
    }
)
_LED_AWAY = (302, 303)
_ONLY_ONCE = "页面上只显示一次的内容不会再显示，没有记下的请重新生成。"


class Sent(NamedTuple):
    """A form that is being answered."""

    county: str
    key: bytes


def install(app: Flask) -> None:
    """Give forms their token, keep where they led, and answer what was sent before."""
    app.jinja_env.globals[FIELD] = token
    app.after_request(_keep)
    app.register_error_handler(Repeated, _again)


def token() -> str:
    """Return the token of the page that is being made."""
    if "page_token" not in g:
        g.page_token = secrets.token_urlsafe(12)
    made: str = g.page_token
    return made


def begin() -> None:
    """Have the act of this request done once, whoever is let in; raises `Repeated`."""
    g.sent = None
    with_next(db.session(), None)
    if request.endpoint not in ONCE or not request.form.get(FIELD):
        return
    g.sent = Sent(g.actor.county, _key())
    once.demand_first(db.session(), *g.sent)
    with_next(db.session(), partial(once.claim, county=g.sent.county, key=g.sent.key))


def _key() -> bytes:
    fields = sorted(
        one
        for one in request.form.items(multi=True)
        if one[0] != "csrf_token" and not one[0].startswith(OWN)
    )
    said = [g.oneself.account_id, request.path, fields, _files()]
    return hashlib.sha256(msgspec.json.encode(said)).digest()


def _files() -> list[tuple[str, str]]:
    found = []
    for name, file in sorted(request.files.items()):
        found.append((name, hashlib.sha256(file.stream.read()).hexdigest()))
        file.stream.seek(0)
    return found


def _keep(response: Response) -> Response:
    """Keep where the answer leads. What goes wrong here undoes nothing."""
    sent: Sent | None = g.pop("sent", None)
    if sent is None:
        return response
    is_done = not with_next(db.session(), None)
    address = response.headers.get("HX-Redirect") or response.location or ""
    if is_done and address and (response.status_code in _LED_AWAY or response.status_code == 204):
        try:
            once.keep_answer(*sent, address)
        except (SQLAlchemyError, Unavailable):
            current_app.logger.warning("where a form led could not be kept", exc_info=True)
    return response


def _again(error: Repeated) -> Answer:
    sent: Sent = g.pop("sent")
    address = once.answer_of(db.session(), *sent)
    flash(error.message if address else f"{error.message}{_ONLY_ONCE}", "warning")
    return go(address or here() or url_for("home.home"))
