"""What happens to a submission's own row and rows when it is sent or ends.

The functions run inside the caller's transaction.
"""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, func, select, update
from sqlalchemy.orm import Session

from registry.clock import now, today
from registry.db import in_parts, table_of
from registry.errors import StateRefused
from registry.members import tallies
from registry.members.match import Match
from registry.submissions.asking import withdraw_transfers
from registry.submissions.digests import digest_of
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.states import Act, RowState, State, next_state

_VERBS = {Act.SUBMIT: "提交", Act.WITHDRAW: "撤回", Act.SUPERSEDE: "替代"}


def move(found: Submission, act: Act) -> None:
    """Take a submission along the table of states; raises `StateRefused` where it has no way."""
    after = next_state(State(found.state), act)
    if after is None:
        raise StateRefused(
            "submission.state",
            f"这份名册{State(found.state).label}，不能再{_VERBS[act]}。",
        )
    found.state = after
    found.version += 1


def set_rows(
    session: Session, found: Submission, state: RowState, which: ColumnElement[bool]
) -> int:
    """Set the state of a draft's rows; returns how many there were."""
    whose = (SubmissionRow.county == found.county, SubmissionRow.submission_id == found.id)
    count = 0
    for part in in_parts(session, SubmissionRow.row, *whose):
        changed = session.execute(
            update(SubmissionRow)
            .where(*whose, part, SubmissionRow.state == RowState.DRAFT, which)
            .values(state=state),
            execution_options={"synchronize_session": False},
        )
        count += cast(CursorResult[Any], changed).rowcount
    return count


def send(session: Session, found: Submission, account_id: int, at: datetime) -> int:
    """Put a draft's good rows before the reviewer; returns how many wait."""
    move(found, Act.SUBMIT)
    found.submitted_by, found.submitted_at = account_id, at
    session.flush()
    found.pending_count = set_rows(session, found, RowState.PENDING, SubmissionRow.worst != "error")
    return found.pending_count


def end(session: Session, found: Submission, act: Act) -> None:
    """Withdraw or supersede a submission: nothing of it waits any more, its drafts end with it.

    Sending the roster anew asks for the held rows and for the missing members again.
    """
    was_sent = found.submitted_at is not None
    move(found, act)
    found.is_current = False
    found.assigned_to = found.assigned_at = None
    session.flush()
    if was_sent:
        tally_submission(session, found, sign=-1, pending=found.pending_count)
        found.pending_count = 0
        withdraw_transfers(session, found, now())
    session.execute(
        update(Submission)
        .where(
            Submission.county == found.county,
            Submission.parent_id == found.id,
            Submission.state == State.DRAFT,
        )
        .values(state=State.WITHDRAWN, is_current=False),
        execution_options={"synchronize_session": False},
    )


def tally_submission(
    session: Session, found: Submission, *, sign: int, pending: int, elsewhere: int | None = None
) -> None:
    """Count a submission in the day's tallies, or take it out of them again (`sign` -1).

    `elsewhere` are the waiting rows of other unions' members, where the caller has counted them.
    """
    if elsewhere is None:
        elsewhere = session.scalar(
            select(func.count())
            .select_from(SubmissionRow)
            .where(
                SubmissionRow.county == found.county,
                SubmissionRow.submission_id == found.id,
                SubmissionRow.state == RowState.PENDING,
                SubmissionRow.match == Match.TRANSFER,
            )
        )
    tallies.add(
        session,
        found.county,
        found.union_code,
        today(),
        submitted=sign,
        rows=sign * pending,
        rows_elsewhere=sign * (elsewhere or 0),
        pending=sign * pending,
    )


def digest(session: Session, county: str, submission_id: int) -> str:
    """Return a SHA-256 over the submitted rows: what was sent can be shown later."""
    rows = table_of(SubmissionRow).c
    said = select(rows.row, rows.person_key, rows.match, rows.change, rows.clean).where(
        rows.county == county,
        rows.submission_id == submission_id,
        rows.state == RowState.PENDING,
    )
    return digest_of(session, said.order_by(rows.row))[1]
