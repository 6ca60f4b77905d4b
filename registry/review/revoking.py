"""Taking a wrong approval back, whole or in part: a decision of its own, never a deletion.

Who entered by it is taken out of the register again, who left or rested by it is a member as
before, what it changed of members is put back, but for mobiles.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.clock import local_day, now
from registry.db import allocate, in_parts, transaction
from registry.errors import Forbidden, NotFound, StateRefused
from registry.members import tallies
from registry.members.match import Match
from registry.members.place import Place
from registry.members.restoring import RESTORED, restore
from registry.members.revoking import take_out
from registry.reference.counting import follow
from registry.review.deciding import decide, digest_rows
from registry.review.models import Decision, Verdict
from registry.review.operations import checked_reason
from registry.review.rematching import among
from registry.submissions.drafts import take_up
from registry.submissions.locking import locked
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.states import RowState, State
from registry.trail.operations import record
from registry.unions import queries as union_queries
from registry.vault.vault import vault

_ONLY_MOBILE = '["mobile"]'
NAMED = 20  # rows on the trail that stay; the rows themselves say all


class Revoked(NamedTuple):
    """What was taken back: how many persons, and the rows that stay although it was asked for.

    `counts` are those taken back, by what their row was. Something has happened to those in
    `moved_on` since; of those in `kept` nothing was changed that could be put back.
    """

    revoked: int
    moved_on: Sequence[int]
    kept: Sequence[int]
    follow_up_id: int | None
    counts: Mapping[Match, int] = {}


def revoke(
    submission_id: int,
    decision_id: int,
    *,
    actor: Actor,
    reason: str,
    note: str,
    rows: Sequence[int] | None = None,
    hand_back: bool = True,
) -> Revoked:
    """Take back an approval: all of its rows or those numbered.

    With `hand_back` the rows stand in a new draft of the clerk. Whoever may review the roster may
    take an approval back, the own one too. Raises `Forbidden` when the actor sent the roster,
    `StateRefused` when nothing of it can be taken back or a transfer made the decision; nothing is
    changed then.
    """
    reason_note = checked_reason(reason, note, needed=True)
    with transaction() as session:
        found = locked(session, submission_id, actor, Permission.REVIEW)
        if actor.account_id in {found.submitted_by, found.created_by}:
            raise Forbidden("review.own", "不能撤销自己报送的名册的审核，请由另一位审核员办理。")
        # Who left a union that is no more cannot be put back into it.
        union_queries.demand_formed(session, found.union_code)
        _check_decision(session, found, decision_id)
        chosen = (*_approved(found, decision_id), among(rows))
        _check_rows(session, chosen, rows)
        entered = select(SubmissionRow).where(*chosen, SubmissionRow.match == Match.NEW).subquery()
        place = Place(found.county, found.union_code, found.id, now())
        others = select(SubmissionRow).where(*chosen, SubmissionRow.match.in_(RESTORED)).subquery()
        taken = [*take_out(session, place, entered), *restore(session, place, others)]
        moved_on, kept = _stay(session, chosen, taken)
        if not taken:
            raise StateRefused("revoke.none", _why_none(len(moved_on), len(kept)))
        number = allocate(session, f"decision:{found.county}")
        which = among(taken)
        said = select(SubmissionRow).where(*chosen, which).subquery()
        count, digest = digest_rows(session, said)
        decide(
            session,
            found,
            number,
            Verdict.REVOKE,
            count,
            actor,
            reason,
            reason_note,
            revokes=decision_id,
        )
        counts = _follow(session, place, *chosen, which)
        _set_rows(session, found, _approved(found, decision_id), which, number)
        _count(session, found, decision_id)
        draft = _hand_back(session, found, number) if hand_back else None
        record(
            session,
            "review.revoke",
            actor=actor,
            place=found.union_code,
            detail={
                "submission": found.id,
                "decision": decision_id,
                "rows": count,
                "digest": digest,
                "reason": reason,
                "stayed": len(moved_on) + len(kept),
                "moved_on": list(moved_on[:NAMED]),
            },
        )
        session.flush()
        return Revoked(count, moved_on, kept, draft, counts)


def _follow(session: Session, place: Place, *which: ColumnElement[bool]) -> dict[Match, int]:
    """Count for the reference register: who was taken out has left, who had left has come. Returns
    how many rows there are by match.
    """
    now_is: ColumnElement[str] = case(
        (SubmissionRow.match == Match.NEW, Match.LEAVE.value),
        (SubmissionRow.match == Match.LEAVE, Match.NEW.value),
        else_=Match.UNCHANGED.value,
    )
    rows = select(
        SubmissionRow.person_key,
        SubmissionRow.full_name,
        SubmissionRow.mobile_key,
        now_is.label("match"),
    ).where(*which)
    follow(session, place, rows.subquery())
    by_match = select(SubmissionRow.match, func.count()).where(*which)
    found = session.execute(by_match.group_by(SubmissionRow.match))
    return {Match(match): count for match, count in found if match is not None}


def _check_decision(session: Session, found: Submission, decision_id: int) -> None:
    decision = session.scalar(
        select(Decision).where(
            Decision.county == found.county,
            Decision.id == decision_id,
            Decision.submission_id == found.id,
        )
    )
    if decision is None:
        raise NotFound("decision.unknown", f"这份名册没有编号为 {decision_id} 的审核决定。")
    if decision.verdict != Verdict.APPROVE:
        raise StateRefused("decision.not_approval", "只有“通过”可以撤销。")
    if decision.by_transfer:
        raise StateRefused(
            "decision.transfer",
            "这些人是办理转会时入库的，原工会已经同意转出，不能在这里撤销；要转回去，请由原工会重新报送。",
        )


def _approved(found: Submission, decision_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        SubmissionRow.county == found.county,
        SubmissionRow.submission_id == found.id,
        SubmissionRow.decision_id == decision_id,
        SubmissionRow.state == RowState.APPROVED,
    )


def _check_rows(
    session: Session, chosen: tuple[ColumnElement[bool], ...], rows: Sequence[int] | None
) -> None:
    if rows is None:
        return
    foreign = sorted(set(rows) - set(session.scalars(select(SubmissionRow.row).where(*chosen))))
    if foreign:
        named = "、".join(map(str, foreign[:5]))
        raise StateRefused(
            "row.not_approved",
            f"第 {named} 行不是这次通过的，或者已经撤销；没有做任何改动。",
        )


def _stay(
    session: Session, chosen: tuple[ColumnElement[bool], ...], taken: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Return the rows that stay: whose person has moved on, and of which there is nothing to put
    back.
    """
    gone = set(taken)
    columns = (SubmissionRow.row, SubmissionRow.match, SubmissionRow.changed_fields)
    query = select(*columns).where(*chosen).order_by(SubmissionRow.row)
    left = [one for one in session.execute(query) if one.row not in gone]
    nothing = [
        one.row
        for one in left
        if one.match == Match.UNCHANGED or one.changed_fields == _ONLY_MOBILE
    ]
    return [one.row for one in left if one.row not in set(nothing)], nothing


