"""Drafts: opened for a file, filled chunk by chunk by the worker, or taken up from other rows.

The functions run inside the caller's transaction.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Update,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from registry.access.actor import Actor
from registry.clock import now, today
from registry.db import allocate, bulk_insert, setting, table_of, update_many
from registry.errors import Busy
from registry.members.match import Match
from registry.roster.columns import COLUMNS
from registry.roster.findings import Finding
from registry.roster.sheet import SheetColumn
from registry.submissions import finding_counts
from registry.submissions.intake import Intake, skipped_rows
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.states import BUNDLE, Kind, RowState, State
from registry.submissions.storing import (
    COLUMN_NAMES,
    LATE_NAMES,
    Ref,
    StoredRows,
    add_late,
    open_row,
    seal_row,
)
from registry.submissions.weighing import reweigh
from registry.unions.queries import Union
from registry.vault.vault import Vault, of_rows

_AT_ONCE = 500
_COPIED_AT_ONCE = 5_000
_ROW_KEY = ("county", "submission_id", "row")

# Of the plain tables, and put together once: for a small roster the mapper, and building the same
# statements again and again, took longer than the roster.
_table = table_of(Submission)
_rows = table_of(SubmissionRow)
_SAME_FILE = select(_table.c.id).where(
    _table.c.county == bindparam("county"),
    _table.c.union_code == bindparam("union_code"),
    _table.c.kind == bindparam("kind"),
    _table.c.file_sha256 == bindparam("sha256"),
    _table.c.is_current,
)
_UPLOADS = (
    select(func.count())
    .select_from(_table)
    .where(
        _table.c.created_by == bindparam("account_id"),
        _table.c.created_at >= bindparam("since"),
        _table.c.source != BUNDLE,  # hundreds from one file
    )
)
_OPEN = insert(_table)
_CHANGE = update(_table).where(
    _table.c.county == bindparam("of_county"), _table.c.id == bindparam("of_id")
)
_FINISH = _CHANGE.values(is_read=True, version=_table.c.version + 1)
_RECOUNT = _CHANGE.values(skipped_count=_table.c.total_count - bindparam("kept_count"))
_OF = (
    _rows.c.county == bindparam("of_county"),
    _rows.c.submission_id == bindparam("of_id"),
)
_HAS_ROWS = select(exists().where(*_OF))
_KINDS = (_rows.c.worst, _rows.c.state, _rows.c.match)
_BY_KIND = select(*_KINDS, func.count()).where(*_OF).group_by(*_KINDS)


@dataclass(frozen=True, slots=True)
class NewFile:
    """A workbook to open a draft for; `original` is the name it is kept under."""

    name: str
    sha256: str
    size: int
    original: str


def same_file(session: Session, union: Union, kind: Kind, sha256: str) -> Submission | None:
    """Return the submission that this file of this union and kind already is, if there is one."""
    asked = {"county": union.county, "union_code": union.code, "kind": kind, "sha256": sha256}
    number = session.scalar(_SAME_FILE, asked)
    return session.get(Submission, (union.county, number)) if number is not None else None


def check_quota(session: Session, actor: Actor) -> None:
    """Refuse more uploads than an account may make in a day, so that nobody fills the disk."""
    since = now().replace(hour=0, minute=0, second=0, microsecond=0)
    count = session.scalar(_UPLOADS, {"account_id": actor.account_id, "since": since})
    if (count or 0) >= setting("UPLOADS_PER_DAY"):
        raise over_quota()


def over_quota() -> Busy:
    """Return the refusal of more files than an account may upload in a day."""
    most = f"{setting('UPLOADS_PER_DAY'):,}"
    return Busy(
        "upload.quota", f"今天上传的文件已达上限（{most} 个），请明天再传，或联系上级工会。"
    )


def open_draft(
    session: Session,
    union: Union,
    kind: Kind,
    *,
    account_id: int,
    source: str,
    file: NewFile | None = None,
    file_name: str = "",
    parent: Submission | None = None,
) -> int:
    """Write an empty draft and return its number."""
    submission_id = allocate(session, "submission")
    columns = parent.columns if parent else "[]"
    draft = {
        "county": union.county,
        "id": submission_id,
        "union_code": union.code,
        "path": union.path,
        "kind": kind,
        "state": State.DRAFT,
        "is_current": True,
        "parent_id": parent.id if parent else None,
        "source": source,
        "file_name": file.name if file else file_name,
        "file_sha256": file.sha256 if file else None,
        "file_bytes": file.size if file else None,
        "original": file.original if file else None,
        "columns": columns,
        "answers": parent.answers if parent else "{}",
        "created_by": account_id,
        "created_at": now(),
    }
    session.execute(_OPEN, draft)
    return submission_id


def has_rows(session: Session, ref: Ref) -> bool:
    """Tell whether an earlier reading has stored rows of this draft."""
    return bool(session.scalar(_HAS_ROWS, _key(ref)))


def write_chunk(
    session: Session, chunk: StoredRows, excluded: Collection[int] = (), *, again: bool
) -> int:
    """Store one chunk; returns its rows.

    `again`: in place of what an earlier reading stored for these rows, of which those that were
    `excluded` stay so. Only then, for before it has counted a table PostgreSQL looks through all
    of a draft to delete nothing.
    """
    if again:
        _make_room(session, chunk, excluded)
    columns = [chunk.columns[name] for name in COLUMN_NAMES]
    return bulk_insert(session, table_of(SubmissionRow), COLUMN_NAMES, columns)


def finish_reading(
    session: Session, ref: Ref, intake: Intake, excluded: set[int], *, again: bool
) -> dict[str, int]:
    """Write what the whole file said into its draft; rows excluded before stay excluded.

    `again`: an earlier reading has stored rows. Returns total, ok, warning, error and skipped of
    the file; they reconcile.
    """
    if again:
        _drop_other_rows(session, ref, intake.rows)
    _settle(session, ref, intake.findings)
    head, tail = intake.head, intake.tail
    encode = msgspec.json.encode
    said = {
        "format": head.format,
        "sheet": head.sheet[:255],
        "header_row": head.header_row,
        "columns": encode(head.columns).decode(),
        "file_findings": encode([one._asdict() for one in intake.file_findings]).decode(),
        "skipped": encode([one._asdict() for one in tail.skipped]).decode(),
        "total_count": tail.total,
    }
    _change(session, ref, _FINISH, said)
    finding_counts.keep(session, ref, len(intake.rows), today())
    if excluded:
        session.execute(
            update(SubmissionRow)
            .where(*_rows_of(ref), SubmissionRow.row.in_(excluded))
            .values(state=RowState.EXCLUDED)
        )
    counts = recount(session, ref)
    return {"total": tail.total, **counts, "skipped": skipped_rows(tail)}


def drop_rows(session: Session, ref: Ref) -> None:
    """Delete what a reading stored of a file that cannot be taken."""
    session.execute(
        delete(SubmissionRow).where(*_rows_of(ref)),
        execution_options={"synchronize_session": False},
    )


def _make_room(session: Session, chunk: StoredRows, excluded: Collection[int]) -> None:
    numbers = chunk.columns["row"]
    if excluded:
        chunk.columns["state"] = [
            RowState.EXCLUDED if row in excluded else RowState.DRAFT for row in numbers
        ]
    session.execute(
        delete(SubmissionRow).where(
            SubmissionRow.county == chunk.columns["county"][0],
            SubmissionRow.submission_id == chunk.columns["submission_id"][0],
            SubmissionRow.row.between(numbers[0], numbers[-1]),
        )
    )


def _drop_other_rows(session: Session, ref: Ref, rows: Sequence[int]) -> None:
    """Delete rows that an earlier reading stored and this one does not have."""
    whose = _rows_of(ref)
    count = session.scalar(select(func.count()).select_from(SubmissionRow).where(*whose))
    if count == len(rows):
        return
    now_there = set(rows)
    stored = session.scalars(select(SubmissionRow.row).where(*whose))
    gone = [row for row in stored if row not in now_there]
    for start in range(0, len(gone), _AT_ONCE):
        some = gone[start : start + _AT_ONCE]
        session.execute(delete(SubmissionRow).where(*whose, SubmissionRow.row.in_(some)))


def _settle(session: Session, ref: Ref, findings: Sequence[Finding]) -> None:
    """Add what only the whole roster shows to the rows that are stored."""
    by_row: dict[int, list[Finding]] = {}
    for finding in findings:
        by_row.setdefault(finding.row, []).append(finding)
    names = (*_ROW_KEY, *LATE_NAMES)
    columns = [getattr(SubmissionRow, name) for name in names]
    numbers = sorted(by_row)
    for start in range(0, len(numbers), _AT_ONCE):
        some = numbers[start : start + _AT_ONCE]
        query = select(*columns).where(*_rows_of(ref), SubmissionRow.row.in_(some))
        lines = [dict(found) for found in session.execute(query).mappings()]
        for line in lines:
            add_late(line, by_row[line["row"]])
        update_many(session, SubmissionRow, _ROW_KEY, lines)


def _rows_of(ref: Ref) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (
        SubmissionRow.county == ref.county,
        SubmissionRow.submission_id == ref.submission_id,
    )


def _key(ref: Ref) -> dict[str, Any]:
    return {"of_county": ref.county, "of_id": ref.submission_id}


def _change(session: Session, ref: Ref, how: Update, values: Mapping[str, Any]) -> None:
    """Change a draft's own line; what the mapper has loaded of it is read again when needed."""
    session.flush()
    session.execute(how, {**_key(ref), **values})
    key = identity_key(Submission, (ref.county, ref.submission_id))
    loaded = session.identity_map.get(key)
    if loaded is not None:
        session.expire(loaded)


