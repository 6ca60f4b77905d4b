"""The review queue of a made register with its rows, and the heads of what was dealt with."""

from datetime import timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    case,
    func,
    literal,
    null,
    select,
    update,
)
from sqlalchemy.orm import Session

from bench.series import (
    CLOSED_ROWS,
    COUNTY,
    DAY,
    DAYS,
    DOCUMENT_BYTES,
    ENTRY,
    MOBILE_BYTES,
    ROW_BYTES,
    SHARE,
    WAITING,
    WAITING_MEMBERS,
    WAITING_ROWS,
    insert_from,
    name,
    noise,
    particulars,
    series,
    set_sequences,
    told,
)
from registry.clock import today
from registry.db import IdSequence, table_of
from registry.identity.forms import RESIDENT
from registry.members import tallies
from registry.members.match import Match
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.states import Kind, RowState, State


def queue(connection: Connection) -> None:
    """The review queue with its rows, and the heads of what was dealt with."""
    members = connection.scalar(select(func.count()).select_from(ENTRY)) or 0
    unions = connection.scalar(select(func.count()).select_from(SHARE)) or 1
    closed = max(members // CLOSED_ROWS, 1)
    # Each union has one at least; beyond a million members it grows no more.
    waiting = max(unions, min(WAITING, members // WAITING_MEMBERS))
    first = connection.scalar(select(IdSequence.next).where(IdSequence.name == "submission")) or 1
    set_sequences(connection, ["submission"], first + closed + waiting)
    _rosters(connection, first, closed, State.CLOSED, CLOSED_ROWS)
    _rosters(connection, first + closed, waiting, State.SUBMITTED, WAITING_ROWS)
    _waiting_rows(connection, first + closed, waiting)
    waits = (Submission.id >= first + closed, Submission.id < first + closed + waiting)
    query = select(Submission.union_code, func.count(), func.sum(Submission.pending_count))
    sent = connection.execute(query.where(*waits).group_by(Submission.union_code)).all()
    session, yesterday = Session(connection), today() - timedelta(days=1)
    for code, count, rows in sent:
        tallies.add(session, COUNTY, code, yesterday, submitted=count, rows=rows, pending=rows)
    connection.execute(
        update(Submission).where(*waits, Submission.id % 5 == 0).values(state=State.IN_REVIEW)
    )


def _rosters(connection: Connection, first: int, count: int, state: State, rows: int) -> None:
    unions = connection.scalar(select(func.count()).select_from(SHARE)) or 1
    numbers = series(literal(first, BigInteger), literal(first + count - 1, BigInteger))
    n, at = numbers.c.n, DAY.c.at
    is_closed = state is State.CLOSED
    columns: dict[str, Any] = {
        "county": literal(COUNTY),
        "id": n,
        "union_code": SHARE.c.code,
        "path": SHARE.c.path,
        "kind": literal(Kind.INCREMENT.value),
        "state": literal(state.value),
        "is_current": literal(True),
        "source": literal("FILE"),
        "file_name": told("会员花名册", n).concat(".xlsx"),
        "file_sha256": told("", n),
        "columns": literal("[]"),
        "file_findings": literal("[]"),
        "skipped": literal("[]"),
        "answers": literal("{}"),
        "is_read": literal(True),
        "total_count": literal(rows),
        "ok_count": literal(rows),
        **dict.fromkeys(("warning_count", "error_count", "skipped_count"), literal(0)),
        "missing_count": literal(0),
        "pending_count": literal(0 if is_closed else rows),
        "was_sent_back": literal(False),
        "version": literal(1),
        "created_by": SHARE.c.account,
        "created_at": at,
        "submitted_by": SHARE.c.account,
        "submitted_at": at,
        "closed_at": at if is_closed else null(),
    }
    # A day may have many rosters: what lists them goes on by day and number.
    joined = numbers.outerjoin(SHARE, SHARE.c.position == n % unions).outerjoin(
        DAY, DAY.c.k == (n - first) * DAYS // count
    )
    insert_from(connection, table_of(Submission), columns, joined)


def _waiting_rows(connection: Connection, first: int, count: int) -> None:
    numbers = series(literal(0, BigInteger), literal(count * WAITING_ROWS - 1, BigInteger))
    n = numbers.c.n
    columns = {
        "county": literal(COUNTY),
        "submission_id": first + n // WAITING_ROWS,
        "row": 2 + n % WAITING_ROWS,
        "state": literal(RowState.PENDING.value),
        "worst": case((n % 13 == 0, "warning"), else_="ok"),
        "match": case(
            (n % 10 == 0, Match.UNCHANGED.value),
            (n % 19 == 0, Match.CHANGED.value),
            (n % 47 == 0, Match.TRANSFER.value),
            else_=Match.NEW.value,
        ),
        "change": literal("1"),
        "changed_on": literal("2017-05-04"),
        "person_key": noise(32),
        "full_name": name(n),
        "document_kind": literal(RESIDENT),
        "document_sealed": noise(DOCUMENT_BYTES),
        "mobile_sealed": noise(MOBILE_BYTES),
        "mobile_key": noise(32),
        "clean": particulars(n),
        "filled": 12 + n % 5,
        "sealed": noise(ROW_BYTES),
        "version": literal(1),
    }
    insert_from(connection, table_of(SubmissionRow), columns, numbers)
