"""One approval and the rows that it admitted: seen again, and taken back where it was wrong."""

from typing import NamedTuple

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.accounts.queries import display_names
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.members.match import Match
from registry.members.queries import sight_of
from registry.review import queries
from registry.review.queries import DecisionView, masked, named
from registry.review.revoking import Revoked, revoke
from registry.vault.vault import vault
from registry.web.forms.decisions import RevocationForm
from registry.web.guard import guard
from registry.web.numbers import row_number

blueprint = Blueprint("decisions", __name__)
PAGE = 100
# The dialog for the chosen rows, and the one for all.
_DIALOGS = ("revoke", "revoke-all")
# What a row did to the register, and what taking it back does.
_DID = {
    Match.NEW: "由此入会",
    Match.LEAVE: "由此离会",
    Match.RETAIN: "由此保留会籍",
    Match.CHANGED: "由此变更",
}
_UNDONE = {
    Match.NEW: "不再是会员",
    Match.LEAVE: "恢复会籍",
    Match.RETAIN: "恢复在会",
    Match.CHANGED: "恢复变更以前的内容",
}


class Line(NamedTuple):
    """One admitted row as shown, masked; `did` is what it did to the register, "" for nothing."""

    row: int
    name: str
    document: str
    mobile: str
    match: Match | None
    did: str


class Refused(NamedTuple):
    """A revocation that was refused for what was filled in: its dialog opens again."""

    message: str
    chosen: list[int]
    whole: bool
    form: RevocationForm


@blueprint.get("/submissions/<int:submission_id>/decisions/<int:decision_id>")
@guard(Permission.REVIEW)
def decision(submission_id: int, decision_id: int) -> str:
    """Show an approval, with the rows that still stand as it left them."""
    return _page(decision_id)


@blueprint.post("/submissions/<int:submission_id>/decisions/<int:decision_id>/revoke")
@guard(Permission.REVIEW, fresh=True)
def take_back(submission_id: int, decision_id: int) -> Response | tuple[str, int]:
    """Take the approval back for the chosen rows, or for all."""
    whole = bool(request.form.get("whole"))
    form = RevocationForm(_DIALOGS[whole])
    chosen = request.form.getlist("rows", type=row_number)
    try:
        if not whole and not chosen:
            raise InputRefused("rows.none", "请先勾选要撤销的人。")
        done = revoke(
            submission_id,
            decision_id,
            actor=g.actor,
            reason=form.reason.data or "",
            note=form.note.data or "",
            rows=None if whole else chosen,
            hand_back=bool(form.hand_back.data),
        )
    except InputRefused as error:
        field = form.note if error.code.startswith("note.") else form.reason
        field.errors = [error.message]
        return _page(decision_id, Refused(error.message, chosen, whole, form)), 400
    except (StateRefused, Forbidden) as error:
        flash(error.message, "error")
    else:
        flash(_words_for(done), "success")
    address = url_for("decisions.decision", submission_id=submission_id, decision_id=decision_id)
    return redirect(address, 303)


def _words_for(done: Revoked) -> str:
    parts = [f"{count:,} 人{_UNDONE[match]}" for match, count in done.counts.items()]
    words = f"已撤销 {done.revoked:,} 人：{'，'.join(parts)}。记录都在。"
    if done.follow_up_id:
        words += "他们的行已交回经办员的草稿。"
    if done.moved_on:
        named = "、".join(map(str, done.moved_on[:5]))
        more = " 等" if len(done.moved_on) > 5 else ""
        words += f"第 {named} 行{more} {len(done.moved_on):,} 人入库以后已有变动，没有撤销。"
    if done.kept:
        words += f"另有 {len(done.kept):,} 人在这次审核中没有可恢复的变化，没有撤销。"
    return words


def _page(decision_id: int, refused: Refused | None = None) -> str:
    session, submission = db.session(), g.submission
    decided = queries.decisions(session, submission)
    found = _approval(decided, decision_id)
    after = max(request.values.get("after", 0, type=row_number), 0)
    rows = queries.approved_rows(session, submission, found.id, after=after, limit=PAGE + 1)
    keeper, sight = vault(), sight_of(g.actor.path)
    lines = [
        Line(
            one.row,
            named(one, sight),
            *masked(keeper, one, sight),
            one.match,
            _DID.get(one.match, "") if one.match else "",
        )
        for one in rows[:PAGE]
    ]
    counts = queries.approved_counts(session, submission, found.id)
    back = [one for one in decided if one.revokes_id == found.id]
    here = url_for("decisions.decision", submission_id=submission.id, decision_id=found.id)
    return render_template(
        "decisions/decision.html",
        submission=submission,
        union=g.union,
        decision=found,
        taken_back=back,
        people=display_names(session, [found.decided_by, *(one.decided_by for one in back)]),
        counts=counts,
        revocable=sum(count for match, count in counts.items() if match in _DID),
        lines=lines,
        here=here,
        after=after,
        next=f"{here}?after={lines[-1].row}" if len(rows) > PAGE else "",
        is_own=g.actor.account_id in {submission.submitted_by, submission.created_by},
        refused=refused,
        form=_form(False, refused),
        whole_form=_form(True, refused),
    )


def _form(whole: bool, refused: Refused | None) -> RevocationForm:
    if refused is not None and refused.whole == whole:
        return refused.form
    return RevocationForm(_DIALOGS[whole], clean=True)


def _approval(decided: list[DecisionView], number: int) -> DecisionView:
    for one in decided:
        if one.id == number and one.verdict.value == "APPROVE":
            return one
    raise NotFound("decision.unknown", "没有这次审核，或者它不是“通过”。")
