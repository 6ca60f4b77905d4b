"""What follows members into another union: open transfers, doubts, questions, mutual aid's counts.

The functions run inside the transaction of the act, after the members have gone over.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.db import one_of, table_of, update_many
from registry.members.going_over import GoneOver
from registry.members.models import Transfer
from registry.members.transfers import OPEN, TransferState
from registry.questions.models import Question
from registry.questions.states import QuestionState
from registry.reorganising.moving import above, rule_cases_at, settle_transfers_at
from registry.review.identities.states import CaseState
from registry.review.models import IdentityCase
from registry.review.rematching import match_again
from registry.submissions.handing_over import open_of
from registry.submissions.states import State
from registry.unions.queries import Union


def carry_transfers_out(
    session: Session, gone: Sequence[GoneOver], into: Union, actor: Actor, at: datetime
) -> int:
    """Let who asks for members that went over ask the union where they are now; returns how many
    ask. Who is now where they were asked to waits for nothing more.
    """
    begun = {one.ended: one.begun for one in gone}
    query = select(Transfer.id, Transfer.membership_id, Transfer.to_union).where(
        Transfer.county == into.county,
        one_of(Transfer.membership_id, begun),
        Transfer.state.in_(OPEN),
    )
    found = session.execute(query).all()
    moved = [
        {
            "county": into.county,
            "id": one.id,
            "membership_id": begun[one.membership_id],
            "from_union": into.code,
            "from_path": into.path,
        }
        for one in found
    ]
    update_many(session, Transfer, ("county", "id"), moved)
    _lapse(session, into, actor, at)
    settle_transfers_at(session, into.county, into.code, above(into.path))
    return sum(one.to_union != into.code for one in found)


def carry_transfers_in(session: Session, code: str, into: Union, actor: Actor, at: datetime) -> int:
    """Let a union ask on for whom the other one's rosters asked; returns for how many."""
    query = select(Transfer.id, Transfer.from_union).where(
        Transfer.county == into.county, Transfer.to_union == code, Transfer.state.in_(OPEN)
    )
    found = session.execute(query).all()
    moved = [
        {"county": into.county, "id": one.id, "to_union": into.code, "to_path": into.path}
        for one in found
    ]
    update_many(session, Transfer, ("county", "id"), moved)
    _lapse(session, into, actor, at)
    settle_transfers_at(session, into.county, into.code, above(into.path))
    return sum(one.from_union != into.code for one in found)


def carry_cases(session: Session, code: str, into: Union, former: str) -> None:
    """Take doubts about a union's members along, to the nearest federation above all of them."""
    _rename(session, table_of(IdentityCase), code, into, IdentityCase.state == CaseState.WAITING)
    if above(former) != above(into.path):
        rule_cases_at(session, into.county, into.code, above(former), above(into.path))


def carry_cases_of(session: Session, gone: Sequence[GoneOver], into: Union, former: str) -> None:
    """Take doubts about members who went over along, as `carry_cases` does."""
    session.execute(
        update(IdentityCase)
        .where(
            IdentityCase.county == into.county,
            IdentityCase.state == CaseState.WAITING,
            one_of(IdentityCase.member_id, [one.member_id for one in gone]),
        )
        .values(union_code=into.code),
        execution_options={"synchronize_session": False},
    )
    if above(former) != above(into.path):
        rule_cases_at(session, into.county, into.code, above(former), above(into.path))


def carry_questions(session: Session, code: str, into: Union) -> None:
    """Let what a union asked and has not settled be the other's question."""
    table = table_of(Question)
    open_ones = Question.state != QuestionState.CLOSED
    _rename(session, table, code, into, open_ones, path=into.path)


def compare_anew(session: Session, *unions: Union) -> None:
    """Say of every row that waits what it does to the register as it is now."""
    for union in unions:
        for roster in open_of(session, union.county, union.code):
            if roster.state != State.DRAFT:
                match_again(session, roster, None)


def _rename(
    session: Session, table: Table, code: str, into: Union, which: object, **values: str
) -> None:
    session.execute(
        update(table)
        .where(table.c.county == into.county, table.c.union_code == code, which)  # type: ignore[arg-type]
        .values(union_code=into.code, **values)
    )


def _lapse(session: Session, union: Union, actor: Actor, at: datetime) -> None:
    """End what a union asks of itself: who was asked for is its member by now."""
    ended: Mapping[str, object] = {
        "state": TransferState.LAPSED,
        "ended_by": actor.account_id,
        "ended_at": at,
    }
    session.execute(
        update(Transfer)
        .where(
            Transfer.county == union.county,
            Transfer.from_union == union.code,
            Transfer.to_union == union.code,
            Transfer.state.in_(OPEN),
        )
        .values(ended),
        execution_options={"synchronize_session": False},
    )
