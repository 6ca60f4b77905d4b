"""What is asked of transfers, from each side: nobody learns more of a person than they knew.

The losing union sees its own member and who asks. The asking union sees the row it sent, and of the
other side no more than an answer. The federation above both sees both.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from registry.clock import today
from registry.db import one_of
from registry.identity import mask
from registry.identity.mask import Sight
from registry.members.models import Member, Transfer
from registry.members.queries import masked_document
from registry.members.transfers import (
    AT_THE_ROW,
    OPEN,
    TransferAct,
    TransferState,
    may_settle,
    next_state,
)
from registry.submissions.models import SubmissionRow
from registry.vault.vault import Vault, vault

SOON = timedelta(days=3)


class Desk(StrEnum):
    """From where transfers are looked at."""

    LOSING = "LOSING"
    ASKING = "ASKING"
    SETTLING = "SETTLING"

    @property
    def label(self) -> str:
        """The desk's name on the screen."""
        return {"LOSING": "请求转出", "ASKING": "请求转入", "SETTLING": "待裁定"}[self]


class TransferLine(NamedTuple):
    """A transfer in a list, masked. `from_union` is "" for who may not know it; `note` too.

    `is_overdue`: the time to answer is over. `may_be_settled`: it is for this federation now.
    """

    id: int
    name: str
    document: str
    from_union: str
    to_union: str
    member_id: int | None
    submission_id: int | None
    row: int | None
    state: TransferState
    asked_at: datetime
    due_on: date
    is_overdue: bool
    may_be_settled: bool
    reason: str | None
    note: str
    settled_note: str
    answered_at: datetime | None
    ended_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it waits for somebody."""
        return self.state in OPEN


class Answers(NamedTuple):
    """Transfers that wait for a union's word: requests to be answered, of these the late and those
    that will be soon; and its own requests that were objected to.
    """

    asked: int
    late: int
    soon: int
    objected: int


def transfers(
    session: Session,
    county: str,
    path: str,
    desk: Desk,
    sight: Sight,
    *,
    is_open: bool = True,
    state: TransferState | None = None,
    after: int = 0,
    limit: int = 50,
) -> list[TransferLine]:
    """Return transfers seen from a place, the oldest first (those that ended: the last first).

    `state` asks for those of the open ones that stand there; `after` is the number of the transfer
    that the page before ended with.
    """
    order = Transfer.id if is_open else Transfer.id.desc()
    behind = Transfer.id > after if is_open else Transfer.id < after
    waits = _waits(is_open) if state is None else Transfer.state == state
    query = (
        select(
            Transfer,
            Member.full_name,
            # The member's own: corrected since, perhaps, and sealed under that.
            Member.person_key,
            Member.document_kind,
            Member.document_sealed,
            Member.restricted_at,
            SubmissionRow.full_name.label("told_name"),
        )
        .join(Member, (Member.county == county) & (Member.id == Transfer.member_id))
        .join(
            SubmissionRow,
            (SubmissionRow.county == county)
            & (SubmissionRow.submission_id == Transfer.submission_id)
            & (SubmissionRow.row == Transfer.row),
        )
        .where(*_seen(county, path, desk), waits, *([behind] if after else []))
        .order_by(order)
        .limit(limit)
    )
    keeper = vault()
    return [_line(keeper, found, desk, sight, path) for found in session.execute(query)]


def numbers(
    session: Session,
    county: str,
    path: str,
    desk: Desk,
    act: TransferAct,
    only: TransferState | None = None,
) -> list[int]:
    """Return the numbers of all transfers at a desk that an act fits, the oldest first; `only`
    those that stand there.
    """
    states = [state for state in OPEN if next_state(state, act) and only in (None, state)]
    query = select(Transfer.id).where(*_seen(county, path, desk), Transfer.state.in_(states))
    return list(session.scalars(query.order_by(Transfer.id)))


def counts(session: Session, county: str, path: str) -> dict[Desk, int]:
    """Return how many transfers wait at each desk of a place."""
    return {desk: _count(session, *_seen(county, path, desk), _waits(True)) for desk in Desk}


def answers(session: Session, county: str, path: str) -> Answers:
    """Return what waits for a union's word, seen from a place."""
    asked = (*_seen(county, path, Desk.LOSING), Transfer.state == TransferState.ASKED)
    soon = today() + SOON
    objected = (*_seen(county, path, Desk.ASKING), Transfer.state == TransferState.OBJECTED)
    return Answers(
        _count(session, *asked),
        _count(session, *asked, Transfer.due_on < today()),
        _count(session, *asked, Transfer.due_on >= today(), Transfer.due_on <= soon),
        _count(session, *objected),
    )


