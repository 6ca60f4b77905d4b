"""The higher federation's receipt as a file: what each row says of whom. No database.

A receipt is what was sent, with a column for the result; or any table with names, numbers and
results. The rows are known by what stood in 备注, else the persons by their numbers.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from registry.db import setting
from registry.errors import InputRefused
from registry.exchange import marks
from registry.exchange.marks import Mark
from registry.roster.checks.column import column_judge
from registry.roster.checks.documents import Hints, judge_column
from registry.roster.checks.notes import Marks
from registry.roster.columns import COLUMN
from registry.roster.header import normalise_label
from registry.roster.layout import Layout
from registry.roster.limits import patient
from registry.roster.sandbox import open_sheet
from registry.roster.sheet import Cell, SheetBatch

# The columns that a roster does not have.
_RESULT, _WHY, _MARK = "result", "why", "mark"
_LABELS = {
    _RESULT: "处理结果 审核结果 接收结果 回执结果 校验结果 导入结果 上报结果 结果 处理状态 状态",
    _WHY: "退回原因 失败原因 错误原因 驳回原因 拒绝原因 未通过原因 原因 处理说明 错误信息 说明",
    _MARK: "备注 报送编号 报送批次号",
}
_LAYOUT = Layout(
    labels={
        normalise_label(label): field
        for field, labels in _LABELS.items()
        for label in labels.split()
    }
)
_ACCEPTED, _REFUSED = (
    frozenset(words.split())
    for words in (
        "已接收 接收 接收成功 成功 导入成功 通过 审核通过 已通过 已入库 入库 是",
        "退回 已退回 被退回 拒绝 失败 导入失败 不通过 未通过 审核不通过 驳回 已驳回 否",
    )
)
_REASON_LENGTH = 200


class Answer(NamedTuple):
    """What one row says. `key` is the key form of the number; `accepted` None where the result is
    missing or not understood.
    """

    row: int
    mark: Mark | None
    key: str | None
    accepted: bool | None
    reason: str


class Answers(NamedTuple):
    """A receipt's rows, and how many rows of the file are none of anybody."""

    rows: list[Answer]
    skipped: int

    @property
    def total(self) -> int:
        """All rows of the file."""
        return len(self.rows) + self.skipped


def read(content: bytes, today: date) -> Answers:
    """Read a receipt of any format.

    Raises RosterRefused (`file.*`) also without the columns of names and numbers, `InputRefused`
    (exchange.no_result) without one of results.
    """
    found: list[Answer] = []
    with open_sheet(content, patient(setting), _LAYOUT) as sheet:
        if _RESULT not in {column.field for column in sheet.head.columns}:
            raise InputRefused(
                "exchange.no_result", "表里没有“处理结果”列，看不出哪些人被接收。请补上后再读。"
            )
        for batch in sheet:
            found += _answers(batch, today)
        return Answers(found, sheet.tail.total - len(found))


def _answers(batch: SheetBatch, today: date) -> list[Answer]:
    blank: list[Cell] = [None] * len(batch.rows)
    told = [batch.cells.get(field, blank) for field in (_MARK, _RESULT, _WHY)]
    return [
        Answer(row, marks.read(mark), key, _said(result), _text(why)[:_REASON_LENGTH])
        for row, key, mark, result, why in zip(
            batch.rows, _keys(batch, blank, today), *told, strict=True
        )
    ]


def _keys(batch: SheetBatch, blank: list[Cell], today: date) -> Sequence[str | None]:
    """Return the key forms of the numbers; None where there is none that is sound."""
    notes, nothing = Marks(), [None] * len(batch.rows)
    kinds, _ = column_judge(COLUMN["document_kind"]).judge(batch.cells.get("document_kind", blank))
    hints = Hints(nothing, nothing, notes)
    numbers = batch.cells.get("document_number", blank)
    return judge_column(numbers, kinds, hints, today, notes).keys


def _said(cell: Cell) -> bool | None:
    word = "".join(_text(cell).split())
    if word in _ACCEPTED:
        return True
    return False if word in _REFUSED else None


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell).strip()
