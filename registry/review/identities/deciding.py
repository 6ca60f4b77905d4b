"""Ruling on who somebody is. One transaction each: the register, the row, the case, the trail.

What is decided about a row decides the row too: it is admitted, or given back to the clerk.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand, within
from registry.access.roles import Permission
from registry.clock import now
from registry.db import allocate, transaction
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.members.match import Match
from registry.members.merging import Merged, merge, part
from registry.members.models import Member, Person, Transfer
from registry.members.rekeying import Identity, identify
from registry.members.restricting import demand_none
from registry.members.transfers import OPEN, TransferState
from registry.reference.counting import move_person
from registry.review.deciding import ReviewOutcome
from registry.review.identities.doubts import doubt_of
from registry.review.identities.states import (
    RULINGS,
    CaseAct,
    CaseState,
    Doubt,
    Ruling,
    next_state,
)
from registry.review.identities.subjects import (
    Subject,
    identity,
    identity_of,
    nearest_above,
    subject,
    twins_of,
)
from registry.review.models import IdentityCase
from registry.review.notes import checked_note
from registry.review.operations import admit_rows, refuse_rows, reviewable
from registry.review.rematching import match_again, pending
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.risk import risk_of
from registry.submissions.states import REVIEWABLE, RowState
from registry.trail.operations import hold, record
from registry.vault.vault import vault

_UNRULED = "解除限制以后才能核对；名册写错的可以退回"
WRONG_DATA = "wrong_data"  # codes/send_back_reason.csv


class Ruled(NamedTuple):
    """What was decided: the case, and what became of the row, if there was one."""

    case_id: int
    outcome: ReviewOutcome | None = None


def rule_row(
    submission_id: int,
    row: int,
    ruling: Ruling,
    *,
    note: str,
    actor: Actor,
    member_id: int | None = None,
) -> Ruled:
    """Rule on a waiting row that raises a doubt.

    `member_id` says which record is meant where several have the row's name and mobile. Raises
    `StateRefused` where there is no doubt (any more), `InputRefused` for a ruling that does not
    fit, `NotFound` for a record outside the actor's place.
    """
    note = checked_note(note, needed=True)
    with transaction() as session:
        found = reviewable(session, submission_id, actor)
        match_again(session, found, [row])
        one = session.scalars(
            select(SubmissionRow).where(*pending(found), SubmissionRow.row == row)
        ).one_or_none()
        doubt = doubt_of(session, one) if one is not None else None
        if one is None or doubt is None:
            raise StateRefused(
                "identity.none", f"第 {row} 行现在没有要核对的身份，可能已经处理过，请回到名册。"
            )
        _demand_fits(doubt, ruling)
        whom = _whom(session, found, one, doubt, ruling, actor, member_id)
        if whom is not None and ruling is not Ruling.KEEP:
            demand_none([whom.member], _UNRULED)
        case = _open(session, found, one, doubt, whom)
        if ruling is Ruling.CORRECT and doubt is not Doubt.PARTICULARS:
            assert whom is not None  # noqa: S101 - `_whom` has looked
            _correct(session, case, whom.member, identity_of(vault(), one))
        if ruling is Ruling.APART and doubt is Doubt.FORMER:
            _let_enter(session, found.county, one)
        _decide(session, case, ruling, note, actor)
        if ruling is Ruling.KEEP or (ruling is Ruling.APART and doubt is Doubt.NAME):
            said = f"{doubt.label}：{note}"[:500]
            outcome = refuse_rows(session, found, actor, [row], WRONG_DATA, said)
        else:
            outcome = admit_rows(session, found, [row], actor, told_apart=ruling is Ruling.APART)
        return Ruled(case.id, outcome)


def rule_case(
    number: int, ruling: Ruling, *, note: str, actor: Actor, kept_id: int | None = None
) -> Ruled:
    """Rule on a case that waits; `kept_id` is the record that goes on where two are the same.

    Raises `Forbidden` for who asked for it, `StateRefused` when it is decided already.
    """
    note = checked_note(note, needed=True)
    with transaction() as session:
        case = _taken(session, number, actor, CaseAct.RULE)
        _demand_fits(Doubt(case.doubt), ruling)
        if case.doubt == Doubt.ASKED and case.opened_by == actor.account_id:
            raise Forbidden("review.own", "不能审核自己提出的更正，请由另一位审核员办理。")
        if ruling is not Ruling.KEEP:
            _demand_shown(session, case)
        if ruling is Ruling.CORRECT:
            to = identity(
                vault(), case.person_key, case.full_name, case.document_kind, case.document_sealed
            )
            _correct(session, case, _member(session, case, case.member_id), to)
        elif ruling is Ruling.SAME:
            _merge(session, case, kept_id)
        _decide(session, case, ruling, note, actor)
        return Ruled(case.id)


def undo(number: int, *, note: str, actor: Actor) -> None:
    """Take a ruling back that changed who somebody is in the register.

    Raises `StateRefused` where the register has moved on since.
    """
    note = checked_note(note, needed=True)
    with transaction() as session:
        case = _taken(session, number, actor, CaseAct.UNDO)
        _demand_shown(session, case)
        at = now()
        if case.ruling == Ruling.SAME:
            kept, gone = (
                _member(session, case, case.member_id),
                _member(session, case, case.other_id),
            )
            part(session, kept, gone, Merged(case.ended_id, case.begun_id), at)
            move_person(session, case.county, gone.person_key, gone.person_key)
        elif is_undoable(case):
            member = _member(session, case, case.member_id)
            if member.person_key != case.person_key or member.full_name != case.full_name:
                raise StateRefused(
                    "identity.moved_on", "更正以后这位会员的姓名或号码又改过，不能再撤销。"
                )
            former = identity(
                vault(), case.former_key, case.former_name, case.former_kind, case.former_sealed
            )
            _become(session, member, former, at)
        else:
            raise StateRefused("identity.undoable", "这次核对没有改动会员库，没有可撤销的。")
        case.state, case.undone_note = CaseState.UNDONE, note
        case.undone_by, case.undone_at = actor.account_id, at
        keys = [key.hex() for key in (case.person_key, case.former_key) if key]
        detail = {"case": case.id, "member": case.member_id, "persons": keys}
        record(session, "identity.undo", actor=actor, place=case.union_code, detail=detail)


def is_undoable(case: IdentityCase) -> bool:
    """Tell whether a case was ruled so that the register says somebody else now, and still does."""
    changed = case.ruling == Ruling.SAME or case.former_key is not None
    return case.state == CaseState.DONE and changed


def open_pair(member_id: int, other_id: int, *, actor: Actor) -> int:
    """Open a case about two records that somebody takes for one person's; returns its number, that
    of the waiting one where there is one.
    """
    with transaction() as session:
        hold(session, actor.county)
        if member_id == other_id:
            raise InputRefused("identity.itself", "这就是同一条登记，请填写另一条登记的证件号码。")
        sides = [subject(session, actor.county, one) for one in (member_id, other_id)]
        for side in sides:
            demand(actor, Permission.REVIEW, side.union.path)
        demand_none([side.member for side in sides], _UNRULED)
        query = select(IdentityCase.id).where(
            IdentityCase.county == actor.county,
            IdentityCase.doubt == Doubt.PAIR,
            IdentityCase.state == CaseState.WAITING,
            IdentityCase.member_id.in_([member_id, other_id]),
            IdentityCase.other_id.in_([member_id, other_id]),
        )
        if (known := session.scalar(query)) is not None:
            return known
        case = IdentityCase(
            county=actor.county,
            id=allocate(session, f"identity_case:{actor.county}"),
            doubt=Doubt.PAIR,
            state=CaseState.WAITING,
            path=nearest_above([side.union.path for side in sides]),
            union_code=sides[0].union.code,
            member_id=member_id,
            other_id=other_id,
            opened_by=actor.account_id,
            opened_at=now(),
        )
        session.add(case)
        detail = {"case": case.id, "member": member_id, "other": other_id}
        record(session, "identity.pair", actor=actor, place=case.union_code, detail=detail)
        return case.id


def _taken(session: Session, number: int, actor: Actor, act: CaseAct) -> IdentityCase:
    hold(session, actor.county)
    case = session.get(IdentityCase, (actor.county, number), with_for_update=True)
    if case is None:
        raise NotFound("identity.unknown", "没有找到这件身份核对，或者它不在您的管理范围内。")
    demand(actor, Permission.REVIEW, case.path)
    if next_state(CaseState(case.state), act) is None:
        label = CaseState(case.state).label
        raise StateRefused("identity.state", f"这件身份核对{label}，不能再这样办理；请刷新。")
    return case


def _demand_fits(doubt: Doubt, ruling: Ruling) -> None:
    if ruling not in RULINGS[doubt]:
        raise InputRefused("ruling.unknown", "请选择一种处理结果。")


def _whom(
    session: Session,
    found: Submission,
    one: SubmissionRow,
    doubt: Doubt,
    ruling: Ruling,
    actor: Actor,
    member_id: int | None,
) -> Subject | None:
    """Return the member whom a row may be. To correct it, the actor must look after its union, or
    nobody does.
    """
    if doubt is Doubt.TWIN:
        candidates = twins_of(session, found.county, one, one.mobile_key)
        chosen = member_id if member_id in candidates else None
        if chosen is None and len(candidates) == 1:
            chosen = candidates[0]
    else:
        query = select(Member.id).where(
            Member.county == found.county, Member.person_key == one.person_key
        )
        chosen = session.scalar(query)
    whom = subject(session, found.county, chosen) if chosen is not None else None
    if ruling is not Ruling.CORRECT:
        return whom
    if whom is None:
        raise InputRefused("identity.which", "请选择名册中的人是哪一条登记。")
    if whom.is_live and not within(whom.union.path, actor.path):
        raise NotFound(
            "identity.elsewhere", "那条登记不在您的管理范围内，要更正请由双方共同的上级工会办理。"
        )
    return whom


def _open(
    session: Session, found: Submission, one: SubmissionRow, doubt: Doubt, whom: Subject | None
) -> IdentityCase:
    paths = [found.path, whom.union.path] if whom else [found.path]
    case = IdentityCase(
        county=found.county,
        id=allocate(session, f"identity_case:{found.county}"),
        doubt=doubt,
        state=CaseState.WAITING,
        path=nearest_above(paths),
        union_code=found.union_code,
        member_id=whom.member.id if whom else None,
        submission_id=found.id,
        row=one.row,
        person_key=one.person_key,
        full_name=one.full_name,
        document_kind=one.document_kind,
        document_sealed=one.document_sealed,
        opened_at=now(),
    )
    session.add(case)
    return case


def _decide(session: Session, case: IdentityCase, ruling: Ruling, note: str, actor: Actor) -> None:
    case.state, case.ruling, case.note = CaseState.DONE, ruling, note
    case.decided_by, case.decided_at = actor.account_id, now()
    session.flush()
    detail = {
        "case": case.id,
        "doubt": case.doubt,
        "ruling": case.ruling,
        "member": case.member_id,
        "other": case.other_id,
        "submission": case.submission_id,
        "row": case.row,
    }
    said = {name: value for name, value in detail.items() if value is not None}
    said["persons"] = [key.hex() for key in (case.person_key, case.former_key) if key]
    record(session, "identity.rule", actor=actor, place=case.union_code, detail=said)


def _correct(session: Session, case: IdentityCase, member: Member, to: Identity) -> None:
    case.former_key, case.former_name = member.person_key, member.full_name
    case.former_kind, case.former_sealed = member.document_kind, member.document_sealed
    _become(session, member, to, now())


def _become(session: Session, member: Member, to: Identity, at: datetime) -> None:
    former = member.person_key
    identify(session, member, to, at)
    if former != to.key:
        _lapse_transfers(session, member.county, [member.id], at)
        move_person(session, member.county, former, to.key)


def _merge(session: Session, case: IdentityCase, kept_id: int | None) -> None:
    if kept_id not in (case.member_id, case.other_id):
        raise InputRefused("identity.which", "请选择以哪一条登记为准。")
    if kept_id != case.member_id:
        case.member_id, case.other_id = case.other_id, case.member_id
    kept, gone = _member(session, case, case.member_id), _member(session, case, case.other_id)
    at = now()
    _lapse_transfers(session, case.county, [kept.id, gone.id], at)
    merged = merge(session, kept, gone, at)
    case.ended_id, case.begun_id = merged.ended, merged.opened
    move_person(session, case.county, gone.person_key, kept.person_key)


def _demand_shown(session: Session, case: IdentityCase) -> None:
    """Nobody rules on what they cannot see. Raises `StateRefused` (member.restricted)."""
    ids = [one for one in (case.member_id, case.other_id) if one is not None]
    demand_none([session.get(Member, (case.county, one)) for one in ids], _UNRULED)


def _member(session: Session, case: IdentityCase, member_id: int | None) -> Member:
    member = session.get(Member, (case.county, member_id), with_for_update=True)
    if member is None:
        raise NotFound("member.unknown", "没有找到这位会员。")
    return member


def _let_enter(session: Session, county: str, one: SubmissionRow) -> None:
    """Let somebody enter by a number that was another person's by mistake."""
    query = select(Member.id).where(Member.county == county, Member.person_key == one.person_key)
    if session.scalar(query) is not None:
        raise StateRefused(
            "identity.merged",
            "这个号码的登记已经并入另一条登记。确实是两个人的，请先在那次核对中撤销合并。",
        )
    session.execute(update(Person).where(Person.key == one.person_key).values(same_as=None))


def _lapse_transfers(session: Session, county: str, members: Sequence[int], at: datetime) -> None:
    """End what is asked for under a number that is no longer the right one; the rows that asked
    wait for their reviewer to look again.
    """
    asked = list(
        session.scalars(
            select(Transfer)
            .where(
                Transfer.county == county,
                Transfer.member_id.in_(members),
                Transfer.state.in_(OPEN),
            )
            .order_by(Transfer.id)
        )
    )
    for one in asked:
        one.state, one.ended_at = TransferState.LAPSED, at
        session.execute(
            update(SubmissionRow)
            .where(
                SubmissionRow.county == county,
                SubmissionRow.submission_id == one.submission_id,
                SubmissionRow.row == one.row,
                SubmissionRow.state == RowState.PENDING,
                SubmissionRow.match == Match.TRANSFER,
            )
            .values(match=Match.CONFLICT)
        )
    session.flush()
    for number in sorted({one.submission_id for one in asked}):
        found = session.get_one(Submission, (county, number), with_for_update=True)
        if found.state in REVIEWABLE:
            found.risk = risk_of(session, found)