def recount(session: Session, ref: Ref) -> dict[str, int]:
    """Count a draft's rows under their worst finding again; excluded rows count as skipped.

    With the rows changes what the roster means for the union (`weighing`). Returns ok, warning and
    error of all rows, also the excluded ones.
    """
    session.flush()
    found = session.execute(_BY_KIND, _key(ref))
    counts = {"ok": 0, "warning": 0, "error": 0}
    everything = dict(counts)
    matches: Counter[Match] = Counter()
    for worst, state, match, count in found:
        everything[worst] += count
        if state != RowState.EXCLUDED:
            counts[worst] += count
            if match is not None and worst != "error" and state != RowState.HELD:
                matches[Match(match)] += count
    stored = {f"{worst}_count": count for worst, count in counts.items()}
    _change(session, ref, _RECOUNT, {**stored, "kept_count": sum(counts.values())})
    reweigh(session, ref, matches)
    return everything


def take_up(
    session: Session,
    vault: Vault,
    parent: Submission,
    union: Union,
    which: ColumnElement[bool],
    account_id: int,
) -> int | None:
    """Open a draft that holds just `which` rows of a submission again; None when there are none.

    Held, sent back: nothing already right is asked for twice. The rows keep their Excel numbers;
    the draft belongs to `account_id`.
    """
    chosen = (
        SubmissionRow.county == parent.county,
        SubmissionRow.submission_id == parent.id,
        which,
    )
    count = session.scalar(select(func.count()).select_from(SubmissionRow).where(*chosen))
    if not count:
        return None
    # An increment whatever the parent is: it must neither supersede nor miss anybody.
    draft_id = open_draft(
        session,
        union,
        Kind.INCREMENT,
        account_id=account_id,
        source="FOLLOW_UP",
        file_name=parent.file_name,
        parent=parent,
    )
    draft = Ref(parent.county, draft_id, parent.union_code)
    _copy_rows(session, vault, draft, chosen)
    session.execute(
        update(SubmissionRow).where(*chosen).values(follow_up_id=draft_id),
        execution_options={"synchronize_session": False},
    )
    session.execute(
        update(Submission)
        .where(Submission.county == parent.county, Submission.id == draft_id)
        .values(is_read=True, total_count=count, format=parent.format, sheet=parent.sheet)
    )
    recount(session, draft)
    return draft_id


