"""Transfers answered, settled and given up. One transaction each, all or nothing.

Who is released ends membership there and begins it here in one transaction: the row that asked is
admitted with that. So a release decides on a row of another union's roster, without seeing it.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import now, today
from registry.codes.lists import code_list
from registry.db import allocate, one_of, transaction
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.members.admission import admit, claim
from registry.members.lifecycle import TRANSFERRED_IN
from registry.members.match import Match
from registry.members.models import Transfer
from registry.members.moving_out import Leaving, move_out
from registry.members.place import Place
from registry.members.transfers import TransferAct, TransferState, may_settle, next_state
from registry.reference.counting import follow
from registry.review.deciding import (
    ADMITTED,
    decide,
    digest_rows,
    highest_row,
    move_on,
    set_rows,
    tally,
)
from registry.review.models import Verdict
from registry.review.notes import checked_note
from registry.review.rematching import among, pending
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.states import REVIEWABLE, RowState, State
from registry.trail.operations import hold, record

OTHER = "other"  # codes/transfer_objection.csv: the note has to say what
MOST_AT_ONCE = 2_000
NAMED = 20  # on the trail; the transfers themselves say all


class Moved(NamedTuple):
    """What a release did: how many came over, and how many had gone from there already."""

    moved: int
    lapsed: int


def release(numbers: Sequence[int], *, actor: Actor) -> Moved:
    """Let members go to the unions that ask for them; answered by the losing union or its
    federation.

    Raises `NotFound` outside the actor's place, `StateRefused` (transfer.state) when one of them
    waits for no answer any more, `Forbidden` (review.own) when the actor sent the roster that asks;
    nothing is done then.
    """
    with transaction() as session:
        found = _taken(session, numbers, actor, TransferAct.RELEASE)
        for one in found:
            demand(actor, Permission.ANSWER_TRANSFERS, one.from_path)
        return _move(session, found, TransferAct.RELEASE, actor)


def grant(numbers: Sequence[int], *, actor: Actor, note: str = "") -> Moved:
    """Settle transfers in favour of the asking union, by the nearest federation above both.

    Raises as `release` does, and `Forbidden` (transfer.not_arbiter) for any other federation,
    `StateRefused` (transfer.not_due) while the losing union still has time to answer.
    """
    note = checked_note(note)
    with transaction() as session:
        found = _taken(session, numbers, actor, TransferAct.GRANT)
        _check_arbiter(found, actor)
        _keep_note(session, found, note)
        return _move(session, found, TransferAct.GRANT, actor)


def refuse(numbers: Sequence[int], *, actor: Actor, note: str) -> int:
    """Settle transfers in favour of the losing union; the note says why. Raises as `grant`."""
    note = checked_note(note, needed=True)
    with transaction() as session:
        found = _taken(session, numbers, actor, TransferAct.REFUSE)
        _check_arbiter(found, actor)
        _keep_note(session, found, note)
        return _end(session, found, TransferAct.REFUSE, actor)


def object_to(numbers: Sequence[int], *, actor: Actor, reason: str, note: str = "") -> int:
    """Answer that members stay, with a reason of codes/transfer_objection.csv; the asking union
    sees the reason, the note only the federation that may have to settle it.
    """
    if reason not in code_list("transfer_objection"):
        raise InputRefused("reason.unknown", "请选择不同意转出的原因。")
    note = checked_note(note, needed=reason == OTHER)
    with transaction() as session:
        found = _taken(session, numbers, actor, TransferAct.OBJECT)
        for one in found:
            demand(actor, Permission.ANSWER_TRANSFERS, one.from_path)
        values = {"reason": reason, "note": note or None}
        answered = {"answered_by": actor.account_id, "answered_at": now()}
        _set(session, found, TransferState.OBJECTED, **values, **answered)
        _record(session, "transfer.object", found, actor, attrgetter("from_union"), reason=reason)
        return len(found)


def appeal(numbers: Sequence[int], *, actor: Actor) -> int:
    """Ask the federation above both to settle what was objected to."""
    with transaction() as session:
        found = _taken(session, numbers, actor, TransferAct.APPEAL)
        for one in found:
            demand(actor, Permission.ASK_TRANSFERS, one.to_path)
        _set(session, found, TransferState.APPEALED)
        _record(session, "transfer.appeal", found, actor, attrgetter("to_union"))
        return len(found)


def withdraw(numbers: Sequence[int], *, actor: Actor) -> int:
    """Ask for members no more; their rows stay for the reviewer, to be sent back or rejected."""
    with transaction() as session:
        found = _taken(session, numbers, actor, TransferAct.WITHDRAW)
        for one in found:
            demand(actor, Permission.ASK_TRANSFERS, one.to_path)
        return _end(session, found, TransferAct.WITHDRAW, actor)


def _taken(
    session: Session, numbers: Sequence[int], actor: Actor, act: TransferAct
) -> list[Transfer]:
    """Lock the county and return the transfers, if the act fits the state of each."""
    wanted = sorted(set(numbers))
    if not wanted:
        raise InputRefused("transfers.none", "请先勾选要办理的人。")
    if len(wanted) > MOST_AT_ONCE:
        raise InputRefused("transfers.many", f"一次最多办理 {MOST_AT_ONCE:,} 人。")
    hold(session, actor.county)
    query = select(Transfer).where(Transfer.county == actor.county, one_of(Transfer.id, wanted))
    found = list(session.scalars(query.order_by(Transfer.id)))
    if len(found) < len(wanted):
        raise NotFound("transfer.unknown", "没有找到这项转会，或者它不在您的管理范围内。")
    for one in found:
        state = TransferState(one.state)
        if act is TransferAct.APPEAL and state is TransferState.ASKED:
            raise StateRefused(
                "transfer.not_objected", "对方还没有答复的不用裁定，请只勾选对方不同意的。"
            )
        if next_state(state, act) is None:
            raise StateRefused(
                "transfer.state", f"其中有的转会{state.label}，不能再这样办理；请刷新后重试。"
            )
    return found


def _check_arbiter(found: Iterable[Transfer], actor: Actor) -> None:
    for one in found:
        demand(actor, Permission.SETTLE_TRANSFERS, one.arbiter)
        if actor.path != one.arbiter:
            raise Forbidden(
                "transfer.not_arbiter", "这项转会由离双方最近的共同上级工会裁定，不由您裁定。"
            )
        if not may_settle(TransferState(one.state), is_overdue=one.due_on < today()):
            raise StateRefused(
                "transfer.not_due",
                f"对方工会可以答复到 {one.due_on.isoformat()}，在那之前还不能裁定。",
            )


def _move(session: Session, found: list[Transfer], act: TransferAct, actor: Actor) -> Moved:
    """Take the members from one union to the other, roster by roster."""
    at = now()
    moved: list[Transfer] = []
    groups: dict[tuple[int, str], list[Transfer]] = {}
    for one in found:
        groups.setdefault((one.submission_id, one.from_union), []).append(one)
    for (submission_id, _), some in sorted(groups.items()):
        moved += _move_between(session, submission_id, some, actor)
    gone = [one for one in found if one not in moved]
    ended = {"ended_by": actor.account_id, "ended_at": at}
    _set(session, gone, TransferState.LAPSED, **ended)
    after = TransferState.RELEASED if act is TransferAct.RELEASE else TransferState.GRANTED
    _set(session, moved, after, **ended)
    name = f"transfer.{act.value.lower()}"
    _record(session, name, moved, actor, attrgetter("from_union"))
    _record(session, "transfer.admit", moved, actor, attrgetter("to_union"))
    _record(session, "transfer.lapse", gone, actor, attrgetter("from_union"))
    return Moved(len(moved), len(gone))


def _move_between(
    session: Session, submission_id: int, asked: list[Transfer], actor: Actor
) -> list[Transfer]:
    """Move the members of one union for whom one roster asks; returns those who were there."""
    first = asked[0]
    submission = session.scalars(
        select(Submission)
        .where(Submission.county == first.county, Submission.id == submission_id)
        .with_for_update()
    ).one()
    if State(submission.state) not in REVIEWABLE:
        return []
    if actor.account_id in {submission.submitted_by, submission.created_by}:
        raise Forbidden("review.own", "不能同意转入自己报送的名册里的人，请由另一位同事办理。")
    rows = _still_asked(session, submission, asked)
    here = [one for one in asked if one.row in rows]
    if not here:
        return []
    at = now()
    place = Place(first.county, submission.union_code, submission_id, at, first.from_union)
    leaving = {one.membership_id: rows[one.row] for one in here}
    left = move_out(session, place, leaving)
    here = [one for one in here if one.membership_id in left]
    numbers = [one.row for one in here]
    if not numbers:
        return []
    match = literal(Match.NEW.value).label("match")
    chosen = select(*ADMITTED, match).where(*pending(submission), among(numbers)).subquery()
    highest = highest_row(session, submission)
    claimed = claim(session, place, chosen, highest)
    if claimed.lost:
        raise RuntimeError("a person who was freed is taken")
    count, _ = digest_rows(session, chosen)
    decision_id = allocate(session, f"decision:{first.county}")
    decide(session, submission, decision_id, Verdict.APPROVE, count, actor, by_transfer=True)
    admit(session, place, chosen, highest, claimed)
    follow(session, place, chosen)
    set_rows(session, submission, RowState.APPROVED, decision_id, among(numbers))
    tally(session, submission, count, admissions=1)
    move_on(session, submission)
    session.flush()
    return here


def _still_asked(
    session: Session, submission: Submission, asked: Sequence[Transfer]
) -> dict[int, Leaving]:
    """Return what the rows that still wait say of the change, by row."""
    query = select(
        SubmissionRow.row,
        SubmissionRow.change,
        SubmissionRow.changed_on,
        SubmissionRow.change_reason,
    ).where(*pending(submission), among([one.row for one in asked], [Match.TRANSFER]))
    # The day of 转入 is the day of leaving too; that of 入会 says nothing of the former union.
    return {
        row: Leaving(row, on if change == TRANSFERRED_IN else None, why)
        for row, change, on, why in session.execute(query)
    }


def _end(session: Session, found: list[Transfer], act: TransferAct, actor: Actor) -> int:
    after = next_state(TransferState(found[0].state), act)
    assert after is not None  # noqa: S101 - `_taken` has looked
    _set(session, found, after, ended_by=actor.account_id, ended_at=now())
    side = (attrgetter("to_union")) if act is TransferAct.WITHDRAW else (attrgetter("from_union"))
    _record(session, f"transfer.{act.value.lower()}", found, actor, side)
    return len(found)


def _keep_note(session: Session, found: Iterable[Transfer], note: str) -> None:
    for one in found:
        one.settled_note = note or None


def _set(
    session: Session, found: Sequence[Transfer], state: TransferState, **values: object
) -> None:
    for one in found:
        one.state = state.value
        for name, value in values.items():
            setattr(one, name, value)
    session.flush()


def _record(
    session: Session,
    action: str,
    found: Sequence[Transfer],
    actor: Actor,
    place_of: Callable[[Transfer], str],
    **detail: object,
) -> None:
    """Write one entry for each union concerned."""
    by_place: dict[str, list[Transfer]] = {}
    for one in found:
        by_place.setdefault(place_of(one), []).append(one)
    for place, there in sorted(by_place.items()):
        said = {
            "transfers": [one.id for one in there[:NAMED]],
            "persons": [one.person_key.hex() for one in there[:NAMED]],
            "count": len(there),
            **detail,
        }
        record(session, action, actor=actor, place=place, detail=said)
