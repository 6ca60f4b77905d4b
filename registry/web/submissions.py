"""Rosters that were sent: the list of a place, and taking one back. How one of them
stands: `sent_roster`.
"""

from collections.abc import Sequence

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.db import db
from registry.errors import StateRefused
from registry.submissions import listing, operations
from registry.submissions.states import Kind, State
from registry.unions import queries as unions
from registry.web.frame import can
from registry.web.guard import guard
from registry.web.numbers import whole

blueprint = Blueprint("submissions", __name__)
PAGE = 50
UNDER_WAY = (State.SUBMITTED, State.IN_REVIEW)


@blueprint.get("/unions/<code>/submissions")
@guard(Permission.VIEW_SUBMISSIONS)
def sent(code: str) -> str:
    """List the submissions of a union, or of all unions below a federation, newest first."""
    session, union = db.session(), g.union
    chosen = {name: request.args.get(name, "").strip() for name in ("search", "state", "kind")}
    own = can(Permission.WORK_ROSTER, union.path)
    hidden = {State.STAGED} if own else {State.STAGED, State.DRAFT}
    before = request.args.get("before", type=whole)
    found = listing.below(
        session,
        union,
        search=chosen["search"],
        states=_states(chosen["state"]),
        kind=next((one for one in Kind if one.value == chosen["kind"]), None),
        with_drafts=own,
        before=before,
        limit=PAGE + 1,
    )
    shown = found[:PAGE]
    return render_template(
        "submissions/sent.html",
        submissions=shown,
        counts=listing.row_counts(session, shown),
        totals=listing.counts_by_state(session, union, with_drafts=own),
        names=unions.names_of(session, (one.union_code for one in shown)),
        chosen=chosen,
        states=[
            ("UNDER_WAY", "还没有审完"),
            *((s.value, s.label) for s in State if s not in hidden),
        ],
        kinds=[(kind.value, kind.label) for kind in Kind],
        own=own,
        is_later=before is not None,
        next=_page(code, chosen, shown[-1].id) if len(found) > PAGE else "",
    )


@blueprint.post("/submissions/<int:submission_id>/withdraw")
@guard(Permission.WORK_ROSTER)
def withdraw(submission_id: int) -> Response:
    """Take a submission back as long as nothing of it has been decided."""
    try:
        draft = operations.withdraw(submission_id, actor=g.actor)
    except StateRefused as error:
        flash(f"{error.message}什么也没有改变，下面是最新情况。", "error")
        return redirect(f"/submissions/{submission_id}", 303)
    flash(
        "已撤回，名册回到草稿，改过的内容都在。审核员不再看到这份名册，会员库没有变化。", "success"
    )
    return redirect(f"/submissions/{draft or submission_id}", 303)


def _states(asked: str) -> Sequence[State]:
    return UNDER_WAY if asked == "UNDER_WAY" else [one for one in State if one.value == asked]


def _page(code: str, chosen: dict[str, str], before: int) -> str:
    return url_for(
        "submissions.sent",
        code=code,
        search=chosen["search"] or None,
        state=chosen["state"] or None,
        kind=chosen["kind"] or None,
        before=before,
    )
