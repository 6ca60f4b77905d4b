"""The table of totals as a file that spreadsheet programs open: text, never a formula. Pure."""

from collections.abc import Sequence

from registry.roster.plain_cells import MARK, csv_lines
from registry.totals.metrics import METRIC_LABELS
from registry.totals.queries import Figures, Totals

# What stands of a place beside its shares: label and field of `Figures`.
COUNTS = (
    ("应建工会", "unions_should"),
    ("已建工会", "unions"),
    ("未建工会", "unions_not_yet"),
    ("其中筹备", "unions_preparing"),
    ("已有名册入库的工会", "unions_covered"),
    ("职工人数", "employees"),
    ("在会会员", "members"),
    ("保留会籍", "retained"),
    ("待审行数", "pending_rows"),
    ("会员多于职工的工会", "unions_over"),
    ("未报职工人数的工会", "unions_undeclared"),
)


def csv_of(found: Totals) -> bytes:
    """Return the parts and their total as CSV (UTF-8 with a mark, so that Excel reads Chinese).

    Every metric stands as percentage (rounded down), numerator and denominator.
    """
    parts = [_line(part, found) for part in found.parts]
    return MARK + csv_lines([_header(), *parts, _line(found.total, found, "合计")])


def _header() -> list[str]:
    metrics = [
        name
        for key in METRIC_LABELS
        for name in (
            f"{METRIC_LABELS[key]}（%）",
            f"{METRIC_LABELS[key]}分子",
            f"{METRIC_LABELS[key]}分母",
        )
    ]
    return ["截止日期", "代码", "单位", *(label for label, _ in COUNTS), *metrics]


def _line(one: Figures, found: Totals, name: str = "") -> Sequence[str]:
    cells = [found.on.isoformat(), one.code, name or one.name]
    cells += [str(getattr(one, field)) for _, field in COUNTS]
    for key in METRIC_LABELS:
        ratio = one.metrics[key]
        share = ratio.percent if ratio.denominator > 0 else ""
        cells += [share, str(ratio.numerator), str(ratio.denominator)]
    return cells
