"""A union asks for a member's name or document number to be put right; somebody else decides."""

from collections.abc import Mapping

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import now
from registry.db import allocate, transaction
from registry.errors import InputRefused, NotFound, StateRefused
from registry.members.models import Member
from registry.members.restricting import demand_none
from registry.review.identities.states import CaseAct, CaseState, Doubt, next_state
from registry.review.identities.subjects import Subject, nearest_above, subject
from registry.review.models import IdentityCase
from registry.review.notes import checked_note
from registry.submissions.by_hand import judge_identity
from registry.trail.operations import hold, record
from registry.unions import queries as unions

FIELDS = ("full_name", "document_kind", "document_number")


class Faulty(InputRefused):
    """The new name or number breaks a rule; `faults` are the sentences by field."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("identity.faulty", "；".join(faults.values()))
        self.faults = faults


def ask(
    union_code: str, member_id: int, values: Mapping[str, str], *, why: str, actor: Actor
) -> int:
    """Ask for a live member of the union to be corrected; returns the case's number.

    `values` are the new `full_name`, `document_kind` (label) and `document_number`; what is left
    blank stays as it is. Raises `Faulty`, `InputRefused` without a reason or a change,
    `StateRefused` while another request about the member waits or the member is restricted.
    """
    why = checked_note(why, needed=True)
    given = {name: values.get(name, "").strip() for name in FIELDS}
    with transaction() as session:
        union = unions.find(session, union_code)
        demand(actor, Permission.WORK_ROSTER, union.path)
        hold(session, union.county)
        demand_none([session.get(Member, (union.county, member_id))], "先解除限制才能更正")
        row, findings = judge_identity(session, union, member_id, given)
        faults = {one.field: one.message for one in findings if one.severity == "error"}
        if faults:
            raise Faulty({name or "": said for name, said in faults.items()})
        found = subject(session, union.county, member_id)
        _demand_change(found, row)
        _demand_none_waits(session, found)
        number = allocate(session, f"identity_case:{union.county}")
        told = ("person_key", "full_name", "document_kind", "document_sealed")
        session.execute(
            insert(IdentityCase).values(
                county=union.county,
                id=number,
                doubt=Doubt.ASKED,
                state=CaseState.WAITING,
                path=nearest_above([union.path]),
                union_code=union.code,
                member_id=member_id,
                why=why,
                opened_by=actor.account_id,
                opened_at=now(),
                **{name: row[name] for name in told},
            )
        )
        record(
            session,
            "identity.ask",
            actor=actor,
            place=union.code,
            detail={"case": number, "member": member_id, "person": found.member.person_key.hex()},
        )
    return number


def withdraw(number: int, *, actor: Actor) -> None:
    """Ask for it no more. Raises `NotFound`, `StateRefused` once it is decided."""
    with transaction() as session:
        hold(session, actor.county)
        case = session.get(IdentityCase, (actor.county, number), with_for_update=True)
        if case is None or case.doubt != Doubt.ASKED:
            raise NotFound("identity.unknown", "没有找到这项申请。")
        demand(actor, Permission.WORK_ROSTER, unions.find(session, case.union_code).path)
        after = next_state(CaseState(case.state), CaseAct.WITHDRAW)
        if after is None:
            label = CaseState(case.state).label
            raise StateRefused("identity.state", f"这项申请{label}，不能再撤回。")
        case.state = after
        detail = {"case": number, "member": case.member_id}
        record(session, "identity.withdraw", actor=actor, place=case.union_code, detail=detail)


def _demand_change(found: Subject, row: Mapping[str, object]) -> None:
    member = found.member
    known = (member.person_key, member.full_name, member.document_kind)
    if known == (row["person_key"], row["full_name"], row["document_kind"]):
        raise InputRefused("identity.same", "和会员库现在的姓名、证件号码一样，没有要更正的。")


def _demand_none_waits(session: Session, found: Subject) -> None:
    member = found.member
    waits = select(IdentityCase.id).where(
        IdentityCase.county == member.county,
        IdentityCase.member_id == member.id,
        IdentityCase.doubt == Doubt.ASKED,
        IdentityCase.state == CaseState.WAITING,
    )
    if session.scalar(waits) is not None:
        raise StateRefused(
            "identity.waits", "这位会员已有一项更正申请在等审核，要改动请先撤回那一项。"
        )
