"""A marked workbook comes back: its draft is gone on with, no second one stands beside it.

A whole workbook is read as any other and takes its draft's place; one with some rows only
(原行号) is laid into its draft. The functions run inside the caller's transaction.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.errors import RosterRefused
from registry.roster.layout import Layout
from registry.roster.sandbox import Limits, open_sheet
from registry.roster.sheet import Cell
from registry.submissions import originals, queries
from registry.submissions.carrying import Carried, rows_of
from registry.submissions.checking import DUPLICATE
from registry.submissions.corrections import lay_over
from registry.submissions.formers import FAULT, given_cells, same
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.queries import SubmissionView
from registry.submissions.recognition import Recognised
from registry.submissions.regrouping import redo_duplicates, ref_of
from registry.submissions.states import Act, RowState, State, next_state
from registry.submissions.storing import Ref, decode_findings, open_row
from registry.trail.operations import record
from registry.vault.vault import Vault

_AT_ONCE = 5_000
_NAMED = 10
# Earlier uploads of one workbook that are read again.
_LOOKED_BACK = 3

Rows = dict[int, dict[str, Cell]]


class PartReturned(Exception):
    """An upload turns out to hold some rows of a draft, to be laid into it."""

    def __init__(self, found: Recognised) -> None:
        super().__init__()
        self.found = found


class Outdated(Exception):
    """The draft has changed since it was looked at: the work begins anew."""


class Outcome(NamedTuple):
    """What a workbook that came back has done for its draft.

    `worse` are rows that were good and are not now, `lost` and `again` rows that another copy of
    the workbook had added or taken out.
    """

    draft_id: int
    fixed: int
    left: int
    worse: Sequence[int] = ()
    lost: Sequence[int] = ()
    again: Sequence[int] = ()

    @property
    def words(self) -> str:
        """The sentences that the clerk reads."""
        left = f"还有 {self.left:,} 行需要改正。" if self.left else "没有需要改正的行了。"
        words = f"认出这是第 {self.draft_id} 号草稿的标注表：改好 {self.fixed:,} 行，{left}"
        if self.worse:
            words += f"其中第 {_named(self.worse)} 行原来没有错，按这份表格填的又要改正，请核对。"
        if self.lost:
            words += (
                f"另一份标注表添加的 {len(self.lost):,} 行不在这份表格里，没有带过来"
                f"（第 {self.draft_id} 号草稿的第 {_named(self.lost)} 行）。"
            )
        if self.again:
            words += (
                f"另一份标注表删去的 {len(self.again):,} 行还在这份表格里，现在又有了"
                f"（第 {_named(self.again)} 行），不报的请排除。"
            )
        return words


def why_anew(session: Session, found: Recognised) -> str:
    """Return what to say where a marked workbook's draft is no draft any more."""
    draft = found.draft
    if draft.state is State.WITHDRAWN:
        gone = f"这是第 {draft.id} 号草稿的标注表，但那份草稿已经放弃或撤回"
        return f"{gone}，所以按新文件读取。"
    words = (
        f"这是第 {draft.id} 号名册的标注表，但那份名册在这之前已经提交（{draft.state.label}），"
        "所以按新文件读取：这里的人如果已经报过，不用再报。"
    )
    waiting = [one.id for one in queries.follow_ups(session, draft) if one.state is State.DRAFT]
    if waiting:
        words += f"留待改正的行在第 {waiting[-1]} 号草稿里，请到那里改正。"
    return words


def take_place(session: Session, ref: Ref, carried: Carried) -> Outcome:
    """Put a whole workbook that came back, now stored, in the place of its draft.

    Raises `Outdated` when somebody has changed the draft since its edits were taken over.
    """
    old = _hold(session, carried.draft)
    new = session.get_one(Submission, (ref.county, ref.submission_id), populate_existing=True)
    after = next_state(State(old.state), Act.WITHDRAW)
    if after is None:
        raise Outdated
    old.state, old.is_current = after, False
    old.version += 1
    new.parent_id, new.kind, new.answers = old.id, old.kind, old.answers
    session.flush()
    record(
        session,
        "draft.return",
        actor=None,
        actor_name="worker",
        county=ref.county,
        place=ref.union_code,
        detail={"submission": new.id, "instead_of": old.id},
    )
    faulty = _faulty(session, queries.view_of(new))
    known = {row: one for row, one in carried.taken.items() if row not in carried.excluded}
    fixed = [row for row, one in known.items() if one.faulty and row not in faulty]
    worse = [row for row, one in known.items() if one.now and not one.faulty and row in faulty]
    return Outcome(
        old.id, len(fixed), new.error_count, sorted(worse), carried.lost, carried.returned
    )


