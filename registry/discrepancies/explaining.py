"""Explanations asked for, given, accepted and asked for again. One transaction each, on the trail,
and only about what does not agree at that moment.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import now, today
from registry.db import allocate, bulk_insert, setting, table_of, transaction
from registry.discrepancies.flags import Flag
from registry.discrepancies.marks import Mark, marked
from registry.discrepancies.models import Explanation
from registry.discrepancies.states import TRANSITIONS, ExplanationAct, ExplanationState, Stage
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.questions.wording import checked
from registry.trail.operations import hold, record
from registry.unions import queries as unions

LENGTH = 500
_COLUMNS = (
    "county",
    "id",
    "union_code",
    "flag",
    "expected",
    "found",
    "state",
    "is_from_city",
    "note",
    "asked_by",
    "asked_at",
    "due_on",
)


class Asked(NamedTuple):
    """How many unions were asked, and for how many explanations."""

    unions: int
    explanations: int


def ask(
    place_code: str,
    codes: Collection[str],
    note: str = "",
    *,
    flags: Collection[Flag] = tuple(Flag),
    actor: Actor,
) -> Asked:
    """Ask unions of a place why their numbers do not agree, for each of these flags that they have
    and that nobody asked about; what was asked about already is left out.

    Raises `InputRefused` (text.*, explanation.nobody), `NotFound` for unions that are none of the
    place or not formed, `StateRefused` when there is nothing to ask.
    """
    note = checked(note, "附言", LENGTH, needed=False)
    wanted = set(codes)
    if not wanted:
        raise InputRefused("explanation.nobody", "请先勾选要请说明的工会。")
    with transaction() as session:
        place = unions.find(session, place_code)
        demand(actor, Permission.ASK_EXPLANATIONS, place.path)
        hold(session, place.county)
        known = {one.line.code: one.marks for one in marked(session, place, today())}
        if not wanted <= known.keys():
            raise NotFound(
                "explanation.union",
                "所选的工会有不在您的管理范围内的，或者还没有建会、已经撤销。请刷新页面重新选择。",
            )
        flagged = [
            (code, mark) for code in sorted(wanted) for mark in known[code] if mark.flag in flags
        ]
        if not flagged:
            raise StateRefused(
                "explanation.not_flagged", "所选的工会现在都对得上，不用说明；请刷新页面。"
            )
        open_ones = [(code, mark) for code, mark in flagged if mark.stage is Stage.NONE]
        if not open_ones:
            raise StateRefused("explanation.asked", "所选的工会都已经请过说明；请刷新页面。")
        first = _add(session, open_ones, note, actor)
        asked = Asked(len({code for code, _ in open_ones}), len(open_ones))
        record(
            session,
            "explanation.ask",
            actor=actor,
            place=place_code,
            detail={"explanation": first, "count": asked.explanations, "unions": asked.unions},
        )
        return asked


def answer(number: int, text: str, *, actor: Actor) -> None:
    """Give the explanation that was asked for; it stands for the numbers as they are now.

    Raises `InputRefused` (text.*), `NotFound` outside the actor's place, `Forbidden` without the
    permission, `StateRefused` when it is answered already or the numbers agree by now.
    """
    text = checked(text, "说明", LENGTH)
    with transaction() as session:
        one, mark = _taken(session, number, actor, Permission.EXPLAIN, ExplanationAct.ANSWER)
        one.expected, one.found = mark.sides
        one.answer, one.answered_by, one.answered_at = text, actor.account_id, now()
        _record(session, "explanation.answer", one, actor)


def accept(number: int, *, actor: Actor) -> None:
    """Accept an answer. Raises as `answer`, and `Forbidden` for one's own or one that the city
    asked for, `StateRefused` when the numbers lie farther apart than it explains.
    """
    with transaction() as session:
        one, _ = _decided(session, number, actor, ExplanationAct.ACCEPT)
        _record(session, "explanation.accept", one, actor)


def ask_again(number: int, note: str, *, actor: Actor) -> int:
    """Say why an answer is not enough and ask anew; returns the new number. Raises as `accept`."""
    note = checked(note, "还要说明什么", LENGTH)
    with transaction() as session:
        one, mark = _decided(session, number, actor, ExplanationAct.RETURN)
        session.flush()
        again = _add(session, [(one.union_code, mark)], note, actor)
        _record(session, "explanation.return", one, actor, again=again)
        return again


def _decided(
    session: Session, number: int, actor: Actor, act: ExplanationAct
) -> tuple[Explanation, Mark]:
    one, mark = _taken(session, number, actor, Permission.ASK_EXPLANATIONS, act)
    if one.answered_by == actor.account_id:
        raise Forbidden("explanation.own", "这是您自己写的说明，请由别人认可。")
    if one.is_from_city and not _is_city(actor):
        raise Forbidden("explanation.city", "这份说明是市总工会请的，由市总工会认可。")
    if mark.explanation is None or mark.explanation.id != one.id:
        raise StateRefused(
            "explanation.outgrown",
            "答复以后相差变大了，这份说明已经不够；请在对账页面按新的数字重新请工会说明。",
        )
    one.decided_by, one.decided_at = actor.account_id, now()
    return one, mark


def _taken(
    session: Session, number: int, actor: Actor, permission: Permission, act: ExplanationAct
) -> tuple[Explanation, Mark]:
    """Lock the county and return the explanation, moved by the act, with the flag as it is now."""
    hold(session, actor.county)
    query = select(Explanation).where(Explanation.county == actor.county, Explanation.id == number)
    one = session.scalars(query.with_for_update()).one_or_none()
    if one is None:
        raise NotFound("explanation.unknown", f"没有第 {number} 号说明。")
    union = unions.find(session, one.union_code)
    demand(actor, permission, union.path)
    mark = next(
        (
            mark
            for line in marked(session, union, today())
            for mark in line.marks
            if mark.flag == one.flag
        ),
        None,
    )
    state = ExplanationState(one.state)
    after = TRANSITIONS.get((state, act))
    if after is None:
        raise StateRefused(
            "explanation.state", f"这份说明{state.label}，不能再这样办；请刷新页面。"
        )
    if mark is None:
        raise StateRefused("explanation.gone", "这两个数现在已经对得上，不用再说明。")
    one.state = after
    return one, mark


def _add(session: Session, about: Sequence[tuple[str, Mark]], note: str, actor: Actor) -> int:
    """Write what is asked for, column-wise; returns the first of the numbers in a row."""
    count = len(about)
    first = allocate(session, f"explanation:{actor.county}", count)
    columns: list[list[Any]] = [
        [actor.county] * count,
        list(range(first, first + count)),
        [code for code, _ in about],
        [mark.flag.value for _, mark in about],
        [mark.sides.expected for _, mark in about],
        [mark.sides.found for _, mark in about],
        [ExplanationState.ASKED.value] * count,
        [_is_city(actor)] * count,
        [note or None] * count,
        [actor.account_id] * count,
        [now()] * count,
        [today() + timedelta(days=setting("DISCREPANCY_ANSWER_DAYS"))] * count,
    ]
    bulk_insert(session, table_of(Explanation), _COLUMNS, columns)
    return first


def _is_city(actor: Actor) -> bool:
    return actor.place == actor.county


def _record(session: Session, action: str, one: Explanation, actor: Actor, **detail: int) -> None:
    said = {"explanation": one.id, "flag": one.flag, **detail}
    record(session, action, actor=actor, place=one.union_code, detail=said)
