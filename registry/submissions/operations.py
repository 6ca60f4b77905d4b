"""What happens to a roster: submitted, withdrawn, superseded."""

import hashlib
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, CursorResult, func, select, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import now, today
from registry.db import db, transaction
from registry.errors import InputRefused, StateRefused
from registry.members import tallies
from registry.members.match import Match
from registry.submissions import queries
from registry.submissions.drafts import take_up
from registry.submissions.locking import locked
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.states import Act, Kind, RowState, State, next_state
from registry.trail.operations import record
from registry.unions import operations as union_operations
from registry.unions import queries as union_queries
from registry.vault.vault import vault

MOST_EMPLOYEES = 1_000_000


class Submitted(NamedTuple):
    """The answer to submitting. `already`: it had been submitted before, nothing was done."""

    submission_id: int
    state: State
    already: bool
    matches: dict[Match, int]
    missing: int
    held: int = 0
    follow_up_id: int | None = None


def submit(
    submission_id: int,
    *,
    actor: Actor,
    hold_errors: bool = False,
    employees: int | None = None,
) -> Submitted:
    """Send a draft's good rows for review.

    With `hold_errors` faulty rows stay behind in a new draft; without it a draft with faulty rows
    is refused (submit.has_errors). A second submit of the same draft answers `already`.
    `employees` is the union's number of employees as declared with this roster.
    """
    _check_employees(employees)
    with transaction() as session:
        found = locked(session, submission_id, actor, Permission.WORK_ROSTER)
        if found.submitted_at is not None and found.is_current:
            return _answer(session, found, already=True)
        _check_submittable(found, hold_errors=hold_errors)
        union = union_queries.find(session, found.union_code)
        _move(found, Act.SUBMIT)
        found.submitted_by, found.submitted_at = actor.account_id, now()
        found.employees = employees
        session.flush()
        held = _hold(session, found)
        pending = _open_rows(session, found)
        found.pending_count = pending
        follow_up = (
            take_up(
                session,
                vault(),
                found,
                union,
                SubmissionRow.state == RowState.HELD,
                actor.account_id,
            )
            if held
            else None
        )
        if employees is not None:
            union_operations.declare_headcount(session, union, employees, today(), actor=actor)
        if found.kind == Kind.FULL:
            _supersede_others(session, found, actor)
        _tally_submission(session, found, sign=1, pending=pending)
        record(
            session,
            "submission.submit",
            actor=actor,
            place=found.union_code,
            detail={
                "submission": found.id,
                "rows": pending,
                "held": held,
                "digest": digest_of(session, found.county, found.id),
            },
        )
        session.flush()
        return _answer(session, found, already=False, held=held, follow_up=follow_up)


def state_of(submission_id: int, *, actor: Actor) -> Submitted:
    """Return how a submission stands, as `submit` would answer; changes nothing."""
    session = db.session()
    view = queries.find(session, submission_id)
    demand(actor, Permission.VIEW_SUBMISSIONS, view.path)
    matches = queries.counts_by_match(session, view)
    sent = view.submitted_at is not None
    return Submitted(view.id, view.state, sent, matches, view.missing_count)


def withdraw(submission_id: int, *, actor: Actor) -> State:
    """Take a draft or an undecided submission back; nothing of it is admitted any more.

    Raises `StateRefused` (submission.state) when something was decided already.
    """
    with transaction() as session:
        found = locked(session, submission_id, actor, Permission.WORK_ROSTER)
        was_draft = found.state == State.DRAFT
        _move(found, Act.WITHDRAW)
        found.is_current = False
        session.flush()
        if not was_draft:
            _tally_submission(session, found, sign=-1, pending=found.pending_count)
            found.pending_count = 0
            _drop_follow_ups(session, found)
        record(
            session,
            "submission.withdraw",
            actor=actor,
            place=found.union_code,
            detail={"submission": found.id},
        )
    return State.WITHDRAWN