def settle_excluded(session: Session, ref: Ref) -> None:
    """Free the rows whose duplicates stay out: a roster just read counts them all."""
    query = select(SubmissionRow.person_key).where(
        SubmissionRow.county == ref.county,
        SubmissionRow.submission_id == ref.submission_id,
        SubmissionRow.state == RowState.EXCLUDED,
        SubmissionRow.person_key.is_not(None),
    )
    keys = {key for key in session.scalars(query) if key}
    if keys:
        redo_duplicates(session, queries.find(session, ref.submission_id), keys)


def read_part(content: bytes, limits: Limits, layout: Layout | None = None) -> Rows:
    """Return the rows of a workbook with a column 原行号, by the numbers in it; `layout` is what is
    known of its columns.

    Raises `RosterRefused` (marked.origin) where a number is missing, no number, or there twice.
    """
    rows: Rows = {}
    with open_sheet(content, limits, layout) as sheet:
        for batch in sheet:
            if batch.origins is None:
                raise RosterRefused(
                    "marked.origin",
                    "这份标注表里的“原行号”一列不见了，无法对上原来的行。请重新下载标注好的表格再改。",
                )
            for (row, cells), origin in zip(rows_of(batch), batch.origins, strict=True):
                number = _number(origin)
                if number is None:
                    raise RosterRefused(
                        "marked.origin",
                        f"第 {row} 行没有“原行号”。新增的人请另外上传一份增量花名册；"
                        "删去这一行后重新上传。",
                    )
                if number in rows:
                    raise RosterRefused(
                        "marked.origin",
                        f"原行号 {number} 出现了两次（后一次在第 {row} 行），不知道以哪一行为准。"
                        "请只留一行后重新上传。",
                    )
                rows[number] = cells
    return rows


def put_back(
    session: Session,
    vault: Vault,
    upload: Ref,
    found: Recognised,
    rows: Rows,
    before: Sequence[Rows],
) -> Outcome:
    """Lay the rows of a workbook into its draft; the upload ends with that.

    `before` are the rows as earlier uploads of the same workbook, or of a copy of it, brought
    them. A cell that says what it was given out with is not changed; it wins only where what came
    instead is refused. Raises `Outdated` when the draft is none any more, `RosterRefused`
    (marked.origin) for rows it does not have.
    """
    old = _hold(session, found.draft)
    draft = queries.view_of(old)
    _refuse_unknown(session, draft, rows)
    faulty = _faulty(session, draft)
    written = found.stamp.edits
    changed = 0
    for part in _parts(session, vault, draft, rows):
        edits = {}
        for number, (given, now, refused) in part.items():
            given |= written.get(number, {})
            brought = [one[number] for one in before if number in one]
            new = _changed(given, brought, now, refused, rows[number])
            if new:
                edits[number] = new
        lay_over(session, draft, edits)
        changed += len(edits)
    session.flush()
    ended = session.get_one(Submission, (upload.county, upload.submission_id))
    # It stays current: the same file again is known to be in that draft.
    ended.state, ended.parent_id = State.WITHDRAWN, draft.id
    ended.version += 1
    record(
        session,
        "draft.return",
        actor=None,
        actor_name="worker",
        county=upload.county,
        place=upload.union_code,
        detail={"submission": draft.id, "from": upload.submission_id, "rows": changed},
    )
    left = _faulty(session, draft)
    return Outcome(draft.id, len(faulty - left), len(left), sorted(left - faulty))


