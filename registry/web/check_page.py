"""The check page of a draft: what stands on it, whole and as the fragments that htmx swaps."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g, render_template, request
from sqlalchemy.orm import Session

from registry.db import db
from registry.members.queries import sight_of
from registry.review.queries import decisions_by_id
from registry.roster.columns import COLUMN, COLUMNS, Column
from registry.roster.messages import TITLES
from registry.submissions import checking, corrections, queries
from registry.submissions.checking import Alike, Overview, Tab
from registry.submissions.queries import SubmissionView
from registry.web.check_rows import Present, fields_of, options, to_open, with_offer

PAGE = 50
_ALIKE_SHOWN = 6
_FROM_NUMBER = frozenset({"sex", "born_on"})
_WHY = {
    "blank": "空白行",
    "header": "重复的表头",
    "footer": "表尾（合计、填表人、说明等）",
    "example": "示例行",
}


@dataclass(frozen=True)
class View:
    """Which rows are looked at: a tab, a rule within it, or just some rows; from where."""

    tab: Tab
    code: str = ""
    numbers: tuple[int, ...] = ()
    after: int = 0

    def args(self, **changes: Any) -> dict[str, Any]:
        """Return the address's arguments for this view with some changed."""
        plain = {
            "tab": self.tab.value,
            "code": self.code,
            "rows": ",".join(map(str, self.numbers)),
            "after": self.after,
        } | changes
        return {name: value for name, value in plain.items() if value}


@dataclass(frozen=True)
class Asked:
    """A required column that the sheet does not have: asked once for the whole roster."""

    column: Column
    options: tuple[tuple[str, str], ...]
    answer: str


def view_of(submission: SubmissionView, came_back: bool) -> View:
    """Return what the address asks for; without a word the rows that need the clerk most."""
    chosen = request.args.get("tab", "")
    numbers = tuple(int(part) for part in request.args.get("rows", "").split(",") if _row(part))
    if chosen in list(Tab):
        tab = Tab(chosen)
    elif numbers or (came_back and not submission.error_count):
        tab = Tab.ALL
    elif submission.error_count:
        tab = Tab.ERROR
    else:
        asked = submission.warning_count - checking.settled(db.session(), submission)
        tab = Tab.WARNING if asked else Tab.ALL
    code = request.args.get("code", "")
    after = request.args.get("after", 0, type=int)
    return View(tab, code if code in TITLES else "", numbers[:PAGE], max(after, 0))


def check_page(submission: SubmissionView) -> str:
    """Return the whole page."""
    session = db.session()
    origin = checking.origin(session, submission)
    view = view_of(submission, bool(origin.decision_of))
    found = checking.page(
        session,
        submission,
        view.tab,
        code=view.code,
        numbers=view.numbers,
        after=view.after,
        limit=PAGE,
    )
    present = _present(session, submission, view.tab, origin)
    opened = _opened(submission, to_open(found.rows))
    overview = checking.overview(session, submission)
    return render_template(
        "roster/check.html",
        **counts_of(submission, overview, view),
        lines=[present.line(row, opened.get(row.row)) for row in found.rows],
        previous=found.previous,
        next=found.next,
        settled=checking.settled(session, submission),
        asked=asked_once(submission),
        file_findings=_file_findings(submission),
        skipped=[_skipped(one) for one in submission.skipped],
        origin=origin,
        decisions=sorted(set(present.decisions.values()), key=lambda one: one.id),
    )


def changed(
    submission_id: int,
    row: int,
    fields: Collection[str],
    touched: Sequence[int],
    shown: Sequence[int],
    view: View,
    faults: Sequence[Any] = (),
) -> str:
    """Return the fragments after a row was changed: its cells, those of touched rows that the page
    shows, and the counts. `faults` are what was found in it before.
    """
    session = db.session()
    submission = queries.find(session, submission_id)
    origin = checking.origin(session, submission)
    present = _present(session, submission, view.tab, origin)
    numbers = [row, *(number for number in touched if number in set(shown) and number != row)]
    rows = queries.rows(session, submission, numbers=numbers, limit=len(numbers))
    opened = _opened(submission, [*to_open(rows), row], recorded=[row])
    overview = checking.overview(session, submission)
    same = checking.same_again(overview, faults, list(fields))
    lines = [
        present.line(one, opened.get(one.row), (fields or None) if one.row == row else None)
        for one in rows
    ]
    if same is not None:
        lines = [with_offer(line, same) if line.row == row else line for line in lines]
    return render_template(
        "roster/changed.html",
        **counts_of(submission, overview, view),
        lines=lines,
        has_groups=bool(request.form.get("groups")),
    )


def counts_of(submission: SubmissionView, overview: Overview, view: View) -> dict[str, Any]:
    """Return what the counting parts of the page need."""
    rules = overview.rules.get(view.tab, {})
    return {
        "submission": submission,
        "union": g.union,
        "view": view,
        "tabs": [
            (tab, overview.tabs[tab])
            for tab in Tab
            if tab is not Tab.EXCLUDED or overview.tabs[tab]
        ],
        "rules": [(code, TITLES[code], count) for code, count in rules.items()],
        "alike": [_group(one) for one in overview.alike[:_ALIKE_SHOWN]],
        "good": submission.ok_count + submission.warning_count,
    }


def _group(alike: Alike) -> dict[str, Any]:
    """Return a recurring wrong value as the page offers to correct it."""
    column = COLUMN[alike.field]
    suggestions = alike.suggestion if isinstance(alike.suggestion, list) else [alike.suggestion]
    return {
        "alike": alike,
        "column": column,
        "options": options(column),
        "value": next((str(one) for one in suggestions if one), ""),
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
    session: Session, submission: SubmissionView, tab: Tab, origin: checking.Origin
) -> Present:
    decided = decisions_by_id(session, submission.county, sorted(set(origin.decision_of.values())))
    return Present(
        fields=fields_of(submission),
        asked=frozenset(one.column.field for one in asked_once(submission)),
        sight=sight_of(g.actor.path),
        repairs=tab in (Tab.FIXED, Tab.ALL),
        decisions={row: decided[number] for row, number in origin.decision_of.items()},
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


def _row(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 9