def count_in(session: Session, county: str, path: str, desk: Desk, state: TransferState) -> int:
    """Return how many transfers stand at a desk in a state."""
    return _count(session, *_seen(county, path, desk), Transfer.state == state)


def told_by_row(
    session: Session, county: str, submission_id: int, rows: Collection[int]
) -> dict[int, str]:
    """Return in words, by row, where the wish of each of these rows stands; rows that never asked
    for a transfer are left out.
    """
    if not rows:
        return {}
    query = (
        select(Transfer.row, Transfer.state, Transfer.due_on)
        .where(
            Transfer.county == county,
            Transfer.submission_id == submission_id,
            one_of(Transfer.row, rows),
        )
        .order_by(Transfer.id)
    )
    last = {row: (TransferState(state), due) for row, state, due in session.execute(query)}
    return {
        row: AT_THE_ROW[state].format(due=due.isoformat())
        for row, (state, due) in last.items()
        if state in AT_THE_ROW
    }


def _count(session: Session, *which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Transfer).where(*which)) or 0


def _seen(county: str, path: str, desk: Desk) -> tuple[ColumnElement[bool], ...]:
    seen: ColumnElement[bool]
    if desk is Desk.LOSING:
        seen = Transfer.from_path.startswith(path, autoescape=True)
    elif desk is Desk.ASKING:
        seen = Transfer.to_path.startswith(path, autoescape=True)
    else:
        overdue = (Transfer.state == TransferState.ASKED) & (Transfer.due_on < today())
        ended = (TransferState.GRANTED, TransferState.REFUSED)
        settled = Transfer.state.in_([TransferState.APPEALED, *ended])
        seen = (Transfer.arbiter == path) & or_(settled, overdue)
    return Transfer.county == county, seen


def _waits(is_open: bool) -> ColumnElement[bool]:
    return Transfer.state.in_(OPEN) if is_open else Transfer.state.not_in(OPEN)


def _line(keeper: Vault, found: Any, desk: Desk, sight: Sight, path: str) -> TransferLine:
    one: Transfer = found.Transfer
    state = TransferState(one.state)
    is_overdue = state is TransferState.ASKED and one.due_on < today()
    asking = desk is Desk.ASKING
    knows_both = desk is Desk.SETTLING or (
        one.from_path.startswith(path) and one.to_path.startswith(path)
    )
    told = found.told_name if asking else found.full_name
    seen = sight.of(found.restricted_at)
    return TransferLine(
        id=one.id,
        name=mask.name(told or "", seen),
        document=masked_document(keeper, found.document_sealed, found.person_key, seen),
        from_union=one.from_union if not asking or knows_both else "",
        to_union=one.to_union,
        member_id=one.member_id if desk is Desk.LOSING else None,
        submission_id=one.submission_id if asking or knows_both else None,
        row=one.row if asking or knows_both else None,
        state=state,
        asked_at=one.asked_at,
        due_on=one.due_on,
        is_overdue=is_overdue,
        may_be_settled=desk is Desk.SETTLING and may_settle(state, is_overdue=is_overdue),
        reason=one.reason,
        note=(one.note or "") if not asking else "",
        settled_note=one.settled_note or "",
        answered_at=one.answered_at,
        ended_at=one.ended_at,
    )
