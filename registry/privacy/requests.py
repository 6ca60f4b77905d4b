"""What members ask about their own particulars: written down, granted, refused, withdrawn.

One transaction each, on the trail. What is granted is done in the same transaction.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import now, today
from registry.db import allocate, transaction
from registry.errors import Forbidden, NotFound, StateRefused
from registry.members import restricting
from registry.members.erasing import erase, is_live
from registry.members.models import LIVE, Member, Membership
from registry.members.queries import record_of, sight_of
from registry.privacy.models import PersonalRequest
from registry.privacy.states import (
    TRANSITIONS,
    Checked,
    RequestAct,
    RequestKind,
    RequestState,
    due_after,
)
from registry.questions.wording import checked
from registry.trail.operations import hold, record
from registry.unions import queries as unions

LENGTH = 500


def ask(
    union_code: str,
    member_id: int,
    kind: RequestKind,
    identity: Checked,
    grounds: str,
    *,
    actor: Actor,
) -> int:
    """Write down what a member of the union asks; returns its number.

    Raises `InputRefused` (text.*), `NotFound`, `Forbidden`, `StateRefused` (request.open,
    .needless, .live, .elsewhere).
    """
    grounds = checked(grounds, "请求的内容和理由", LENGTH)
    with transaction() as session:
        union = unions.find(session, union_code)
        demand(actor, Permission.ASK_REQUESTS, union.path)
        hold(session, union.county)
        line = record_of(
            session, union.county, member_id, sight_of(actor.path), union_code=union.code
        ).line
        if (kind is RequestKind.RESTRICT) == line.is_restricted and kind in _MARKING:
            said = "已经限制处理" if line.is_restricted else "没有限制处理"
            raise StateRefused("request.needless", f"这位会员的信息{said}，不用再办。")
        _demand_none_open(session, union.county, member_id, kind)
        if kind is RequestKind.ERASE:
            _demand_left(session, union.county, member_id)
        else:
            _demand_here(session, union.county, member_id, union.code)
        number = allocate(session, f"personal_request:{union.county}")
        one = PersonalRequest(
            county=union.county,
            id=number,
            member_id=member_id,
            union_code=union.code,
            kind=kind,
            state=RequestState.ASKED,
            identity=identity,
            grounds=grounds,
            asked_by=actor.account_id,
            asked_at=now(),
            due_on=due_after(today()),
        )
        session.add(one)
        _record(session, "request.ask", one, actor)
        return number


def grant(number: int, answer: str = "", *, actor: Actor) -> None:
    """Do what is asked. Raises `NotFound`, `Forbidden` (request.own), `StateRefused`."""
    answer = checked(answer, "答复", LENGTH, needed=False)
    with transaction() as session:
        one = _decided(session, number, RequestAct.GRANT, answer, actor)
        if one.kind != RequestKind.ERASE:
            _demand_here(session, one.county, one.member_id, one.union_code)
        if one.kind in _MARKING:
            since = now() if one.kind == RequestKind.RESTRICT else None
            restricting.mark(session, one.county, one.member_id, since)
        elif one.kind == RequestKind.ERASE:
            _demand_left(session, one.county, one.member_id)
            erase(session, one.county, [one.member_id])
        _record(session, "request.grant", one, actor)


def refuse(number: int, answer: str, *, actor: Actor) -> None:
    """Say why it is not done. Raises as `grant`, and `InputRefused` (text.*) without a reason."""
    answer = checked(answer, "不同意的理由", LENGTH)
    with transaction() as session:
        one = _decided(session, number, RequestAct.REFUSE, answer, actor)
        _record(session, "request.refuse", one, actor)


def withdraw(number: int, *, actor: Actor) -> None:
    """Ask for it no more. Raises `NotFound`, `Forbidden`, `StateRefused`."""
    with transaction() as session:
        one = _taken(session, number, Permission.ASK_REQUESTS, RequestAct.WITHDRAW, actor)
        one.ended_by, one.ended_at = actor.account_id, now()
        _record(session, "request.withdraw", one, actor)


_MARKING = (RequestKind.RESTRICT, RequestKind.LIFT)


def _decided(
    session: Session, number: int, act: RequestAct, answer: str, actor: Actor
) -> PersonalRequest:
    one = _taken(session, number, Permission.DECIDE_REQUESTS, act, actor)
    if one.asked_by == actor.account_id:
        raise Forbidden("request.own", "这件请求是您自己登记的，请由别人答复。")
    one.answer, one.ended_by, one.ended_at = answer or None, actor.account_id, now()
    return one


def _taken(
    session: Session, number: int, permission: Permission, act: RequestAct, actor: Actor
) -> PersonalRequest:
    """Lock the county and return the request, moved by the act."""
    hold(session, actor.county)
    query = select(PersonalRequest).where(
        PersonalRequest.county == actor.county, PersonalRequest.id == number
    )
    one = session.scalars(query.with_for_update()).one_or_none()
    if one is None:
        raise NotFound("request.unknown", f"没有第 {number} 号请求。")
    demand(actor, permission, unions.find(session, one.union_code).path)
    state = RequestState(one.state)
    after = TRANSITIONS.get((state, act))
    if after is None:
        raise StateRefused("request.state", f"这件请求{state.label}，不能再办；请刷新页面。")
    one.state = after
    return one


def _demand_none_open(session: Session, county: str, member_id: int, kind: RequestKind) -> None:
    query = select(PersonalRequest.id).where(
        PersonalRequest.county == county,
        PersonalRequest.member_id == member_id,
        PersonalRequest.kind == kind,
        PersonalRequest.state == RequestState.ASKED,
    )
    number = session.scalar(query)
    if number is not None:
        raise StateRefused("request.open", f"同样的请求还没有答复（第 {number} 号），不用再登记。")


def _demand_left(session: Session, county: str, member_id: int) -> None:
    """What membership needs is not given up while it lasts, in whichever union."""
    live = select(Member.id).where(Member.county == county, Member.id == member_id, is_live())
    if session.scalar(live) is not None:
        raise StateRefused(
            "request.live",
            "会籍存续期间，登记的信息是办理会籍所必需的，不能删除；可以更正或者限制处理。",
        )


def _demand_here(session: Session, county: str, member_id: int, union_code: str) -> None:
    """The record is one: who is a member of another union by now asks there, or the unit of a
    former one would decide on a member that is no longer its own.
    """
    elsewhere = select(Membership.id).where(
        Membership.county == county,
        Membership.member_id == member_id,
        Membership.state.in_(LIVE),
        Membership.union_code != union_code,
    )
    if session.scalar(elsewhere) is not None:
        raise StateRefused(
            "request.elsewhere",
            "这位会员现在是别的工会的会员，请本人到现在的工会提出。",
        )


def _record(session: Session, action: str, one: PersonalRequest, actor: Actor) -> None:
    detail = {"request": one.id, "kind": one.kind, "member": one.member_id}
    record(session, action, actor=actor, place=one.union_code, detail=detail)
