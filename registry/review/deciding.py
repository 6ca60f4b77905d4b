"""Writing a decision: the rows it is about, the counts, the submission's state, the trail.

What every decision has in common, whoever makes it. The functions run inside the caller's
transaction.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, CursorResult, Subquery, func, insert, select, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.clock import local_day, now
from registry.db import in_parts
from registry.errors import StateRefused
from registry.members import tallies
from registry.members.match import Match
from registry.review.models import Decision, Verdict
from registry.review.rematching import among, pending
from registry.submissions.digests import digest_of
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.risk import risk_of
from registry.submissions.states import Act, RowState, State, next_state
from registry.trail.operations import record

# What an admission takes from a row (`registry.members.admission`), but its match.
ADMITTED = (
    SubmissionRow.row,
    SubmissionRow.change,
    SubmissionRow.changed_on,
    SubmissionRow.change_reason,
    SubmissionRow.person_key,
    SubmissionRow.full_name,
    SubmissionRow.document_kind,
    SubmissionRow.document_sealed,
    SubmissionRow.mobile_sealed,
    SubmissionRow.mobile_key,
    SubmissionRow.clean,
    SubmissionRow.filled,
)


class ReviewOutcome(NamedTuple):
    """What a decision did. `transfer` and `conflict` are the rows that stay pending, by row
    number; `changed` those of which more would change than was shown, so that they stay too.
    """

    submission_id: int
    state: State
    decided: int
    pending: int
    transfer: list[int]
    conflict: list[int]
    follow_up_id: int | None = None
    changed: Sequence[int] = ()


def highest_row(session: Session, found: Submission) -> int:
    """Return the number of the last waiting row."""
    query = select(func.max(SubmissionRow.row)).where(*pending(found))
    return session.scalar(query) or 0


def digest_rows(session: Session, chosen: Subquery) -> tuple[int, str]:
    """Return how many rows are decided on, and a digest over what they say."""
    said = (chosen.c.row, chosen.c.person_key, chosen.c.match, chosen.c.change, chosen.c.clean)
    return digest_of(session, select(*said).order_by(chosen.c.row))


def decide(
    session: Session,
    found: Submission,
    decision_id: int,
    verdict: Verdict,
    count: int,
    actor: Actor,
    reason: str | None = None,
    note: str = "",
    *,
    by_transfer: bool = False,
    revokes: int | None = None,
) -> None:
    """Write the decision itself."""
    session.execute(
        insert(Decision).values(
            county=found.county,
            id=decision_id,
            submission_id=found.id,
            verdict=verdict,
            reason=reason,
            note=note or None,
            by_transfer=by_transfer,
            revokes_id=revokes,
            row_count=count,
            decided_by=actor.account_id,
            decided_at=now(),
        )
    )


def set_rows(
    session: Session,
    found: Submission,
    state: RowState,
    decision_id: int,
    which: ColumnElement[bool],
) -> int:
    """Write the decision to the rows."""
    count = 0
    for part in in_parts(session, SubmissionRow.row, *pending(found)):
        changed = session.execute(
            update(SubmissionRow)
            .where(*pending(found), which, part)
            .values(state=state, decision_id=decision_id),
            execution_options={"synchronize_session": False},
        )
        count += cast(CursorResult[Any], changed).rowcount
    return count


def tally(session: Session, found: Submission, decided: int, **counts: int) -> None:
    """Count what was decided, and `counts` besides."""
    found.pending_count -= decided
    closes = found.pending_count == 0
    tallies.add(
        session,
        found.county,
        found.union_code,
        local_day(now()),
        pending=-decided,
        first_pass=int(closes and not found.was_sent_back),
        **counts,
    )


def move_on(session: Session, found: Submission) -> None:
    """Take a submission along when rows of it were decided on: it closes with the last one."""
    act = Act.CLOSE if found.pending_count == 0 else Act.DECIDE
    state = next_state(State(found.state), act)
    if state is None:
        raise StateRefused("submission.state", "名册状态已变化，请刷新后重试。")
    found.state, found.version = state, found.version + 1
    if act is Act.CLOSE:
        found.closed_at = now()
        found.assigned_to = found.assigned_at = None
    else:
        found.risk = risk_of(session, found)


def finish(
    session: Session,
    found: Submission,
    actor: Actor,
    action: str,
    decided: int,
    rows: Sequence[int] | None,
    detail: dict[str, Any],
) -> ReviewOutcome:
    """Move the submission on, write the act on the trail, and tell what stays of `rows`."""
    if decided:
        move_on(session, found)
    left = _left(session, found, rows)
    record(
        session,
        action,
        actor=actor,
        place=found.union_code,
        detail={"submission": found.id, **detail},
    )
    session.flush()
    return ReviewOutcome(
        found.id,
        State(found.state),
        decided,
        found.pending_count,
        left[Match.TRANSFER],
        left[Match.CONFLICT],
    )


def _left(session: Session, found: Submission, rows: Sequence[int] | None) -> dict[str, list[int]]:
    """Return the rows that stay because their person is elsewhere, or known by another name."""
    left: dict[str, list[int]] = {Match.TRANSFER: [], Match.CONFLICT: []}
    if found.pending_count:
        stays = select(SubmissionRow.row, SubmissionRow.match).where(
            *pending(found), among(rows, [Match.TRANSFER, Match.CONFLICT])
        )
        for row, match in session.execute(stays.order_by(SubmissionRow.row)):
            left[match].append(row)
    return left
