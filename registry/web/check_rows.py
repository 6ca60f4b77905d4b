"""A draft's rows as the check page shows them: which cells may be edited, and what is said
there.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from registry.codes import code_list
from registry.identity import mask
from registry.identity.mask import Sight
from registry.members.match import Match
from registry.review.queries import DecisionView, masked
from registry.roster.checks.choices import FLAG_LABELS
from registry.roster.columns import COLUMN, COLUMNS, Column
from registry.submissions.checking import DUPLICATE
from registry.submissions.corrections import shown
from registry.submissions.overview import Alike
from registry.submissions.queries import SubmissionView
from registry.submissions.row_views import RowView
from registry.submissions.sealed_rows import SealedRow
from registry.submissions.states import RowState
from registry.submissions.storing import APART, PASSING, SENSITIVE, StoredFinding
from registry.vault.vault import Vault

IDENTITY = ("full_name", "document_number", "mobile")
_FROM_NUMBER = frozenset({"sex", "born_on"})
SPOKEN = frozenset({"error", "warning"})
# Of a row that nobody opened: what is not stored by itself.
_ONLY_THERE = "（见原表）"
_PLACE = {column.field: place for place, column in enumerate(COLUMNS)}


@dataclass(frozen=True)
class Cell:
    """One cell. `text` is what stands in it (in full where it may be edited, else masked);
    `message` are its errors, or its warnings where it has none, `also` warnings beside errors;
    `others` are rows of the same group, `note` what was repaired, `again` a row where the former
    value still stands, `times` in how many rows; `rule` is the code of the first thing said;
    `offers` are members whose number may be taken, as row key and words.
    """

    field: str
    label: str
    text: str
    editable: bool
    message: str
    also: str
    tone: str
    suggestions: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    others: tuple[int, ...]
    note: str
    code: str = ""
    rule: str = ""
    again: int = 0
    times: int = 0
    offers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Line:
    """One row: the cells that tell who it is, and further ones of which something is said."""

    row: int
    version: int
    worst: str
    excluded: bool
    edited: bool
    match: Match | None
    identity: tuple[Cell, ...]
    more: tuple[Cell, ...]
    decision: DecisionView | None
    waits: bool
    is_duplicate: bool

    @property
    def is_editable(self) -> bool:
        """Whether any of its cells may be edited in place."""
        return any(cell.editable for cell in (*self.identity, *self.more))


@dataclass(frozen=True)
class Present:
    """How rows are shown: fields of the sheet, those asked for once above the rows, the vault that
    opens numbers, sight of the viewer, whether repairs are told, the words of offered members by
    row key.
    """

    fields: frozenset[str]
    asked: frozenset[str]
    keeper: Vault
    sight: Sight
    repairs: bool
    decisions: Mapping[int, DecisionView]
    offers: Mapping[str, str]

    def line(
        self, row: RowView, content: SealedRow | None, edited: Collection[str] | None = None
    ) -> Line:
        """Return a row; `content` is given where it was opened, `edited` fields stay editable."""
        said = _by_field(row.findings)
        fields = self._fields_to_show(said, edited or ())
        cells = {
            field: self._cell(row, COLUMN[field], said.get(field, []), content, edited or ())
            for field in (*IDENTITY, *fields)
        }
        if _is_number_doubted(row.findings):
            # What a wrong number says of a person is no correction.
            for field in _FROM_NUMBER & cells.keys():
                cells[field] = replace(cells[field], suggestions=())
        return Line(
            row=row.row,
            version=row.version,
            worst=row.worst,
            excluded=row.state is RowState.EXCLUDED,
            edited=edited is not None,
            match=row.match,
            identity=tuple(cells[field] for field in IDENTITY),
            more=tuple(cells[field] for field in fields),
            decision=self.decisions.get(row.row),
            waits=not self.asked.isdisjoint(said),
            is_duplicate=any(one.code == DUPLICATE for one in row.findings),
        )

    def _fields_to_show(
        self, said: Mapping[str, list[StoredFinding]], edited: Collection[str]
    ) -> list[str]:
        shown_fields = {
            field
            for field, findings in said.items()
            if self.repairs or any(one.severity in SPOKEN for one in findings)
        }
        more = (shown_fields | set(edited)) - set(IDENTITY) - self.asked
        return sorted(more, key=_PLACE.__getitem__)

    def _cell(
        self,
        row: RowView,
        column: Column,
        findings: list[StoredFinding],
        content: SealedRow | None,
        edited: Collection[str],
    ) -> Cell:
        faults = [one for one in findings if one.severity in SPOKEN]
        errors = [one for one in faults if one.severity == "error"]
        open_ = content is not None and row.state is RowState.DRAFT
        editable = open_ and column.field in self.fields and bool(faults or column.field in edited)
        text = (
            shown(content, column.field)
            if editable and content is not None
            else self._text(row, column, content)
        )
        return Cell(
            field=column.field,
            label=column.label,
            text=text,
            editable=editable,
            message=_said(errors or faults),
            also=_said(one for one in faults if one.severity != "error") if errors else "",
            tone="red" if errors else "amber",
            suggestions=_suggestions(column, faults, content, text) if editable else (),
            options=options(column) if editable else (),
            others=tuple(number for one in faults for number in one.other_rows),
            note=_said(one for one in findings if one.severity == "fixed") if self.repairs else "",
            rule=(errors or faults)[0].code if faults else "",
            offers=self._offers(faults) if editable else (),
        )

    def _offers(self, faults: Sequence[StoredFinding]) -> tuple[tuple[str, str], ...]:
        keys = [one.suggestion for one in faults if isinstance(one.suggestion, str)]
        return tuple((key, self.offers[key]) for key in keys if key in self.offers)

    def _text(self, row: RowView, column: Column, content: SealedRow | None) -> str:
        """What a cell shows that nobody edits: numbers masked, codes as labels."""
        if column.field == "full_name":
            return row.full_name or ""
        if column.field in SENSITIVE:
            document, mobile = masked(self.keeper, row, self.sight)
            found = document if column.field == "document_number" else mobile
            return found or _masked(column.field, content, self.sight)
        if content is not None:
            return shown(content, column.field)
        if column.field in PASSING:
            return _ONLY_THERE
        stored = (
            getattr(row, column.field) if column.field in APART else row.clean.get(column.field)
        )
        return label(column, stored or "")


def with_offer(line: Line, same: Alike) -> Line:
    """Return the line with the offer to correct all alike on the cell that was just corrected."""

    def offered(cell: Cell) -> Cell:
        if cell.field != same.field or not cell.text or cell.message:
            return cell
        return replace(cell, code=same.code, again=same.row, times=same.times)

    return replace(
        line,
        identity=tuple(map(offered, line.identity)),
        more=tuple(map(offered, line.more)),
    )


def to_open(rows: Sequence[RowView]) -> list[int]:
    """Return the rows whose faulty cells are to be shown as they stand, rows left out among them:
    what is wrong in a cell is kept nowhere else.
    """
    return [row.row for row in rows if any(one.severity in SPOKEN for one in row.findings)]


def fields_of(submission: SubmissionView) -> frozenset[str]:
    """Return the fields for which the sheet has a column: only those can be edited row by row."""
    return frozenset(column.field for column in submission.columns if column.field)


def options(column: Column) -> tuple[tuple[str, str], ...]:
    """Return the choices of a column with a fixed choice, as value and label; else nothing."""
    if column.kind == "flag":
        labels = list(FLAG_LABELS.values())
    elif column.codes:
        labels = [code.label for code in code_list(column.codes)]
    else:
        return ()
    chosen = tuple((text, text) for text in labels)
    return chosen if column.requirement == "required" else (*chosen, ("", "（留空）"))


def label(column: Column, value: str) -> str:
    """Return the words for a stored value."""
    if column.kind == "flag":
        return FLAG_LABELS.get(value, value)
    if column.codes and value in code_list(column.codes):
        return code_list(column.codes).label(value)
    return value


def _is_number_doubted(findings: Iterable[StoredFinding]) -> bool:
    """Tell whether the number is wrong or stands in another row too: whose it is, is not known."""
    return any(
        one.severity == "error" and (one.field == "document_number" or one.code == DUPLICATE)
        for one in findings
    )


def _said(findings: Iterable[StoredFinding]) -> str:
    return "".join(dict.fromkeys(one.message for one in findings))


def _masked(field: str, content: SealedRow | None, sight: Sight) -> str:
    text = shown(content, field) if content is not None else ""
    if not text:
        return ""
    return mask.mobile(text, sight) if field == "mobile" else mask.document(text, sight)


def _by_field(findings: Sequence[StoredFinding]) -> dict[str, list[StoredFinding]]:
    found: dict[str, list[StoredFinding]] = {}
    for one in findings:
        if one.field is not None:
            found.setdefault(one.field, []).append(one)
    return found


def _suggestions(
    column: Column, faults: Sequence[StoredFinding], content: SealedRow | None, text: str
) -> tuple[str, ...]:
    found: list[Any] = []
    for one in faults:
        hidden = content.suggestions.get(one.code) if content else None
        suggestion = hidden if column.field in SENSITIVE else one.suggestion
        found += suggestion if isinstance(suggestion, list) else [suggestion]
    words = [label(column, str(one)) for one in found if one]
    return tuple(word for word in dict.fromkeys(words) if word != text)