def _why_none(moved_on: int, kept: int) -> str:
    why = []
    if moved_on:
        why.append(f"{moved_on:,} 人入库以后已经离会、转出或又有变动")
    if kept:
        why.append(f"{kept:,} 人在这次审核中没有可恢复的变化")
    return f"没有可以撤销的人：{'，'.join(why) or '都已经撤销过了'}。什么也没有改变。"


def _set_rows(
    session: Session,
    found: Submission,
    approved: tuple[ColumnElement[bool], ...],
    which: ColumnElement[bool],
    decision_id: int,
) -> None:
    whose = (SubmissionRow.county == found.county, SubmissionRow.submission_id == found.id)
    for part in in_parts(session, SubmissionRow.row, *whose):
        session.execute(
            update(SubmissionRow)
            .where(*approved, which, part)
            .values(state=RowState.REVOKED, decision_id=decision_id),
            execution_options={"synchronize_session": False},
        )


def _count(session: Session, found: Submission, decision_id: int) -> None:
    """Take back what the approval counted for; the same file may be sent again."""
    left = session.scalar(
        select(func.count()).select_from(SubmissionRow).where(*_approved(found, decision_id))
    )
    passed_at_once = found.state == State.CLOSED and not found.was_sent_back
    tallies.add(
        session,
        found.county,
        found.union_code,
        local_day(now()),
        admissions=0 if left else -1,
        first_pass=-int(passed_at_once),
    )
    found.is_current = False
    found.was_sent_back = True
    found.version += 1
    session.flush()


def _hand_back(session: Session, found: Submission, decision_id: int) -> int | None:
    union = union_queries.find(session, found.union_code)
    which = SubmissionRow.decision_id == decision_id
    return take_up(session, vault(), found, union, which, found.created_by)
