"""What the report for superiors says of a place at the end of a day. It names nobody."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from registry.campaigns.series import progress_series
from registry.campaigns.targets import Figure, Standing, standing_on
from registry.clock import SHANGHAI
from registry.db import setting
from registry.totals.dimensions import LABELS, NOT_KNOWN, values
from registry.totals.export import COUNTS
from registry.totals.metrics import METRIC_FORMULAS, METRIC_LABELS, Ratio
from registry.totals.queries import Figures, Totals, totals
from registry.totals.report.tables import Cell, Chart, Report, Shape, Sheet, Table
from registry.totals.structure import Count, Row, structure
from registry.unions.queries import Union

_WEEK = 7
_SHARES = ("在会会员", "占比", "保留会籍")


def report(session: Session, place: Union, on: date, made_by: str, at: datetime) -> Report:
    """Return the report of a county or a unit, or the few sheets that a single union has; `made_by`
    and `at` say who made it and when.
    """
    found = totals(session, place.code, on)
    sheets = [Sheet("总表", [_counts(found), _metrics(found)])]
    people = Sheet("会员构成", list(_structures(session, place, on)))
    if place.is_grassroots:
        sheets.append(people)
    else:
        parts = "各工会" if place.parent_code else "各单位"
        aimed = standing_on(session, place.county, on)
        sheets += [
            Sheet(parts, [_parts(parts, found)], is_wide=True),
            Sheet(f"{parts}指标", [_shares(parts, found)], is_wide=True),
            people,
            Sheet("目标完成", [_targets(aimed, found)]),
            Sheet("时间进度", [_series(session, aimed, place, on)]),
        ]
    return Report(
        f"{place.name}会员实名制工作上报材料",
        f"截至 {on:%Y-%m-%d} 当天结束时审核入库的数",
        [*sheets, Sheet("说明", [_notes(place, on, made_by, at)])],
    )


def _counts(found: Totals) -> Table:
    rows = [(label, getattr(found.total, field)) for label, field in COUNTS]
    return Table("主要数字", ("项目", "数"), rows)


def _metrics(found: Totals) -> Table:
    days = setting("REVERIFY_EVERY_DAYS")
    rows = [
        (label, share, share.numerator, share.denominator, METRIC_FORMULAS[key].format(days=days))
        for key, label in METRIC_LABELS.items()
        for share in [found.total.metrics[key]]
    ]
    heads = ("指标", "结果", "分子", "分母", "怎么算")
    return Table("各项指标", heads, rows, note="结果＝分子÷分母，只舍不入。“—”是还没有数据。")


def _parts(title: str, found: Totals) -> Table:
    heads = ("名称", "应建", "已建", "未建", "已有名册", "职工",
             "在会会员", "入会率", "保留会籍", "待审行")  # fmt: skip

    def line(one: Figures, name: str) -> tuple[Cell, ...]:
        rate = one.metrics["membership_rate"]
        return (
            name,
            one.unions_should,
            one.unions,
            one.unions_not_yet,
            one.unions_covered,
            one.employees,
            one.members,
            rate,
            one.retained,
            one.pending_rows,
        )

    rows = [*(line(one, one.name) for one in found.parts), line(found.total, "合计")]
    charts = (
        Chart(f"{title}在会会员", Shape.BARS, (heads.index("在会会员"),)),
        Chart(f"{title}入会率", Shape.BARS, (heads.index("入会率"),)),
    )
    return Table(f"{title}情况", heads, rows, has_total=True, charts=charts)


def _shares(title: str, found: Totals) -> Table:
    heads = ("名称", *METRIC_LABELS.values())

    def line(one: Figures, name: str) -> tuple[Cell, ...]:
        return (name, *(one.metrics[key] for key in METRIC_LABELS))

    rows = [*(line(one, one.name) for one in found.parts), line(found.total, "合计")]
    return Table(f"{title}的各项指标", heads, rows, has_total=True)


def _structures(session: Session, place: Union, on: date) -> Iterator[Table]:
    for by in ("sex", "is_migrant_worker", "worker_group"):
        found = structure(session, place, on, by)
        rows = [_composed(row, found.total) for row in (*found.rows, found.total)]
        yield Table(LABELS[by], (LABELS[by], *_SHARES), rows, has_total=True)
    yield _ages(session, place, on)
    yield _kinds(session, place, on)


def _composed(row: Row, total: Row, *more: Cell) -> tuple[Cell, ...]:
    share = Ratio(row.total.active, total.total.active)
    return (row.label, *more, row.total.active, share, row.total.retained)


def _ages(session: Session, place: Union, on: date) -> Table:
    found = structure(session, place, on, "age", "sex")
    sexes = [one for one in values("sex") if one.key in found.total.across]

    def line(row: Row) -> tuple[Cell, ...]:
        by_sex = (row.across[one.key].active if one.key in row.across else 0 for one in sexes)
        return _composed(row, found.total, *by_sex)

    heads = (
        "年龄",
        *("性别未填" if one.key == NOT_KNOWN else one.label for one in sexes),
        *_SHARES,
    )
    chart = Chart("在会会员的年龄和性别", Shape.COLUMNS, tuple(range(1, len(sexes) + 1)))
    return Table(
        "年龄",
        heads,
        [line(row) for row in (*found.rows, found.total)],
        has_total=True,
        note=f"按 {on.year} 年 12 月 31 日的周岁计；分性别的是在会会员。",
        charts=(chart,) if found.rows else (),
    )


def _kinds(session: Session, place: Union, on: date) -> Table:
    found = structure(session, place, on, "kind")
    unions = Counter(
        {one.code: one.unions for one in totals(session, place.code, on, "kind").parts}
    )
    by_key = {row.key: row for row in found.rows}
    rows = [
        _composed(by_key.get(key, Row(key, label, Count(), {})), found.total, count)
        for key, label in values("kind")
        if (count := unions[key]) or key in by_key
    ]
    rows.append(_composed(found.total, found.total, unions.total()))
    heads = ("工会类型", "已建工会", *_SHARES)
    return Table("工会类型", heads, rows, has_total=True, note="工会类型按现在登记的。")


def _targets(aimed: Standing | None, found: Totals) -> Table:
    heads = ("名称", "目标日", "目标", "完成", "完成率", "时间进度", "与时间相比")
    if aimed is None:
        return Table("目标完成情况", heads, [], note="这一天没有正在进行的实名登记。")
    lines = [(one.name, aimed.of(one.code)) for one in found.parts if one.code in aimed.figures]
    total = found.total
    lines.append(("合计" if lines else total.name, aimed.of(total.code)))
    return Table(
        "目标完成情况",
        heads,
        [(name, *_aim(figure)) for name, figure in lines],
        has_total=True,
        note=f"{aimed.campaign.title}，{aimed.campaign.opens_on:%Y-%m-%d} 开始。",
    )


def _aim(figure: Figure) -> Sequence[Cell]:
    if not figure.target or figure.pace is None:
        return (None, None, figure.done, None, None, None)
    return (
        figure.due_on,
        figure.target,
        figure.done,
        Ratio(figure.done, figure.target),
        Ratio(figure.days_gone, figure.days),
        figure.pace.label,
    )


def _series(session: Session, aimed: Standing | None, place: Union, on: date) -> Table:
    title, heads = "登记以来的会员", ("日期", "在会会员", "匀速应达")
    if aimed is None:
        return Table(title, heads, [], note="这一天没有正在进行的实名登记。")
    one = aimed.campaign
    days = progress_series(session, place.county, place.path, one, one.opens_on, on, on)
    weekly = [*days[:-1:_WEEK], days[-1]]
    chart = Chart("登记以来的会员", Shape.LINES, (1, 2))
    return Table(
        title, heads, weekly, note="每 7 天一行，最后一行是截至的那一天。", charts=(chart,)
    )


def _notes(place: Union, on: date, made_by: str, at: datetime) -> Table:
    made_at = at.astimezone(SHANGHAI)
    rows = (
        ("范围", f"{place.name}（{place.code}）"),
        ("截至", f"{on:%Y-%m-%d} 当天结束时（北京时间）已经审核入库的数；待审的不计入会员。"),
        ("制表", f"{made_by}，{made_at:%Y-%m-%d %H:%M}，由同心册会员实名制系统生成。"),
        ("百分数", "分子÷分母，保留两位小数，只舍不入：1,783÷1,786 写作 99.83%。"),
        ("在会会员", "不含保留会籍的人。一个人同一时间只有一个在册的会籍，不会重复计算。"),
        ("职工人数", "各工会最近一次申报的；会员多于职工的照常统计，另行提示核实。"),
        ("应建工会", "应建＝已建＋未建；未建含正在筹备的。"),
        ("目标", "完成的是登记范围内的在会会员；时间进度是从登记开始到目标日的天数已过的部分。"),
        ("个人信息", "本材料只有合计数，不含任何个人信息。"),
        ("复核", "表内都是数值，没有公式；在系统里选同一天，数相同。"),
    )  # fmt: skip
    return Table("说明", ("项目", "内容"), rows)
