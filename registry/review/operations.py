"""The reviewer's acts: approve, send back, reject. One transaction each, all or nothing, once."""

from collections.abc import Sequence

from sqlalchemy import (
    Subquery,
    select,
)
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.clock import now
from registry.codes.lists import code_list
from registry.db import allocate, transaction
from registry.errors import Forbidden, InputRefused, StateRefused
from registry.members.admission import admit, claim
from registry.members.match import Match
from registry.members.place import Place
from registry.reference.counting import follow
from registry.review.deciding import (
    ADMITTED,
    ReviewOutcome,
    decide,
    digest_rows,
    finish,
    highest_row,
    set_rows,
    tally,
)
from registry.review.identities.pairs import open_pairs
from registry.review.models import Verdict
from registry.review.notes import checked_note
from registry.review.rematching import among, match_again, not_among, pending, set_match
from registry.submissions.asking import ask_for_transfers, give_up_transfers
from registry.submissions.drafts import take_up
from registry.submissions.locking import locked
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.states import REVIEWABLE, Kind, RowState, State
from registry.unions import queries as union_queries
from registry.vault.vault import vault

ADMISSIBLE = (Match.NEW, Match.CHANGED, Match.UNCHANGED, Match.LEAVE, Match.RETAIN)
OTHER = "other"  # codes/send_back_reason.csv: the note has to say what


def approve(
    submission_id: int,
    *,
    actor: Actor,
    rows: Sequence[int] | None = None,
    matches: Sequence[Match] = ADMISSIBLE,
) -> ReviewOutcome:
    """Admit pending rows (all, or those numbered) into the register, as far as they have one of
    the `matches` when they are matched again.

    Rows whose person is active elsewhere, or known under another name, stay pending and are named,
    and so do rows that would by now change more than the reviewer was shown. Raises `StateRefused`
    when nothing waits for review, `Forbidden` when the actor sent the roster.
    """
    with transaction() as session:
        found = reviewable(session, submission_id, actor)
        _check_rows(session, found, rows)
        return admit_rows(session, found, rows, actor, matches)


def admit_rows(
    session: Session,
    found: Submission,
    rows: Sequence[int] | None,
    actor: Actor,
    matches: Sequence[Match] = ADMISSIBLE,
    *,
    told_apart: bool = False,
) -> ReviewOutcome:
    """Admit pending rows of a submission that is `reviewable`, in the caller's transaction.

    `told_apart`: that the register knows somebody of the same name and mobile was looked at.
    """
    changed = match_again(session, found, rows)
    at = now()
    place = Place(found.county, found.union_code, found.id, at)
    highest = highest_row(session, found)
    claimed = claim(session, place, _admissible(found, rows, matches, changed), highest)
    set_match(session, found, dict.fromkeys(claimed.lost, (Match.TRANSFER, ())))
    give_up_transfers(session, found, at)
    ask_for_transfers(session, found, found.submitted_by or found.created_by, at)
    decision_id = allocate(session, f"decision:{found.county}")
    chosen = _admissible(found, rows, matches, changed)
    count, digest = digest_rows(session, chosen)
    if count:
        decide(session, found, decision_id, Verdict.APPROVE, count, actor)
        verifies = found.kind == Kind.REVERIFY
        admit(session, place, chosen, highest, claimed, verifies=verifies)
        follow(session, place, chosen)
        which = among(rows, matches) & not_among(changed)
        if not told_apart:
            open_pairs(session, found, which, at)
        set_rows(session, found, RowState.APPROVED, decision_id, which)
        tally(session, found, count, admissions=1)
    detail = {"rows": count, "digest": digest}
    outcome = finish(session, found, actor, "review.approve", count, rows, detail)
    return outcome._replace(changed=changed)


def send_back(
    submission_id: int, *, actor: Actor, rows: Sequence[int], reason: str, note: str = ""
) -> ReviewOutcome:
    """Give rows back to the clerk with a reason; they stand in a new draft, ready to be
    corrected.
    """
    return _refuse_rows(submission_id, actor, rows, reason, note, Verdict.SEND_BACK)


