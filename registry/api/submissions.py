"""How a roster stands: its reading, its counts, its findings, what was decided. All masked."""

from dataclasses import asdict
from typing import Any

from flask import Response, g, request
from sqlalchemy.orm import Session

from registry.access.actor import demand
from registry.access.roles import Permission
from registry.access.scopes import Scope
from registry.api.answers import answer, family
from registry.api.asking import whole
from registry.api.guard import guard
from registry.db import db
from registry.jobs.deliveries import refusal_of
from registry.jobs.queries import progress
from registry.notices.queries import confirmation
from registry.review.queries import decisions as decisions_on
from registry.submissions import listing, operations, report
from registry.submissions.queries import SubmissionView
from registry.submissions.recognition import went_into
from registry.submissions.states import State

blueprint = family("api_submissions")
USUAL_ROWS, MOST_ROWS = 200, 1_000
MOST_ROW = 2**31 - 1


@blueprint.get("/submissions/<int:submission_id>")
@guard(Scope.ROSTERS_READ)
def submission(submission_id: int) -> Response:
    """Tell how a submission stands."""
    found = _readable()
    session = db.session()
    standing = operations.state_of(submission_id, actor=g.actor).to_json()
    return answer(
        {
            "submission": found.id,
            "union": found.union_code,
            "kind": found.kind,
            "state": found.state,
            "matches": standing["matches"],
            **report.outline(found),
            "decided": asdict(listing.row_counts(session, [found])[found.id]),
            **_reading(session, found),
            "draft": went_into(session, found),
            "created_at": found.created_at,
            "submitted_at": found.submitted_at,
            "closed_at": found.closed_at,
            "notice": _notice(session, found),
        }
    )


@blueprint.get("/submissions/<int:submission_id>/findings")
@guard(Scope.ROSTERS_READ, Permission.WORK_ROSTER)
def findings(submission_id: int) -> Response:
    """Give the findings of some rows, after row `after`."""
    after, limit = _page()
    found: SubmissionView = g.submission
    rows, more = report.masked_findings(db.session(), found, after=after, limit=limit)
    return answer(
        {
            "submission": submission_id,
            "skipped": [] if after else report.skipped(db.session(), found),
            "findings": rows,
            "next": rows[-1]["row"] if more else None,
        }
    )


@blueprint.get("/submissions/<int:submission_id>/decisions")
@guard(Scope.ROSTERS_READ)
def decisions(submission_id: int) -> Response:
    """Give the decisions on a submission, and what became of some rows, after row `after`."""
    found, session = _readable(), db.session()
    after, limit = _page()
    fates = report.fates(session, found, after=after, limit=limit + 1)
    return answer(
        {
            "submission": submission_id,
            "decisions": [
                {
                    "decision": one.id,
                    "verdict": one.verdict,
                    "reason": one.reason,
                    "note": one.note,
                    "rows": one.row_count,
                    "decided_at": one.decided_at,
                    "by_transfer": one.by_transfer,
                    "revokes": one.revokes_id,
                }
                for one in decisions_on(session, found)
            ],
            "rows": [fate._asdict() for fate in fates[:limit]],
            "next": fates[limit - 1].row if len(fates) > limit else None,
        }
    )


def _readable() -> SubmissionView:
    """Return the submission of the address; a draft is its clerk's alone, as on the screen."""
    found: SubmissionView = g.submission
    if found.state is State.DRAFT:
        demand(g.actor, Permission.WORK_ROSTER, found.path)
    return found


def _reading(session: Session, found: SubmissionView) -> dict[str, Any]:
    """Return how far the reading is, and why the file or its sending was refused."""
    now = progress(session, found.county, found.id)
    refusal = refusal_of(session, found)
    return {
        "progress": now
        and {"state": now.state, "stage": now.stage, "done": now.done, "total": now.total},
        "refused": refusal and {"code": refusal[0], "message": refusal[1]},
    }


def _notice(session: Session, found: SubmissionView) -> dict[str, Any] | None:
    """Under which notice it was sent and what for; None while it was not."""
    sent = confirmation(session, found.county, found.id)
    if sent is None:
        return None
    return {
        "version": sent.version,
        "purpose": sent.purpose,
        "confirmed_at": sent.confirmed_at,
        "shown": sent.was_shown,
    }


def _page() -> tuple[int, int]:
    return (
        whole(request.args, "after", 0, 0, MOST_ROW),
        whole(request.args, "limit", USUAL_ROWS, 1, MOST_ROWS),
    )
