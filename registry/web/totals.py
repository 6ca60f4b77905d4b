"""Totals: figures of a place at the end of a day, down to the union; and the recount."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.accounts.queries import display_name_of
from registry.clock import now, today
from registry.db import db, setting
from registry.periods.labels import figure_label
from registry.periods.queries import seal_on
from registry.totals import operations, queries
from registry.totals.dimensions import (
    LABELS,
    PART,
    UNION,
    UNION_FACTS,
    chosen_of,
    label_of,
    values,
)
from registry.totals.metrics import METRIC_FORMULAS, METRIC_LABELS, Ratio
from registry.totals.operations import Reconciled
from registry.unions import queries as unions
from registry.web.days import Asked, day_asked
from registry.web.downloads import CSV, attachment
from registry.web.figure_links import KINDS, Links
from registry.web.filters import instant
from registry.web.forms.totals import RepairForm
from registry.web.guard import guard
from registry.web.numbers import whole
from registry.web.waiting import Card

blueprint = Blueprint("totals", __name__)
RECONCILE_EVERY = timedelta(days=7)
ROWS = 200  # unions on one page
# What a difference is about, by `registry.totals.recount.Difference.what`.
WHAT = {
    "active": "在会会员",
    "retained": "保留会籍",
    "filled": "已填项目数",
    "pending": "待审行数",
    "composition": "构成正确的会员",
    "standing": "按天名单正确的会员",
    "checked": "按复核日期计的在会会员",
    "reverified": "有效期内复核过的会员",
    "reference_people": "基础库人数",
    "reference_matched": "基础库里的会员",
    "reference_known": "会员中基础库有的",
}


_LISTS = {
    "membership_rate": ("members", "employees"),
    "founding_rate": ("formed", "should"),
    "coverage_rate": ("covered", "formed"),
    "reverified_rate": ("", "members"),
}


class Metric(NamedTuple):
    """A metric of the whole place with its formula."""

    key: str
    label: str
    formula: str
    ratio: Ratio
    has_data: bool

    @property
    def lists(self) -> tuple[str, str]:
        """What numerator and denominator count, by `figure_links`; "" where there is no list."""
        return _LISTS.get(self.key, ("", ""))

    @property
    def column(self) -> dict[str, object]:
        """The head of its column in a table."""
        return {"label": self.label, "number": True}


@blueprint.get("/unions/<code>/totals")
@guard(Permission.VIEW_TOTALS)
def totals(code: str) -> str:
    """Show the figures of the place, and of its parts or of the unions by a fact of theirs."""
    session, (on, on_argument) = db.session(), day_asked()
    chosen = {name: value for name, value in chosen_of(request.args).items() if name in UNION_FACTS}
    only = KINDS.get(request.args.get("only", ""))
    by = UNION if only else _by()
    whole_place = queries.totals(session, code, on, by, chosen)
    found = whole_place.narrowed(only.has) if only else whole_place
    skip = min(request.args.get("skip", 0, type=whole), len(found.parts))
    links = Links(by, chosen, Asked(on, on_argument))
    above = unions.ancestors(db.session(), g.union.path)
    return render_template(
        "totals/totals.html",
        union=g.union,
        found=found,
        total=whole_place.total,
        on=on,
        on_argument=on_argument,
        today=today(),
        seal=None if chosen else seal_on(session, g.union.county, on, whole_place.total),
        figure_label=figure_label,
        metrics=_metrics(whole_place.total.metrics),
        above=[one for one in above if one.path.startswith(g.actor.path)],
        parts=found.parts[skip : skip + ROWS],
        links=links,
        by=by,
        only=only,
        chosen=chosen,
        dimensions=[(name, LABELS[name]) for name in (PART, UNION, *UNION_FACTS)],
        facts=UNION_FACTS,
        labels=LABELS,
        options={name: list(values(name)) for name in UNION_FACTS},
        label_of=label_of,
        next=url_for("totals.totals", **_again(skip + ROWS))
        if len(found.parts) > skip + ROWS
        else "",
    )


def _by() -> str:
    """Return what the rows are of; the parts of the place where nothing sensible is asked for."""
    by = request.args.get("by", "")
    return by if by in (UNION, *UNION_FACTS) else PART


def _again(skip: int) -> dict[str, Any]:
    """Return what asks for this page once more, from a row on."""
    return {**request.args.to_dict(), "code": g.union.code, "skip": skip}


@blueprint.post("/unions/<code>/totals.csv")
@guard(Permission.VIEW_TOTALS)
def export(code: str) -> Response:
    """Give the table as CSV; the export is on the trail."""
    on, _ = day_asked()
    content = operations.export_totals(code, on, actor=g.actor)
    name = f"汇总-{g.union.name}-{on:%Y%m%d}.csv"
    return attachment(content, name, CSV)


@blueprint.get("/unions/<code>/reconcile")
@guard(Permission.RECONCILE)
def reconciled(code: str) -> str:
    """Show what the last recount found."""
    return _reconciled(RepairForm(formdata=None))


def _reconciled(form: RepairForm) -> str:
    session = db.session()
    last = operations.last_reconciled(session, g.union.county)
    differences = last.differences if last else []
    return render_template(
        "totals/reconcile.html",
        union=g.union,
        last=last,
        who=display_name_of(session, last.actor_name) if last else "",
        names=unions.names_of(session, (one.union for one in differences)),
        what=WHAT,
        form=form,
    )


@blueprint.post("/unions/<code>/reconcile")
@guard(Permission.RECONCILE)
def reconcile(code: str) -> Response:
    """Recount from the members."""
    found = operations.run_reconcile(g.union.county, g.actor)
    if found.difference_count:
        flash(f"核对发现 {found.difference_count:,} 处差异，见下表。", "error")
    else:
        flash(f"核对完成：清点 {found.checked:,} 人，与汇总数完全一致。", "success")
    return redirect(url_for("totals.reconciled", code=code), 303)


@blueprint.post("/unions/<code>/repair")
@guard(Permission.RECONCILE)
def repair(code: str) -> Response | tuple[str, int]:
    """Write what a recount finds in place of what was kept."""
    form = RepairForm()
    if not form.validate_on_submit():
        return _reconciled(form), 400
    count = operations.run_repair(g.union.county, form.reason.data or "", g.actor)
    operations.run_reconcile(g.union.county, g.actor)
    flash(f"已按清点的结果改正 {count:,} 处。", "success")
    return redirect(url_for("totals.reconciled", code=code), 303)


def waiting(session: Session, actor: Actor) -> Iterable[Card]:
    """What the city looks at first."""
    if not actor.has(Permission.RECONCILE):
        return
    found = queries.totals(session, actor.place, today())
    page = url_for("totals.totals", code=actor.place)
    last = operations.last_reconciled(session, actor.county)
    yield _reconcile_card(last, actor.place, found.total.members + found.total.retained)
    total = found.total
    yield Card(
        "在会会员",
        total.members,
        "人",
        f"入会率 {total.metrics['membership_rate'].percent}%，保留会籍 {total.retained:,} 人",
        page,
        "查看统计",
        "people",
    )
    yield Card(
        "待审核的行", total.pending_rows, "行", "由各单位审核员办理", page, "查看各单位", "clock"
    )
    if total.unions_over:
        yield Card(
            "会员多于职工的工会",
            total.unions_over,
            "家",
            "请各单位核实职工人数",
            page,
            "查看",
            "exclamation-triangle",
            "amber",
        )


def _reconcile_card(last: Reconciled | None, place: str, members: int) -> Card:
    page = url_for("totals.reconciled", code=place)
    if last is not None and last.difference_count:
        text = f"核对时间 {instant(last.at)}，请尽快查明。"
        icon, tone = "exclamation-triangle", "red"
        title, count = "汇总数与会员不一致", last.difference_count
        return Card(title, count, "处", text, page, "查看差异", icon, tone, 90)
    if last is None or now() - last.at > RECONCILE_EVERY:
        text = "还没有核对过。" if last is None else f"上次核对：{instant(last.at)}，完全一致。"
        text += "建议每周至少核对一次。"
        return Card("汇总数该核对了", members, "人", text, page, "去核对", "ui-checks", "amber", 40)
    text = f"上次核对：{instant(last.at)}，完全一致"
    return Card("已核对的会员", last.checked, "人", text, page, "查看", "ui-checks", "green")


def _metrics(ratios: dict[str, Ratio]) -> list[Metric]:
    days = setting("REVERIFY_EVERY_DAYS")
    return [
        Metric(
            key,
            label,
            METRIC_FORMULAS[key].format(days=days),
            ratios[key],
            ratios[key].denominator > 0,
        )
        for key, label in METRIC_LABELS.items()
    ]
