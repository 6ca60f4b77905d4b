"""Batches for the higher federation and its receipts."""

from collections.abc import Mapping
from io import BytesIO

from openpyxl import Workbook, load_workbook

from registry.access.actor import Actor
from registry.exchange import operations
from registry.exchange.operations import Plan
from registry.exchange.receipts import read_back
from registry.jobs import exchanges
from registry.jobs.leases import worker_name
from registry.jobs.work import run
from tests.factories.unions import COUNTY

REASON = "按要求向上级报送"


def filled(city: Actor, **plan: object) -> int:
    """Make a batch and fill it; returns its number."""
    made = exchanges.make(COUNTY, Plan(REASON, **plan), actor=city)
    run(made.batch_id, worker_name())
    return made.number


def sent(city: Actor, **plan: object) -> int:
    """Make a batch, fill it and hand it over; returns its number."""
    number = filled(city, **plan)
    operations.send(number, actor=city)
    return number


def lines_of(content: bytes) -> list[dict[str, str]]:
    """Return the rows of a written file by column label; blank cells are None."""
    header, *rows = load_workbook(BytesIO(content)).active.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def receipt(content: bytes, said: Mapping[int, tuple[str, str]], usual: str = "成功") -> bytes:
    """Return a written file with the higher federation's answer in two more columns; `said` are
    result and reason by place (from 0), all others have the usual result.
    """
    workbook = Workbook()
    sheet = workbook.active
    lines = lines_of(content)
    sheet.append([*lines[0], "处理结果", "原因"])
    for place, line in enumerate(lines):
        sheet.append([*line.values(), *said.get(place, (usual, ""))])
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()


def answered(number: int, city: Actor, said: Mapping[int, tuple[str, str]] | None = None) -> int:
    """Have the first file of a batch answered; returns the number of the receipt."""
    content = operations.download(number, 1, actor=city)
    return read_back(number, receipt(content, said or {}), file_name="回执.xlsx", actor=city)