def _copy_rows(
    session: Session, vault: Vault, draft: Ref, chosen: Sequence[ColumnElement[bool]]
) -> None:
    """Copy rows into a draft that takes them up, sealed for that place, some thousand at a time."""
    table, after = table_of(SubmissionRow), 0
    query = select(*(table.c[name] for name in COLUMN_NAMES)).where(*chosen).order_by(table.c.row)
    # On the connection: the session's own rows cost as much again as to find them.
    connection = session.connection()
    while rows := connection.execute(query.where(table.c.row > after).limit(_COPIED_AT_ONCE)).all():
        columns: dict[str, Sequence[Any]] = dict(
            zip(COLUMN_NAMES, zip(*rows, strict=True), strict=True)
        )
        numbers = columns["row"]
        drafts = [draft.submission_id] * len(rows)
        former = of_rows(draft.county, columns["submission_id"], numbers)
        plains = list(map(vault.open, columns["sealed"], former))
        columns["sealed"] = vault.seal_column(plains, of_rows(draft.county, drafts, numbers))
        columns["submission_id"], columns["state"] = drafts, [RowState.DRAFT.value] * len(rows)
        bulk_insert(session, table, COLUMN_NAMES, [columns[name] for name in COLUMN_NAMES])
        after = numbers[-1]


def copied(vault: Vault, row: SubmissionRow, draft: Ref) -> dict[str, Any]:
    """Return a row as it stands in a draft that takes it up, sealed for that place."""
    source = Ref(row.county, row.submission_id, draft.union_code)
    content = open_row(vault, source, row.row, row.sealed)
    values = {name: getattr(row, name) for name in COLUMN_NAMES}
    return values | {
        "submission_id": draft.submission_id,
        "sealed": seal_row(vault, draft, row.row, content),
        "state": RowState.DRAFT,
    }


def by_hand_columns() -> list[SheetColumn]:
    """Return the columns of a row entered by hand: all that are not ignored, without letters."""
    return [
        SheetColumn("", column.label, column.field)
        for column in COLUMNS
        if column.requirement != "ignored"
    ]
