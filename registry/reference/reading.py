"""A workbook of mutual aid, read in the sandbox and judged column-wise: who is in it, which rows
are refused and why. No database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from registry.db import setting
from registry.errors import InputRefused
from registry.identity.mobile import is_mobile
from registry.identity.mobile import normalise_column as plain_mobiles
from registry.reference import years
from registry.roster.checks.column import ColumnJudge, column_judge
from registry.roster.checks.documents import Hints, judge_column
from registry.roster.checks.notes import Marks
from registry.roster.columns import COLUMN
from registry.roster.header import normalise_label
from registry.roster.layout import Layout
from registry.roster.limits import patient
from registry.roster.sandbox import open_sheet
from registry.roster.sheet import Cell, SheetBatch

# The one column that a roster does not have.
YEARS = "years"
YEAR_LABELS = (
    "年度",
    "年份",
    "参保年度",
    "参保年份",
    "参加年度",
    "参加年份",
    "互助年度",
    "互助年份",
    "医疗互助年度",
    "保障年度",
    "参保时间",
)
_LAYOUT = Layout(labels={normalise_label(label): YEARS for label in YEAR_LABELS})
NAME_LENGTH = 200

NO_NUMBER = "没有证件号码"
WRONG_NUMBER = "证件号码不正确"
NO_NAME = "没有姓名，或姓名不能用"
NO_YEAR = "年度看不懂"
LATE_YEAR = "年度还没有到"
_REASONS: Mapping[str, str] = {
    "document.numeric": "证件号码存成了数字，后几位已经丢失",
    "document.scientific": "证件号码存成了科学计数，后几位已经丢失",
    "document.placeholder": "证件号码是顶替的假号码",
    "document.format": "证件号码的位数或字符不对",
    "document.birth_date": "证件号码里的出生日期不存在",
    "document.checksum": "证件号码校验码不正确",
}
_FIELDS = ("full_name", "document_kind", "mobile", "union_name", "employer_name")


class Fault(NamedTuple):
    """A row that was refused: its number in Excel, and why, without what it says."""

    row: int
    reason: str


@dataclass(slots=True)
class Read:
    """The persons of a workbook column-wise, each once, and what became of the other rows.

    `keys` are the key forms of the numbers; `written` the unions as written, "" for none.
    """

    rows: list[int] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    mobiles: list[str | None] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    years: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    repeated: int = 0
    total: int = 0

    @property
    def skipped(self) -> int:
        """The rows that are none of a person: blank ones, footers."""
        return self.total - len(self.rows) - self.repeated - len(self.faults)


class _Judged(NamedTuple):
    keys: Sequence[str | None]
    kinds: Sequence[str]
    numbers: Sequence[str | None]
    names: Sequence[str | None]
    mobiles: Sequence[str | None]
    written: Sequence[str]
    years: Sequence[int]
    faults: Mapping[int, str]


def read(content: bytes, today: date, year: int | None = None) -> Read:
    """Read the persons of a workbook of any format.

    `year` stands for rows that name none. Raises RosterRefused (`file.*`) for a file that cannot be
    read or has no names or numbers, `InputRefused` (reference.year) where there is no year.
    """
    given = years.bits_between(year, year) if year is not None else 0
    if year is not None and (not given or year > today.year + 1):
        raise InputRefused("reference.year", f"年度应在 {years.FIRST} 和 {today.year + 1} 之间。")
    found = Read()
    with open_sheet(content, patient(setting), _LAYOUT) as sheet:
        fields = {column.field for column in sheet.head.columns}
        if YEARS not in fields and not given:
            words = "表里没有“年度”列，请在下面填写这份表是哪一年的。"
            raise InputRefused("reference.year", words)
        judges = {name: column_judge(COLUMN[name]) for name in _FIELDS if name in fields}
        places: dict[str, int] = {}
        for batch in sheet:
            _gather(found, places, batch.rows, _judge(batch, judges, today, given))
        found.total = sheet.tail.total
    return found


def _judge(
    batch: SheetBatch, judges: Mapping[str, ColumnJudge], today: date, given: int
) -> _Judged:
    """Judge a batch, a column at a time; `faults` are by index."""
    count = len(batch.rows)
    blank: list[Cell] = [None] * count
    judged = {name: judge.judge(batch.cells[name]) for name, judge in judges.items()}
    clean = {name: values for name, (values, _) in judged.items()}
    odd_names = {i for i, notes in judged["full_name"][1].items() if any(n.is_error for n in notes)}
    marks = Marks()
    nothing: list[str | None] = [None] * count
    documents = judge_column(
        batch.cells["document_number"],
        clean.get("document_kind", nothing),
        Hints(nothing, nothing, marks),
        today,
        marks,
    )
    names = clean["full_name"]
    bits = _years(batch.cells.get(YEARS, blank), given)
    latest = years.bits_between(years.FIRST, today.year + 1)
    faults: dict[int, str] = {}
    if not all(documents.sound):
        codes = {
            one.row: one.code
            for one in marks.findings(list(range(count)), {})
            if one.field == "document_number" and one.severity == "error"
        }
        for index, cell in enumerate(batch.cells["document_number"]):
            if not documents.sound[index]:
                other = NO_NUMBER if cell is None else WRONG_NUMBER
                faults[index] = _REASONS.get(codes.get(index, ""), other)
    for index in range(count):
        if not names[index] or index in odd_names:
            faults.setdefault(index, NO_NAME)
        elif not bits[index]:
            faults.setdefault(index, NO_YEAR)
        elif bits[index] & ~latest:
            faults.setdefault(index, LATE_YEAR)
    mobiles = plain_mobiles(clean.get("mobile", nothing))
    return _Judged(
        documents.keys,
        documents.kinds,
        documents.numbers,
        names,
        [one if one and is_mobile(one) else None for one in mobiles],
        _written(clean.get("union_name", nothing), clean.get("employer_name", nothing)),
        bits,
        faults,
    )


def _years(cells: Sequence[Cell], given: int) -> list[int]:
    known: dict[Cell, int] = {cell: years.bits_of(cell) for cell in set(cells)}
    known[None] = given
    return [known[cell] for cell in cells]


def _written(unions: Sequence[str | None], employers: Sequence[str | None]) -> list[str]:
    """Return the union of each row as written; the place of work where no union is named."""
    return [
        (union or employer or "")[:NAME_LENGTH]
        for union, employer in zip(unions, employers, strict=True)
    ]


def _gather(found: Read, places: dict[str, int], rows: Sequence[int], judged: _Judged) -> None:
    """Add the rows of a batch. Somebody who stands there again adds years, and the row of the
    latest year tells mobile and union.
    """
    for index, row in enumerate(rows):
        reason = judged.faults.get(index)
        key, name, number = judged.keys[index], judged.names[index], judged.numbers[index]
        if reason is not None or key is None or name is None or number is None:
            found.faults.append(Fault(row, reason or WRONG_NUMBER))
            continue
        place = places.get(key)
        bits = judged.years[index]
        if place is None:
            places[key] = len(found.rows)
            found.rows.append(row)
            found.keys.append(key)
            found.names.append(name)
            found.kinds.append(judged.kinds[index])
            found.numbers.append(number)
            found.mobiles.append(judged.mobiles[index])
            found.written.append(judged.written[index])
            found.years.append(bits)
        elif found.names[place] != name:
            reason = f"与第 {found.rows[place]} 行证件号码相同、姓名不同"
            found.faults.append(Fault(row, reason))
        else:
            found.repeated += 1
            if bits.bit_length() >= found.years[place].bit_length():
                found.mobiles[place] = judged.mobiles[index] or found.mobiles[place]
                found.written[place] = judged.written[index] or found.written[place]
            found.years[place] |= bits
