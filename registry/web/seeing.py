"""Showing one value in full for a short while, the same on every page; and who shows too many."""

from collections.abc import Callable, Iterable

from flask import make_response, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registry.db import setting
from registry.errors import Busy, InputRefused
from registry.members import harvest
from registry.members.seeing import Field, Shown, Why
from registry.web.errors import status_of
from registry.web.forms.members import OpenForm
from registry.web.waiting import Card

Act = Callable[[Field, Why], Shown]


def answer(act: Act, page: Callable[[OpenForm, Shown | None], str], back: str) -> Response:
    """Return the page with the value that the form sent asks for, or with what is the matter.

    `act` opens it, `page` renders; after the seconds of the setting the browser goes `back` to the
    masked page by itself, without a script.
    """
    form = OpenForm()
    if not form.validate_on_submit():
        return make_response(page(form, None), 400)
    try:
        shown = act(_field(), Why(form.purpose.data or "", form.words.data or ""))
    except (InputRefused, Busy) as error:
        form.words.errors = [error.message]
        return make_response(page(form, None), status_of(error))
    found = make_response(page(OpenForm(formdata=None), shown))
    found.headers["Refresh"] = f"{setting('SHOW_SECONDS')}; url={back}"
    return found


def alarm(session: Session, county: str, page: str) -> Iterable[Card]:
    """Yield what those who watch over looks see first: accounts near what one may look at."""
    found = harvest.alarms(session, county)
    if found:
        names = "、".join(one.account for one in found[:3])
        yield Card(
            "大量查看个人信息",
            len(found),
            "个账号",
            f"一天内查看或查询接近上限：{names}{' 等' if len(found) > 3 else ''}。",
            page,
            "去核实",
            "exclamation-triangle",
            "red",
            95,
        )


def _field() -> Field:
    try:
        return Field(request.form.get("field", ""))
    except ValueError:
        raise InputRefused("field.missing", "请点要显示的那一项：证件号码，或者手机号。") from None