def brought_before(
    session: Session, found: Recognised, limits: Limits, layout: Layout | None = None
) -> list[Rows]:
    """Return the rows of the last uploads of the same workbook, if it came back before."""
    names = session.scalars(
        select(Submission.original)
        .where(
            Submission.county == found.draft.county,
            Submission.parent_id == found.draft.id,
            Submission.source == "FILE",
            Submission.state == State.WITHDRAWN,
            Submission.is_read.is_(False),
            Submission.created_at > found.stamp.at,
        )
        .order_by(Submission.id.desc())
        .limit(_LOOKED_BACK)
    ).all()
    return [read_part(originals.fetch(one), limits, layout) for one in names if one]


def _hold(session: Session, draft: SubmissionView) -> Submission:
    """Lock a draft; raises `Outdated` when it is not what it was."""
    old = session.scalars(
        select(Submission)
        .where(Submission.county == draft.county, Submission.id == draft.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if old.state != State.DRAFT or old.version != draft.version:
        raise Outdated
    return old


def _refuse_unknown(session: Session, draft: SubmissionView, rows: Rows) -> None:
    known = set(
        session.scalars(
            select(SubmissionRow.row).where(
                SubmissionRow.county == draft.county, SubmissionRow.submission_id == draft.id
            )
        )
    )
    unknown = sorted(rows.keys() - known)
    if unknown:
        raise RosterRefused(
            "marked.origin",
            f"原行号 {_named(unknown)} 不在第 {draft.id} 号草稿里，“原行号”一列可能被改动过。"
            "请重新下载标注好的表格再改；新增的人请另外上传一份增量花名册。",
        )


def _parts(
    session: Session, vault: Vault, draft: SubmissionView, rows: Rows
) -> Iterator[dict[int, tuple[dict[str, Cell], dict[str, Cell], set[str]]]]:
    """Yield, some thousand rows at a time, what the file says, what the page says now, and which
    fields of that are refused."""
    ref = ref_of(draft)
    numbers = sorted(rows)
    for start in range(0, len(numbers), _AT_ONCE):
        query = select(SubmissionRow.row, SubmissionRow.findings, SubmissionRow.sealed).where(
            SubmissionRow.county == draft.county,
            SubmissionRow.submission_id == draft.id,
            SubmissionRow.row.in_(numbers[start : start + _AT_ONCE]),
        )
        part = {}
        for row, findings, sealed in session.execute(query).tuples().all():
            content = open_row(vault, ref, row, sealed)
            file = given_cells(content.raw, content.faults, {})
            refused = {
                one.field
                for one in decode_findings(findings)
                if one.field and one.severity == "error" and one.code != DUPLICATE
            }
            part[row] = file, {**file, **content.edits}, refused
        yield part


def _changed(
    given: dict[str, Cell],
    brought: Sequence[dict[str, Cell]],
    now: dict[str, Cell],
    refused: set[str],
    back: dict[str, Cell],
) -> dict[str, Cell]:
    """Return the cells that were changed in the workbook and that the page does not have so yet."""
    changed: dict[str, Cell] = {}
    for field, value in back.items():
        if same(value, now.get(field)):
            continue
        as_given = same(value, given.get(field))
        told = [one[field] for one in brought if field in one]
        # What was put there instead is no good: the workbook takes it back.
        taken_back = as_given and field in refused and any(same(x, now.get(field)) for x in told)
        if not taken_back and (as_given or any(same(value, x) for x in told)):
            continue
        changed[field] = "#N/A" if value == FAULT else "" if value is None else value
    return changed


def _faulty(session: Session, draft: SubmissionView) -> set[int]:
    query = select(SubmissionRow.row).where(
        SubmissionRow.county == draft.county,
        SubmissionRow.submission_id == draft.id,
        SubmissionRow.worst == "error",
        SubmissionRow.state != RowState.EXCLUDED,
    )
    return set(session.scalars(query))


def _named(rows: Sequence[int]) -> str:
    return "、".join(map(str, rows[:_NAMED])) + ("等" if len(rows) > _NAMED else "")


def _number(cell: Cell) -> int | None:
    text = str(cell).strip() if cell is not None else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None
