"""From a workbook's bytes to rows ready for the table: read, judged, sealed, matched, a chunk at a
time.

Writes nothing and holds no transaction, so that the site goes on while a large roster is read;
`registry.jobs` stores each chunk before the next is made, so that a roster of any length takes the
memory of one chunk.
"""

from array import array
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
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
from registry.roster.sandbox import Limits, SheetReader, open_sheet
from registry.roster.sheet import Cell, SheetColumn, SheetTail
from registry.submissions.carrying import Carried
from registry.submissions.judging import judged
from registry.submissions.offers import offer_members
from registry.submissions.storing import Ref, StoredRows
from registry.vault.vault import Vault


class Intake:
    """A roster on its way into the table: iterating gives its rows, once, in chunks.

    `head` and `carried` are known at once; `tail`, `findings` (what only the whole roster shows,
    by row: it is not in the chunks), `file_findings` and `rows` when all chunks have been taken.
    """

    def __init__(
        self,
        session: Session,
        vault: Vault,
        ref: Ref,
        sheet: SheetReader,
        checker: Checker,
        edits: Mapping[int, dict[str, Cell]],
        carried: Carried | None,
    ) -> None:
        self._session, self._vault, self._ref = session, vault, ref
        self._sheet, self._checker, self._edits = sheet, checker, edits
        self.head = sheet.head
        self.carried = carried
        self.rows = array("l")
        self.findings: list[Finding] = []
        self.file_findings: list[FileFinding] = []

    def __iter__(self) -> Iterator[StoredRows]:
        """Yield the chunks. Raises `RosterRefused` when the file cannot be read to its end."""
        for batch in self._sheet:
            edits = self._edits if self.carried is None else self.carried.edits_for(batch)
            chunk = judged(self._session, self._vault, self._ref, self._checker, batch, edits)
            match_chunk(self._session, self._ref, chunk, self.head.columns)
            self.rows.extend(batch.rows)
            yield chunk
            del batch, chunk  # or two of each are held while the next is made
        self.findings = self._checker.finish()
        self.file_findings = [
            *self.head.file_findings,
            *self.tail.file_findings,
            *self._checker.file_findings,
        ]

    @property
    def tail(self) -> SheetTail:
        """What is known only when all chunks have been taken; RuntimeError before that."""
        return self._sheet.tail

    @property
    def expected(self) -> int:
        """About how many rows there will be, 0 where only reading tells."""
        return self.head.expected


class Unsure(Exception):
    """A file whose columns somebody should look at first; `doubts` say which."""

    def __init__(self, doubts: list[Doubt]) -> None:
        super().__init__(f"{len(doubts)} columns are unsure")
        self.doubts = doubts


def skipped_rows(tail: SheetTail) -> int:
    """Return how many rows were skipped; a run of blank rows counts as its rows."""
    return sum((entry.last or entry.row) - entry.row + 1 for entry in tail.skipped)


@contextmanager
def taken_in(
    session: Session,
    vault: Vault,
    ref: Ref,
    content: bytes,
    *,
    today: date,
    limits: Limits,
    answers: Mapping[str, str],
    edits: Mapping[int, dict[str, Cell]],
    layout: Layout | None = None,
    carry: Callable[[str], Carried | None] | None = None,
) -> Iterator[Intake]:
    """Open a workbook's roster; `layout` is what is known of its columns.

    `carry` is asked, for the code of a marked workbook, what goes over from its draft; that then
    takes the place of `edits`, and its draft's answers count. Raises `RosterRefused` when the file
    cannot be taken, `Unsure` when the layout asks to stop where a column is unsure.
    """
    with open_sheet(content, limits, layout) as sheet:
        del content  # the sandbox has it
        carried = carry(sheet.head.stamp) if carry and sheet.head.stamp else None
        if layout is not None and layout.asks and sheet.head.doubts and carried is None:
            raise Unsure(sheet.head.doubts)
        if carried is not None:
            answers = carried.draft.answers
        checker = Checker(sheet.head.columns, today, dict(answers))
        yield Intake(session, vault, ref, sheet, checker, edits, carried)


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
    if answer.is_restricted:
        yield _finding(row, "document_number", "member.restricted", letters)


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
