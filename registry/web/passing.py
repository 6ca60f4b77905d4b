"""Passing what needs no second look, over the whole queue or what it is narrowed to."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.db import db
from registry.reference.counting import is_there
from registry.review import passing
from registry.review.passing import PASSES, STAYS, Choice, Held
from registry.unions import queries as unions
from registry.web import queue_filter
from registry.web.guard import guard
from registry.web.numbers import is_whole

blueprint = Blueprint("passing", __name__)
MOST = 1_000  # rosters that are counted for one page


@blueprint.get("/unions/<code>/queue/sure")
@guard(Permission.REVIEW, fresh=True)
def sure(code: str) -> str:
    """Show what would pass, roster by roster, and what stays and why."""
    session, union = db.session(), g.union
    chosen = queue_filter.chosen()
    found = queue_filter.matching(session, union, chosen, limit=MOST)
    plan = passing.plan(
        session, union.county, [one.submission for one in found], g.actor.account_id
    )
    return render_template(
        "review/sure.html",
        chosen=chosen,
        plan=plan,
        total=len(found),
        most=MOST,
        named=queue_filter.named(chosen),
        passes=PASSES,
        stays=STAYS,
        held=[(kind, sum(one.held is kind for one in plan.held)) for kind in Held],
        has_reference=is_there(session, union.county),
        names=unions.names_of(session, (one.submission.union_code for one in plan.now)),
        back=_desk(code, chosen),
    )


@blueprint.post("/unions/<code>/queue/sure")
@guard(Permission.REVIEW, fresh=True)
def pass_sure(code: str) -> Response:
    """Pass what the page showed."""
    outcome = passing.pass_sure(_confirmed(), actor=g.actor)
    if outcome.rosters:
        flash(f"已通过 {outcome.rosters:,} 份名册的 {outcome.rows:,} 人并入库。", "success")
    if outcome.refused:
        flash(
            f"有 {len(outcome.refused):,} 份没有办理：刚刚有人处理过或认领了，什么也没有改变。"
            "下面是最新情况，请核对后再办。",
            "warning",
        )
    return redirect(
        url_for("passing.sure", code=code, **queue_filter.named(queue_filter.chosen())), 303
    )


def _confirmed() -> list[Choice]:
    """Return what the form says was shown of each roster; what is no such line is left out."""
    lines = (text.split("-") for text in request.form.getlist("roster"))
    return [
        Choice(*map(int, line)) for line in lines if len(line) == 3 and all(map(is_whole, line))
    ]


def _desk(code: str, chosen: dict[str, str]) -> str:
    return url_for("review.waiting_list", code=code, **queue_filter.named(chosen))
