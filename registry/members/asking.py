"""Transfers asked for and given up: set-based, inside the caller's transaction.

The rows come as a select over submitted rows (row, person_key), so that the register knows nothing
of submissions.
"""

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Date,
    Subquery,
    case,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session

from registry.clock import local_day
from registry.db import Instant, allocate, insert_select, setting
from registry.members.models import LIVE, Membership, Person, Transfer
from registry.members.place import Place
from registry.members.transfers import OPEN, TransferState
from registry.unions.models import TradeUnion


def ask(session: Session, place: Place, path: str, rows: Subquery, asked_by: int) -> int:
    """Ask for the persons of the rows, each where it is a live member of the county; returns how
    many were asked for. `path` is that of the asking union.

    A row asks the same union once, whatever came of it. Who is a member in another county is not
    asked for: nothing here may write there.
    """
    highest = session.scalar(select(func.max(rows.c.row)))
    if highest is None:
        return 0
    base = allocate(session, f"transfer:{place.county}", highest + 1)
    is_asked = select(Transfer.id).where(
        Transfer.county == place.county,
        Transfer.submission_id == place.submission_id,
        Transfer.row == rows.c.row,
        Transfer.membership_id == Membership.id,
    )
    columns: dict[str, Any] = {
        "county": literal(place.county),
        "id": base + rows.c.row,
        "person_key": rows.c.person_key,
        "member_id": Membership.member_id,
        "membership_id": Membership.id,
        "from_union": Membership.union_code,
        "from_path": TradeUnion.path,
        "to_union": literal(place.union_code),
        "to_path": literal(path),
        "arbiter": _nearest_above_both(path),
        "submission_id": literal(place.submission_id),
        "row": rows.c.row,
        "state": literal(TransferState.ASKED.value),
        "asked_by": literal(asked_by),
        "asked_at": literal(place.at, Instant()),
        "due_on": literal(local_day(place.at) + timedelta(days=setting("TRANSFER_DAYS")), Date()),
    }
    source = (
        select(*columns.values())
        .join(Person, Person.key == rows.c.person_key)
        .join(
            Membership,
            (Membership.county == place.county) & (Membership.id == Person.live_membership),
        )
        .join(TradeUnion, TradeUnion.code == Membership.union_code)
        .where(
            Person.live_county == place.county,
            Membership.union_code != place.union_code,
            Membership.state.in_(LIVE),
            ~is_asked.exists(),
        )
    )
    return insert_select(session, Transfer, columns, source)


def give_up(
    session: Session, place: Place, state: TransferState, *which: ColumnElement[bool]
) -> int:
    """End the open transfers of a submission that fit `which`; returns how many there were."""
    ended = session.execute(
        update(Transfer)
        .where(
            Transfer.county == place.county,
            Transfer.submission_id == place.submission_id,
            Transfer.state.in_(OPEN),
            *which,
        )
        .values(state=state.value, ended_at=place.at),
        execution_options={"synchronize_session": False},
    )
    return cast(CursorResult[Any], ended).rowcount


def is_live_there() -> ColumnElement[bool]:
    """Return the condition that a transfer's person is still the member it asks for."""
    there = select(Membership.id).where(
        Membership.county == Transfer.county,
        Membership.id == Transfer.membership_id,
        Membership.state.in_(LIVE),
    )
    return there.exists()


def _nearest_above_both(path: str) -> ColumnElement[str]:
    """Return the path of the nearest federation above a union and that of each row."""
    parts = path.strip("/").split("/")[:-1]
    above = [f"/{'/'.join(parts[:depth])}/" for depth in range(len(parts), 0, -1)]
    *nearer, farthest = above
    cases = [(TradeUnion.path.startswith(one, autoescape=True), literal(one)) for one in nearer]
    return case(*cases, else_=literal(farthest)) if cases else literal(farthest)
