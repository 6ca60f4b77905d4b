"""Deputies: naming one, ending it, and acting as one."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, cast

from flask import Blueprint, flash, g, redirect, render_template, session, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registry.access.actor import Actor, within
from registry.access.roles import Permission
from registry.accounts import deputies as operations
from registry.accounts.deputies import DeputyView
from registry.accounts.queries import AccountView
from registry.clock import today
from registry.db import db
from registry.errors import InputRefused, NotFound, StateRefused
from registry.review import queue
from registry.web.acting import ACTING
from registry.web.forms.deputies import DeputyForm
from registry.web.guard import guard, signed_in_only
from registry.web.waiting import Card

blueprint = Blueprint("deputies", __name__)
_FIELDS = {
    "deputy.past": "first",
    "deputy.days": "last",
    "deputy.long": "last",
    "deputy.role": "deputy",
    "deputy.needless": "deputy",
    "deputy.overlap": "deputy",
}


@blueprint.get("/unions/<code>/deputies")
@guard(Permission.NAME_DEPUTY)
def deputies(code: str) -> str:
    """Show for whom one is a deputy, who is a deputy here, and the form to name one."""
    return _page(_form(clean=True))


@blueprint.post("/unions/<code>/deputies")
@guard(Permission.NAME_DEPUTY, fresh=True)
def name(code: str) -> Response | tuple[str, int]:
    """Name a deputy."""
    form = _form()
    if not form.validate_on_submit():
        return _page(form), 400
    principal = form.principal.data if _manages() else g.actor.account_id
    # A valid form has both.
    first, last = cast(date, form.first.data), cast(date, form.last.data)
    try:
        operations.name(principal, form.deputy.data, first, last, actor=g.actor)
    except (InputRefused, StateRefused) as error:
        form[_FIELDS.get(error.code, "deputy")].errors = [error.message]
        return _page(form), 400
    flash("已经办好。到期自动结束，也可以随时提前结束。", "success")
    return redirect(url_for("deputies.deputies", code=code), 303)


@blueprint.post("/deputies/<int:number>/end")
@guard(Permission.NAME_DEPUTY)
def end(number: int) -> Response:
    """End it now."""
    try:
        operations.end(number, actor=g.actor)
    except StateRefused as error:
        flash(error.message, "error")
    else:
        flash("代理已经结束，对方马上不能再审核。", "success")
    return redirect(url_for("deputies.deputies", code=g.actor.place), 303)


@blueprint.post("/deputies/<int:number>/act")
@guard(Permission.NAME_DEPUTY)
def act(number: int) -> Response:
    """Work at the other's desk from now on, until one goes back."""
    found = operations.acting(db.session(), g.actor, number)
    if found is None:
        raise NotFound("deputy.unknown", "没有这次代理，或者它已经结束。")
    session[ACTING] = number
    return redirect(url_for("review.waiting_list", code=found[0].place), 303)


@blueprint.post("/deputies/stop")
@signed_in_only
def stop() -> Response:
    """Go back to one's own desk."""
    session.pop(ACTING, None)
    return redirect(url_for("home.home"), 303)


def waiting(database: Session, actor: Actor) -> Iterable[Card]:
    """For whom one is a deputy, and how much waits there."""
    if not (actor.has(Permission.NAME_DEPUTY) and actor.has(Permission.REVIEW)):
        return
    found = operations.held(database, actor)
    if found:
        rosters = sum(_waiting(database, found).values())
        yield Card(
            "您代理审核的单位",
            len(found),
            "个",
            f"{'、'.join(one.place_name for one in found)}，待审 {rosters:,} 份。",
            url_for("deputies.deputies", code=actor.place),
            "去代理审核",
            "people",
            "amber" if rosters else "blue",
            58,
        )


def _waiting(database: Session, found: Sequence[DeputyView]) -> dict[str, int]:
    """Return how many rosters wait at the units, by their paths."""
    return queue.waiting_at(database, g.actor.county, sorted({one.path for one in found}))


def _manages() -> bool:
    return bool(g.actor.has(Permission.MANAGE_ACCOUNTS))


def _form(*, clean: bool = False) -> DeputyForm:
    """Return the form with the persons who may be chosen."""
    chosen: dict[str, Any] = {"formdata": None} if clean else {}
    form = DeputyForm(first=today(), **chosen)
    reviewers = operations.candidates(db.session(), f"/{g.actor.county}/")
    if _manages():
        form.principal.choices = form.deputy.choices = [_person(one) for one in reviewers]
        return form
    others = [one for one in reviewers if not within(g.actor.path, one.path)]
    form.deputy.choices = [_person(one) for one in others]
    form.principal.choices = [(g.actor.account_id, g.actor.display_name)]
    form.principal.data = g.actor.account_id
    return form


def _person(one: AccountView) -> tuple[int, str]:
    return one.id, f"{one.display_name}（{one.place_name}）"


def _page(form: DeputyForm) -> str:
    database = db.session()
    held = operations.held(database, g.actor)
    return render_template(
        "deputies/deputies.html",
        form=form,
        manages=_manages(),
        held=held,
        waiting=_waiting(database, held),
        lines=operations.deputies(database, g.union.county, g.union.path),
        today=today(),
    )