def _check_submittable(found: Submission, *, hold_errors: bool) -> None:
    if found.state != State.DRAFT:
        raise StateRefused(
            "submission.state", f"这份名册{State(found.state).label}，不能提交；请重新上传。"
        )
    if not found.is_read:
        raise StateRefused("draft.reading", "名册还在读取和校验，请等进度完成后再提交。")
    if found.error_count and not hold_errors:
        raise StateRefused(
            "submit.has_errors",
            f"还有 {found.error_count} 行需要改正。请改正后提交，或先提交没有问题的行。",
        )
    if found.ok_count + found.warning_count == 0:
        raise StateRefused("submit.nothing", "没有可以提交的行，请先改正标红的内容。")


def _check_employees(employees: int | None) -> None:
    if employees is not None and not 0 < employees <= MOST_EMPLOYEES:
        raise InputRefused("employees.range", "职工人数应为 1 到 1,000,000 之间的整数。")


def _move(found: Submission, act: Act) -> None:
    after = next_state(State(found.state), act)
    if after is None:
        raise StateRefused(
            "submission.state",
            f"这份名册{State(found.state).label}，不能再{_VERBS[act]}。",
        )
    found.state = after
    found.version += 1


_VERBS = {Act.SUBMIT: "提交", Act.WITHDRAW: "撤回", Act.SUPERSEDE: "替代"}


def _hold(session: Session, found: Submission) -> int:
    return _set_rows(session, found, RowState.HELD, SubmissionRow.worst == "error")


def _open_rows(session: Session, found: Submission) -> int:
    return _set_rows(session, found, RowState.PENDING, SubmissionRow.worst != "error")


def _set_rows(
    session: Session, found: Submission, state: RowState, which: ColumnElement[bool]
) -> int:
    changed = session.execute(
        update(SubmissionRow)
        .where(
            SubmissionRow.county == found.county,
            SubmissionRow.submission_id == found.id,
            SubmissionRow.state == RowState.DRAFT,
            which,
        )
        .values(state=state),
        execution_options={"synchronize_session": False},
    )
    return cast(CursorResult[Any], changed).rowcount


def _supersede_others(session: Session, found: Submission, actor: Actor) -> None:
    """A full roster replaces the union's undecided full rosters, no others."""
    others = session.scalars(
        select(Submission).where(
            Submission.county == found.county,
            Submission.union_code == found.union_code,
            Submission.kind == Kind.FULL,
            Submission.state == State.SUBMITTED,
            Submission.id != found.id,
        )
    )
    for other in list(others):
        _move(other, Act.SUPERSEDE)
        other.is_current = False
        session.flush()
        _tally_submission(session, other, sign=-1, pending=other.pending_count)
        other.pending_count = 0
        _drop_follow_ups(session, other)
        record(
            session,
            "submission.supersede",
            actor=actor,
            place=other.union_code,
            detail={"submission": other.id, "by": found.id},
        )


def _drop_follow_ups(session: Session, found: Submission) -> None:
    """The drafts of held rows end with their roster: sending it anew asks for those rows again."""
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


def _tally_submission(session: Session, found: Submission, *, sign: int, pending: int) -> None:
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


def digest_of(session: Session, county: str, submission_id: int) -> str:
    """Return a SHA-256 over the submitted rows: what was sent can be shown later."""
    digest = hashlib.sha256()
    rows = session.execute(
        select(
            SubmissionRow.row,
            SubmissionRow.person_key,
            SubmissionRow.match,
            SubmissionRow.change,
            SubmissionRow.clean,
        )
        .where(
            SubmissionRow.county == county,
            SubmissionRow.submission_id == submission_id,
            SubmissionRow.state == RowState.PENDING,
        )
        .order_by(SubmissionRow.row)
        .execution_options(yield_per=5000)
    )
    for row, key, match, change, clean in rows:
        digest.update(f"{row}|{(key or b'').hex()}|{match}|{change}|{clean}\n".encode())
    return digest.hexdigest()


def _answer(
    session: Session,
    found: Submission,
    *,
    already: bool,
    held: int = 0,
    follow_up: int | None = None,
) -> Submitted:
    view = queries.view_of(found)
    matches = queries.counts_by_match(session, view)
    return Submitted(found.id, view.state, already, matches, found.missing_count, held, follow_up)
