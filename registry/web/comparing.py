"""What a draft would change in the register, row by row, before it is submitted."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.db import db
from registry.members.match import Match
from registry.submissions import absences, comparing, queries
from registry.submissions.queries import SubmissionView
from registry.submissions.states import State
from registry.web.guard import guard
from registry.web.numbers import row_number
from registry.web.review_page import lines

blueprint = Blueprint("comparing", __name__)
PAGE = 50
MISSING = "MISSING"
HINTS: dict[Match, str] = {
    Match.CONFLICT: "会员库中同一证件号码是另一个姓名。号码或姓名写错的请先改正；"
    "没有写错的可以提交，由审核员核实。",
    Match.TRANSFER: "现在是其他工会的会员，提交后留在待审，转会办好以前不会入库。",
    Match.CHANGED: "已是本会会员，审核通过后按下面的变化更新；空着的栏目不会抹掉原有内容。",
    Match.NEW: "会员库中没有这些人的会籍，审核通过后成为本会会员。",
    Match.LEAVE: "表中写了退会、除名或转出，审核通过后会籍结束，历史保留。",
    Match.RETAIN: "表中写了保留会籍，审核通过后不再计入在会人数。",
    Match.UNCHANGED: "已是本会会员，内容与会员库一致，不用再核对。",
}


@blueprint.get("/submissions/<int:submission_id>/compare")
@guard(Permission.WORK_ROSTER)
def compare(submission_id: int) -> str | Response:
    """Show the draft's rows by what they mean against the register, the differences first."""
    session, found = db.session(), g.submission
    if found.state is not State.DRAFT or not found.is_read:
        return redirect(url_for("roster.submission", submission_id=submission_id), 303)
    counts = queries.counts_by_match(session, found)
    part = _part_asked(counts)
    after = max(request.args.get("after", 0, type=row_number), 0)
    rows = comparing.rows(session, found, part, after=after, limit=PAGE + 1)
    more = len(rows) > PAGE
    return render_template(
        "roster/compare.html",
        submission=found,
        union=g.union,
        part=part,
        hint=HINTS[part],
        tabs=compare_tabs(session, found, part),
        here_count=counts.get(part, 0),
        lines=lines(session, found, rows[:PAGE]),
        first=_address(found, part) if after else "",
        next=_address(found, part, rows[PAGE - 1].row) if more else "",
    )


def compare_tabs(
    session: Session, submission: SubmissionView, now: Match | str
) -> list[tuple[str, str, int, bool, str]]:
    """Return label, address, count, whether it is the one shown, and tone of each part."""
    counts = queries.counts_by_match(session, submission)
    amber = (Match.CONFLICT, Match.TRANSFER)
    tabs = [
        (
            one.label,
            _address(submission, one),
            counts[one],
            one is now,
            "amber" if one in amber else "grey",
        )
        for one in comparing.ORDER
        if counts.get(one)
    ]
    missing = absences.account(session, submission)
    if missing.total:
        address = url_for("absent.missing", submission_id=submission.id)
        tone = "amber" if missing.open else "grey"
        # Before what is the same: of the missing something has to be said.
        place = len(tabs) - 1 if counts.get(Match.UNCHANGED) else len(tabs)
        tabs.insert(place, ("名册中没有", address, missing.total, now == MISSING, tone))
    return tabs


def _part_asked(counts: dict[Match, int]) -> Match:
    asked = request.args.get("part", "")
    chosen = next((one for one in comparing.ORDER if one.value == asked), None)
    if chosen is not None and counts.get(chosen):
        return chosen
    return next((one for one in comparing.ORDER if counts.get(one)), Match.UNCHANGED)


def _address(submission: SubmissionView, part: Match, after: int = 0) -> str:
    return url_for(
        "comparing.compare", submission_id=submission.id, part=part.value, after=after or None
    )
