"""From a workbook's bytes to rows ready for the table: read, judged, matched, sealed.

Writes nothing and holds no transaction, so that the site goes on while a large roster is prepared;
`registry.jobs` stores the result chunk by chunk.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import msgspec
from sqlalchemy.orm import Session

from registry.codes import code_list
from registry.members.match import Match
from registry.members.matching import Answer, Question, match_rows
from registry.roster.check import Checker
from registry.roster.findings import FileFinding, Finding
from registry.roster.layout import Doubt, Layout
from registry.roster.messages import sentence
from registry.roster.rules import RULES
from registry.roster.sandbox import Limits, open_sheet
from registry.roster.sheet import Cell, SheetColumn, SheetHead, SheetTail
from registry.submissions.carrying import Carried
from registry.submissions.judging import judged
from registry.submissions.offers import offer_members
from registry.submissions.storing import Ref, StoredRows
from registry.submissions.weighing import left_out
from registry.vault.vault import Vault

Report = Callable[[str, int, int], None]
"""Told the stage (read, match, store), rows done, and rows in all (0 while unknown)."""


@dataclass(slots=True)
class Prepared:
    """A roster ready to be stored."""

    head: SheetHead
    tail: SheetTail
    chunks: list[StoredRows]
    file_findings: list[FileFinding]
    carried: Carried | None = None
    matches: dict[Match, int] = field(default_factory=dict)
    missing: int = 0

    @property
    def row_count(self) -> int:
        """The rows that will be stored."""
        return sum(len(chunk) for chunk in self.chunks)

    def counts(self) -> dict[str, int]:
        """Return total, ok, warning, error, skipped; they reconcile."""
        worst = [value for chunk in self.chunks for value in chunk.columns["worst"]]
        return {
            "total": self.tail.total,
            "ok": worst.count("ok"),
            "warning": worst.count("warning"),
            "error": worst.count("error"),
            "skipped": skipped_rows(self.tail),
        }


class Unsure(Exception):
    """A file whose columns somebody should look at first; `doubts` say which."""

    def __init__(self, doubts: list[Doubt]) -> None:
        super().__init__(f"{len(doubts)} columns are unsure")
        self.doubts = doubts


def skipped_rows(tail: SheetTail) -> int:
    """Return how many rows were skipped; a run of blank rows counts as its rows."""
    return sum((entry.last or entry.row) - entry.row + 1 for entry in tail.skipped)


def prepare(
    session: Session,
    vault: Vault,
    ref: Ref,
    content: bytes,
    *,
    today: date,
    limits: Limits,
    answers: Mapping[str, str],
    edits: Mapping[int, dict[str, Cell]],
    is_full: bool,
    report: Report,
    layout: Layout | None = None,
    carry: Callable[[str], Carried | None] | None = None,
) -> Prepared:
    """Read, judge, seal and match a workbook; `layout` is what is known of its columns.

    `carry` is asked, for the code of a marked workbook, what goes over from its draft; that then
    takes the place of `edits`, and its draft's answers and kind count. Raises `RosterRefused` when
    the file cannot be taken, `Unsure` when the layout asks to stop where a column is unsure.
    """
    chunks: list[StoredRows] = []
    done = 0
    with open_sheet(content, limits, layout) as sheet:
        carried = carry(sheet.head.stamp) if carry and sheet.head.stamp else None
        if layout is not None and layout.asks and sheet.head.doubts and carried is None:
            raise Unsure(sheet.head.doubts)
        if carried is not None:
            answers, is_full = carried.draft.answers, carried.draft.kind.lists_everybody
        checker = Checker(sheet.head.columns, today, dict(answers))
        for batch in sheet:
            edits = edits if carried is None else carried.edits_for(batch)
            chunks.append(judged(session, vault, ref, checker, batch, edits))
            done += len(batch.rows)
            report("read", done, 0)
        head, tail = sheet.head, sheet.tail
    _add_roster_findings(chunks, checker.finish())
    prepared = Prepared(
        head,
        tail,
        chunks,
        [*head.file_findings, *tail.file_findings, *checker.file_findings],
        carried,
    )
    _match(session, ref, prepared, is_full=is_full, report=report)
    return prepared


def _add_roster_findings(chunks: list[StoredRows], findings: list[Finding]) -> None:
    if not findings:
        return
    places = {
        row: (chunk, index) for chunk in chunks for index, row in enumerate(chunk.columns["row"])
    }
    for finding in findings:
        chunk, index = places[finding.row]
        chunk.add_finding(index, finding)


def _match(
    session: Session, ref: Ref, prepared: Prepared, *, is_full: bool, report: Report
) -> None:
    done, total = 0, prepared.row_count
    submitted: set[bytes] = set()
    for chunk in prepared.chunks:
        if is_full:
            submitted.update(key for key in chunk.columns["person_key"] if key)
        match_chunk(session, ref, chunk, prepared.head.columns)
        for value in chunk.columns["match"]:
            if value is not None:
                prepared.matches[value] = prepared.matches.get(value, 0) + 1
        done += len(chunk)
        report("match", done, total)
    if is_full:
        prepared.missing = left_out(session, ref.county, ref.union_code, submitted)


def match_chunk(session: Session, ref: Ref, chunk: StoredRows, columns: list[SheetColumn]) -> None:
    """Write match and register findings into a chunk; rows with an error are not matched, but
    the member behind a cut number is looked for.
    """
    offer_members(session, ref, chunk)
    at = [
        index
        for index, (key, worst) in enumerate(
            zip(chunk.columns["person_key"], chunk.columns["worst"], strict=True)
        )
        if key is not None and worst != "error"
    ]
    question = Question(*([chunk.columns[name][i] for i in at] for name in _ASKED))
    letters = {column.field: column.column for column in columns if column.field}
    answers = match_rows(session, ref.county, ref.union_code, question)
    for index, answer in zip(at, answers, strict=True):
        chunk.columns["match"][index] = answer.match
        if answer.changed:
            chunk.columns["changed_fields"][index] = msgspec.json.encode(answer.changed).decode()
        row, change = chunk.columns["row"][index], chunk.columns["change"][index]
        for finding in register_findings(row, answer, change, letters):
            chunk.add_finding(index, finding)


_ASKED = ("person_key", "full_name", "change", "clean", "mobile_key")


def register_findings(
    row: int, answer: Answer, change: str, letters: Mapping[str, str]
) -> Iterator[Finding]:
    """Yield what the register has to say about a row that asks for `change`; never more than that
    there is another union, or somebody of this name and mobile in the county.
    """
    if answer.match is None:
        asked = code_list("membership_change").label(change)
        yield _finding(row, "change", "change.no_member", letters, change=asked)
    if answer.match is Match.TRANSFER:
        yield _finding(row, "document_number", "member.active_elsewhere", letters)
    if answer.name_differs:
        yield _finding(row, "full_name", "member.name_differs", letters)
    if answer.has_twin:
        yield _finding(row, "document_number", "member.same_name_and_mobile", letters)


def _finding(
    row: int, field_name: str, code: str, letters: Mapping[str, str], **facts: object
) -> Finding:
    return Finding(
        row,
        letters.get(field_name),
        field_name,
        code,
        RULES[code].severity,
        sentence(code, **facts),
        None,
        [],
    )
