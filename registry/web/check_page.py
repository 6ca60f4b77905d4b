"""The check page of a draft: what stands on it, whole and as the fragments that htmx swaps."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, g, make_response, render_template, request
from sqlalchemy.orm import Session

from registry.accounts.queries import display_names
from registry.db import db
from registry.members.queries import sight_of
from registry.review.queries import decisions_by_id
from registry.roster.columns import COLUMN, COLUMNS, Column
from registry.roster.messages import TITLES
from registry.submissions import checking, corrections, queries, undoing
from registry.submissions.checking import Tab
from registry.submissions.offers import words_for
from registry.submissions.overview import Alike, Overview, overview, same_again
from registry.submissions.queries import SubmissionView
from registry.submissions.regrouping import ref_of
from registry.submissions.row_files import file_of
from registry.submissions.row_views import RowView
from registry.submissions.states import State
from registry.vault.vault import vault
from registry.web.check_rows import Present, fields_of, label, options, to_open, with_offer
from registry.web.check_view import PAGE, View, place_of, view_in

_ALIKE_SHOWN = 6
_SUGGESTED = 3
_BESIDE = 3
_FROM_NUMBER = frozenset({"sex", "born_on"})
_WHY = {
    "blank": "空白行",
    "header": "重复的表头",
    "footer": "表尾（合计、填表人、说明等）",
    "example": "示例行",
}


@dataclass(frozen=True)
class Asked:
    """A required column that the sheet does not have: asked once for the whole roster."""

    column: Column
    options: tuple[tuple[str, str], ...]
    answer: str


def check_page(submission: SubmissionView) -> str:
    """Return the whole page."""
    session = db.session()
    origin = checking.origin(session, submission)
    view, start = _opened_at(session, submission, bool(origin.decision_of))
    found = _rows(session, submission, view)
    present = _present(session, submission, view.tab, origin, found.rows)
    opened = _opened(submission, to_open(found.rows))
    counted = overview(session, submission)
    return render_template(
        "roster/check.html",
        **counts_of(submission, counted, view),
        **steps_of(session, submission),
        lines=[present.line(row, opened.get(row.row)) for row in found.rows],
        start=start,
        previous=found.previous,
        next=found.next,
        settled=submission.warning_count - counted.tabs[Tab.WARNING],
        asked=asked_once(submission),
        file_findings=_file_findings(submission),
        skipped=[_skipped(one) for one in submission.skipped],
        origin=origin,
        beside=_beside(session, submission),
        file=file_of(session, submission),
        decisions=sorted(set(present.decisions.values()), key=lambda one: one.id),
    )


def _beside(session: Session, submission: SubmissionView) -> list[SubmissionView]:
    """Return the other drafts of the union where this one is a new file: it may be one of them
    over again, which lost the mark that it was known by."""
    if submission.source != "FILE" or submission.parent_id is not None:
        return []
    drafts = queries.of_union(
        session, submission.county, submission.union_code, states=[State.DRAFT], limit=_BESIDE + 1
    )
    return [one for one in drafts if one.id != submission.id][:_BESIDE]


def changed(
    submission_id: int,
    row: int,
    fields: Collection[str],
    touched: Sequence[int],
    shown: Sequence[int],
    view: View,
    faults: Sequence[Any] = (),
) -> Response:
    """Answer with the fragments after a row was changed: its cells, those of touched rows that the
    page shows, and the counts. `faults` are what was found in it before.

    The draft's version goes with them: of two answers that cross on their way, the page keeps the
    counts of the later one.
    """
    session = db.session()
    submission = queries.find(session, submission_id)
    origin = checking.origin(session, submission)
    numbers = [row, *(number for number in touched if number in set(shown) and number != row)]
    rows = queries.rows(session, submission, numbers=numbers, limit=len(numbers))
    present = _present(session, submission, view.tab, origin, rows)
    opened = _opened(submission, [*to_open(rows), row], recorded=[row])
    counted = overview(session, submission)
    same = same_again(counted, faults, list(fields))
    lines = [
        present.line(one, opened.get(one.row), (fields or None) if one.row == row else None)
        for one in rows
    ]
    if same is not None:
        lines = [with_offer(line, same) if line.row == row else line for line in lines]
    body = render_template(
        "roster/changed.html",
        **counts_of(submission, counted, view),
        **steps_of(session, submission),
        lines=lines,
        has_groups=bool(request.form.get("groups")),
    )
    answer = make_response(body)
    answer.headers["X-Draft-Version"] = str(submission.version)
    return answer


def around(submission: SubmissionView, row: int, shown: Sequence[int], view: View) -> str:
    """Return the rows before and after a row that the page does not show, as table rows."""
    session = db.session()
    missing = [one for one in checking.around(session, submission, row) if one not in {*shown, row}]
    rows = queries.rows(session, submission, numbers=missing, limit=len(missing))
    origin = checking.origin(session, submission)
    present = _present(session, submission, view.tab, origin, rows)
    opened = _opened(submission, to_open(rows))
    return render_template(
        "roster/around.html",
        submission=submission,
        view=view,
        near=row,
        lines=[present.line(one, opened.get(one.row)) for one in rows],
    )


def counts_of(submission: SubmissionView, counted: Overview, view: View) -> dict[str, Any]:
    """Return what the counting parts of the page need."""
    rules = counted.rules.get(view.tab, {})
    return {
        "submission": submission,
        "union": g.union,
        "view": view,
        "tabs": [
            (tab, counted.tabs[tab]) for tab in Tab if tab is not Tab.EXCLUDED or counted.tabs[tab]
        ],
        "rules": [(code, TITLES[code], count) for code, count in rules.items()],
        "alike": [_group(one) for one in counted.alike[:_ALIKE_SHOWN]],
        "twins": _twins(submission, counted),
        "good": submission.ok_count + submission.warning_count,
        "discardable": queries.may_be_given_up(db.session(), submission),
    }


def steps_of(session: Session, submission: SubmissionView) -> dict[str, Any]:
    """Return what was corrected last, what of it may be undone, and who else is at it."""
    account = g.actor.account_id
    steps = undoing.steps(session, submission)
    others = undoing.others_lately(session, submission, account)
    names = display_names(session, {*others, *(one.account_id for one in steps)})
    return {
        "history": [
            (one, "您" if one.account_id == account else names[one.account_id]) for one in steps
        ],
        "undoable": undoing.newest(session, submission, account),
        "others": [(names[one], at) for one, at in others.items()],
    }


def _opened_at(session: Session, submission: SubmissionView, came_back: bool) -> tuple[View, int]:
    """Return what the address asks for; without a word where the clerk left, as far as there are
    rows left, else the rows that need the clerk most. The number is a row to go on from.
    """
    asked = view_in(request.args)
    if asked is not None:
        return asked, 0
    view, row = place_of(undoing.left_at(session, submission, g.actor.account_id))
    if view is not None and _rows(session, submission, view, limit=1).rows:
        return view, row
    if came_back and not submission.error_count:
        return View(Tab.ALL), 0
    if submission.error_count:
        return View(Tab.ERROR), 0
    warned = submission.warning_count - checking.settled(session, submission)
    return View(Tab.WARNING if warned else Tab.ALL), 0


def _rows(
    session: Session, submission: SubmissionView, view: View, limit: int = PAGE
) -> checking.Page:
    return checking.page(
        session,
        submission,
        view.tab,
        code=view.code,
        numbers=view.numbers,
        search=view.search,
        after=view.after,
        limit=limit,
    )


def _twins(submission: SubmissionView, counted: Overview) -> tuple[int, int]:
    """Return how many groups of rows say the same of one person, and how many are too many."""
    if checking.DUPLICATE not in counted.rules.get(Tab.ERROR, {}):
        return 0, 0
    groups = checking.twins(db.session(), submission)
    return len(groups), sum(len(rows) - 1 for rows in groups)


def _group(alike: Alike) -> dict[str, Any]:
    """Return a recurring wrong value as the page offers to correct it."""
    column = COLUMN[alike.field]
    found = alike.suggestion if isinstance(alike.suggestion, list) else [alike.suggestion]
    return {
        "alike": alike,
        "column": column,
        "options": options(column),
        "suggestions": [label(column, str(one)) for one in found if one][:_SUGGESTED],
    }


def asked_once(submission: SubmissionView) -> list[Asked]:
    """Return the required columns that are not there and are no part of the number."""
    present = fields_of(submission)
    return [
        Asked(column, options(column), submission.answers.get(column.field, ""))
        for column in COLUMNS
        if column.requirement == "required"
        and column.field not in present
        and column.field not in _FROM_NUMBER
    ]


def _present(
    session: Session,
    submission: SubmissionView,
    tab: Tab,
    origin: checking.Origin,
    rows: Sequence[RowView],
) -> Present:
    decided = decisions_by_id(session, submission.county, sorted(set(origin.decision_of.values())))
    return Present(
        fields=fields_of(submission),
        asked=frozenset(one.column.field for one in asked_once(submission)),
        keeper=vault(),
        sight=sight_of(g.actor.path),
        repairs=tab in (Tab.FIXED, Tab.ALL),
        decisions={row: decided[number] for row, number in origin.decision_of.items()},
        offers=words_for(session, ref_of(submission), [row.findings for row in rows]),
    )


def _opened(
    submission: SubmissionView, rows: list[int], recorded: Collection[int] = ()
) -> Mapping[int, Any]:
    if not rows:
        return {}
    return corrections.open_for_correction(submission.id, rows, g.actor, recorded=recorded)


def _file_findings(submission: SubmissionView) -> list[str]:
    """What is said of the file, without the columns that are asked for on the page itself."""
    asked = [f"“{one.column.label}”" for one in asked_once(submission)]
    return [
        finding["message"]
        for finding in submission.file_findings
        if finding["code"] != "column.missing"
        or not any(label in finding["message"] for label in asked)
    ]


def _skipped(entry: Mapping[str, Any]) -> tuple[str, str]:
    first, last = entry["row"], entry.get("last")
    place = f"第 {first} 行" if not last or last == first else f"第 {first}–{last} 行"
    return place, _WHY.get(entry["why"], entry["why"])