def reject(
    submission_id: int, *, actor: Actor, rows: Sequence[int], reason: str, note: str = ""
) -> ReviewOutcome:
    """Turn rows down for good with a reason; nothing of them is admitted."""
    return _refuse_rows(submission_id, actor, rows, reason, note, Verdict.REJECT)


def _refuse_rows(
    submission_id: int,
    actor: Actor,
    rows: Sequence[int],
    reason: str,
    note: str,
    verdict: Verdict,
) -> ReviewOutcome:
    note = checked_reason(reason, note)
    if not rows:
        raise InputRefused("rows.none", "请先勾选要处理的行。")
    with transaction() as session:
        found = reviewable(session, submission_id, actor)
        _check_rows(session, found, rows)
        return refuse_rows(session, found, actor, rows, reason, note, verdict)


def refuse_rows(
    session: Session,
    found: Submission,
    actor: Actor,
    rows: Sequence[int],
    reason: str,
    note: str,
    verdict: Verdict = Verdict.SEND_BACK,
) -> ReviewOutcome:
    """Give back or turn down pending rows of a submission that is `reviewable`, in the caller's
    transaction; reason and note have been checked.
    """
    decision_id = allocate(session, f"decision:{found.county}")
    back = verdict is Verdict.SEND_BACK
    decide(session, found, decision_id, verdict, len(set(rows)), actor, reason, note)
    state = RowState.SENT_BACK if back else RowState.REJECTED
    count = set_rows(session, found, state, decision_id, among(rows))
    found.is_current = False
    found.was_sent_back = True
    session.flush()
    draft = None
    if back:
        union = union_queries.find(session, found.union_code)
        which = SubmissionRow.decision_id == decision_id
        draft = take_up(session, vault(), found, union, which, found.created_by)
    tally(session, found, count)
    give_up_transfers(session, found, now())
    action = "review.send_back" if back else "review.reject"
    detail = {"rows": count, "reason": reason}
    outcome = finish(session, found, actor, action, count, rows, detail)
    return outcome._replace(follow_up_id=draft)


def reviewable(session: Session, submission_id: int, actor: Actor) -> Submission:
    """Return a submission, locked, that waits for review and may be reviewed by the actor.

    Raises `Forbidden` where the actor sent it, `StateRefused` where nothing waits.
    """
    found = locked(session, submission_id, actor, Permission.REVIEW)
    if actor.account_id in {found.submitted_by, found.created_by}:
        raise Forbidden("review.own", "不能审核自己报送的名册，请由另一位审核员办理。")
    if State(found.state) not in REVIEWABLE:
        raise StateRefused(
            "submission.state", f"这份名册{State(found.state).label}，没有待审的行。"
        )
    return found


def checked_reason(reason: str, note: str, *, needed: bool = False) -> str:
    """Return the note, stripped. Raises `InputRefused` for an unknown reason, and for a note that
    is missing (`needed`, or where the reason says nothing), too long or holds a number.
    """
    if reason not in code_list("send_back_reason"):
        raise InputRefused("reason.unknown", "请选择退回或驳回的原因。")
    if reason == OTHER and not note.strip():
        raise InputRefused("note.missing", "选择“其他”时请写明具体原因。")
    return checked_note(note, needed=needed)


def _check_rows(session: Session, found: Submission, rows: Sequence[int] | None) -> None:
    if rows is None:
        return
    wanted = set(rows)
    waiting = set(session.scalars(select(SubmissionRow.row).where(*pending(found), among(rows))))
    foreign = sorted(wanted - waiting)
    if foreign:
        named = "、".join(map(str, foreign[:5]))
        raise StateRefused(
            "row.not_pending", f"第 {named} 行不在待审状态，可能已经处理过；没有做任何改动。"
        )


def _admissible(
    found: Submission,
    rows: Sequence[int] | None,
    matches: Sequence[Match],
    changed: Sequence[int],
) -> Subquery:
    which = among(rows, matches) & not_among(changed)
    return select(*ADMITTED, SubmissionRow.match).where(*pending(found), which).subquery()
