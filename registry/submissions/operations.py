"""What happens to a roster: submitted, withdrawn, superseded."""

from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import now, today
from registry.db import db, transaction
from registry.errors import InputRefused, StateRefused
from registry.members.match import Match
from registry.notices.operations import confirm
from registry.submissions import accounting, queries
from registry.submissions.absences import ABSENCE
from registry.submissions.asking import ask_for_transfers
from registry.submissions.drafts import take_up
from registry.submissions.locking import locked
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.moving import digest, end, send, set_rows, tally_submission
from registry.submissions.queries import SubmissionView
from registry.submissions.reopening import reopen
from registry.submissions.risk import risk_of
from registry.submissions.states import Act, Kind, RowState, State
from registry.submissions.storing import Ref
from registry.submissions.undoing import forget
from registry.submissions.weighing import reweigh
from registry.trail.operations import record
from registry.unions import operations as union_operations
from registry.unions import queries as union_queries
from registry.unions.queries import Union
from registry.vault.vault import vault

MOST_EMPLOYEES = 1_000_000
NOTHING_TO_SUBMIT = "没有可以提交的行。标红的请先改正，不该排除的请先恢复。"


class Submitted(NamedTuple):
    """The answer to submitting. `already`: it had been submitted before, nothing was done."""

    submission_id: int
    state: State
    already: bool
    matches: dict[Match, int]
    missing: int
    held: int = 0
    follow_up_id: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the form that `registry submit --json` prints."""
        names = (Match.NEW, Match.CHANGED, Match.UNCHANGED, Match.TRANSFER, Match.CONFLICT)
        matches = {name.lower(): self.matches.get(name, 0) for name in names}
        return {
            "submission": self.submission_id,
            "state": self.state,
            "already": self.already,
            "matches": {**matches, "missing": self.missing},
        }


def submit(
    submission_id: int,
    *,
    actor: Actor,
    hold_errors: bool = False,
    employees: int | None = None,
    account_for_all: bool = False,
    notice: int | None = None,
) -> Submitted:
    """Send a draft's good rows for review.

    With `hold_errors` faulty rows stay behind in a new draft; without it a draft with faulty rows
    is refused (submit.has_errors). A second submit of the same draft answers `already`.
    `employees` is the union's number of employees as declared with this roster.

    What was said of members who are not in the roster is sent with it, as a submission of its own;
    with `account_for_all` a member of whom nothing was said refuses it (absence.open).

    Who sends says by it that the people were told what the notice in force says. `notice` is the
    version that the page showed; another one in force refuses (notice.changed).
    """
    _check_employees(employees)
    with transaction() as session:
        found = locked(session, submission_id, actor, Permission.WORK_ROSTER)
        if found.submitted_at is not None and found.is_current:
            return _standing(session, queries.view_of(found))
        _check_submittable(found, hold_errors=hold_errors)
        union = union_queries.find(session, found.union_code)
        absent, at = accounting.close(session, found, demand_all=account_for_all), now()
        whose = actor.account_id
        confirm(session, found.county, [found.id], account_id=whose, at=at, version=notice)
        pending = send(session, found, whose, at)
        found.employees = employees
        ref = Ref(found.county, found.id, found.union_code)
        forget(session, ref)
        held, follow_up = _hold(session, found, union, actor)
        if employees is not None:
            union_operations.declare_headcount(session, union, employees, today(), actor=actor)
        matches = queries.counts_by_match(session, found)
        reweigh(session, ref, matches)
        if found.kind == Kind.FULL:
            _supersede_others(session, found, actor)
        elsewhere = matches.get(Match.TRANSFER, 0)
        if elsewhere:
            ask_for_transfers(session, found, whose, at)
        tally_submission(session, found, sign=1, pending=pending, elsewhere=elsewhere)
        _record_sent(session, found, actor, rows=pending, held=held)
        if absent is not None:
            rows = send(session, absent, whose, at)
            tally_submission(session, absent, sign=1, pending=rows)
            _record_sent(session, absent, actor, rows=rows, roster=found.id)
        _weigh_risk(session, found, absent)
        session.flush()
        state, missing = State(found.state), found.missing_count
        return Submitted(found.id, state, False, matches, missing, held, follow_up)


def check_declared(kind: Kind, employees: int | None) -> None:
    """Return when a number of employees comes with a roster of this kind as it must: with each full
    roster, and with no other. Raises `InputRefused` (employees.missing, .kind, .range).
    """
    if kind is Kind.FULL and employees is None:
        raise InputRefused("employees.missing", "全量名册请同时填写现有职工人数（employees）。")
    if kind is not Kind.FULL and employees is not None:
        raise InputRefused("employees.kind", "职工人数只随全量名册填报。")
    _check_employees(employees)


def keep_employees(submission_id: int, employees: int | None, *, actor: Actor) -> None:
    """Keep the number that was typed for a draft until it is sent; nothing is declared by that.

    Raises `InputRefused` (employees.range), and `StateRefused` for what is no draft.
    """
    _check_employees(employees)
    with transaction() as session:
        found = locked(session, submission_id, actor, Permission.WORK_ROSTER)
        if found.state != State.DRAFT:
            raise StateRefused(
                "submission.state", f"这份名册{State(found.state).label}，不是草稿。"
            )
        found.employees = employees


def state_of(submission_id: int, *, actor: Actor) -> Submitted:
    """Return how a submission stands, as `submit` would answer; changes nothing."""
    session = db.session()
    view = queries.find(session, submission_id)
    demand(actor, Permission.VIEW_SUBMISSIONS, view.path)
    return _standing(session, view)


def withdraw(submission_id: int, *, actor: Actor) -> int | None:
    """Take an undecided submission back, or give a draft up; nothing of it is admitted any more.

    What had been sent is a draft again, with all corrections; its number is returned. A draft ends
    for good. Raises `StateRefused`: submission.state when something was decided already,
    draft.of_bundle for a draft that holds rows of a bundle (not once all of them are left out).
    """
    with transaction() as session:
        found = locked(session, submission_id, actor, Permission.WORK_ROSTER)
        _check_withdrawable(session, found)
        was_sent = found.submitted_at is not None
        end(session, found, Act.WITHDRAW)
        forget(session, Ref(found.county, found.id, found.union_code))
        record(
            session,
            "submission.withdraw",
            actor=actor,
            place=found.union_code,
            detail={"submission": found.id},
        )
        absent = _take_along(session, found, Act.WITHDRAW, actor)
        if not was_sent:
            found.employees = None  # typed, never declared
            return None
        draft = reopen(session, vault(), found, actor.account_id)
        if absent is not None:
            reopen(session, vault(), absent, actor.account_id, parent_id=draft)
        return draft


def _check_withdrawable(session: Session, found: Submission) -> None:
    """These rows are nowhere else: the clerk has no file of them, and the same file sent again by
    the federation is the same bundle.
    """
    if found.state == State.DRAFT and not queries.may_be_given_up(session, queries.view_of(found)):
        raise StateRefused(
            "draft.of_bundle",
            "这份草稿是上级工会代为上传的，您手上没有这个文件，放弃了这些人就没有地方再报。"
            "请改好后提交；不该报的人逐行点“不报此行”。",
        )


def _check_submittable(found: Submission, *, hold_errors: bool) -> None:
    if found.source == ABSENCE:
        raise StateRefused(
            "absence.with_roster", "对不在名册中的会员的说明随名册一起提交，请打开那份名册提交。"
        )
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
        raise StateRefused("submit.nothing", NOTHING_TO_SUBMIT)


def _check_employees(employees: int | None) -> None:
    if employees is not None and not 0 < employees <= MOST_EMPLOYEES:
        raise InputRefused("employees.range", "职工人数应为 1 到 1,000,000 之间的整数。")


def _weigh_risk(session: Session, found: Submission, absent: Submission | None) -> None:
    """Both stand next to each other in the queue."""
    both = [found] if absent is None else [found, absent]
    session.expire(found, ["file_findings"])  # just written, past the object
    risk = max(risk_of(session, one) for one in both)
    for one in both:
        one.risk = risk


def _hold(
    session: Session, found: Submission, union: Union, actor: Actor
) -> tuple[int, int | None]:
    """Keep the faulty rows back; return how many, and the draft that takes them up."""
    if not found.error_count:
        return 0, None
    held = set_rows(session, found, RowState.HELD, SubmissionRow.worst == "error")
    which = SubmissionRow.state == RowState.HELD
    return held, take_up(session, vault(), found, union, which, actor.account_id)


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
        end(session, other, Act.SUPERSEDE)
        record(
            session,
            "submission.supersede",
            actor=actor,
            place=other.union_code,
            detail={"submission": other.id, "by": found.id},
        )
        _take_along(session, other, Act.SUPERSEDE, actor)


def _take_along(session: Session, found: Submission, act: Act, actor: Actor) -> Submission | None:
    """What was said of the missing goes the way of its roster, unless it is being decided on;
    returns it if it does.
    """
    absent = accounting.linked(session, found)
    if absent is None or absent.state != State.SUBMITTED:
        return None
    end(session, absent, act)
    record(
        session,
        f"submission.{act}",
        actor=actor,
        place=absent.union_code,
        detail={"submission": absent.id, "roster": found.id},
    )
    return absent


def _record_sent(session: Session, found: Submission, actor: Actor, **detail: Any) -> None:
    record(
        session,
        "submission.submit",
        actor=actor,
        place=found.union_code,
        detail={
            "submission": found.id,
            **detail,
            "digest": digest(session, found.county, found.id),
        },
    )


def _standing(session: Session, view: SubmissionView) -> Submitted:
    matches = queries.counts_by_match(session, view)
    sent = view.submitted_at is not None
    return Submitted(view.id, view.state, sent, matches, view.missing_count)
