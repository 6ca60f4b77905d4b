"""The trail: who did what, when and where; and whether it still holds."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registry.access import trail_keeping
from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.clock import now
from registry.db import db
from registry.errors import InputRefused
from registry.members import harvest
from registry.privacy import trailed
from registry.trail import copies, queries, verification
from registry.unions import queries as unions
from registry.web import seeing
from registry.web import trail_labels as labels
from registry.web.filters import instant
from registry.web.forms.trail import PersonForm
from registry.web.guard import guard
from registry.web.numbers import whole
from registry.web.trail_details import detail_text
from registry.web.waiting import Card

blueprint = Blueprint("trail", __name__)
blueprint.add_app_template_filter(detail_text)
PAGE = 50
_FILTERS = ("account", "action", "place", "result", "time")
_RECENT = timedelta(days=1)
_VERIFY_EVERY = timedelta(days=7)


@blueprint.get("/unions/<code>/trail")
@guard(Permission.VIEW_TRAIL)
def entries(code: str) -> str:
    """List entries, newest first."""
    chosen = {name: request.args.get(name, "").strip() for name in _FILTERS}
    before = request.args.get("before", type=whole)
    found = queries.entries(
        db.session(),
        g.union.county,
        actor_name=chosen["account"].lower(),
        action=chosen["action"],
        place=chosen["place"],
        refused_only=chosen["result"] == "refused",
        since=now() - _RECENT if chosen["time"] == "recent" else None,
        before=before,
        limit=PAGE + 1,
    )
    shown = found[:PAGE]
    filters = {name: value for name, value in chosen.items() if value}
    return render_template(
        "trail/entries.html",
        entries=shown,
        names=unions.names_of(db.session(), (entry.place for entry in shown)),
        chosen=chosen,
        families=list(labels.FAMILIES.items()) + list(labels.ACTIONS.items()),
        labels=labels,
        summary=verification.summary(db.session(), g.union.county, now() - _RECENT),
        copied=copies.standing(db.session(), g.union.county),
        first_page=_page(code, filters) if before else "",
        next_page=_page(code, filters, shown[-1].number) if len(found) > PAGE else "",
    )


@blueprint.route("/unions/<code>/trail/person", methods=["GET", "POST"])
@guard(Permission.VIEW_TRAIL)
def person(code: str) -> str | tuple[str, int]:
    """List the entries that name a person; the number never stands in an address."""
    form = PersonForm()
    if not form.validate_on_submit():
        return _person_page(form), 400 if request.method == "POST" else 200
    try:
        found = trailed.search(form.number.data or "", actor=g.actor)
    except InputRefused as error:
        form.number.errors = [error.message]
        return _person_page(form), 400
    form.number.data = ""
    return _person_page(form, found)


def _person_page(form: PersonForm, found: trailed.Trailed | None = None) -> str:
    places = (entry.place for entry in [*found.naming, *found.bulk, *found.files]) if found else ()
    return render_template(
        "trail/person.html",
        form=form,
        found=found,
        limit=trailed.LIMIT,
        names=unions.names_of(db.session(), places),
        labels=labels,
    )


@blueprint.post("/unions/<code>/trail/verify")
@guard(Permission.VIEW_TRAIL)
def verify(code: str) -> Response:
    """Verify all chains and say what was found."""
    outcome = trail_keeping.verify(actor=g.actor)
    if not outcome.faults:
        flash(f"校验通过：共 {outcome.checked:,} 条记录，没有改动、缺失或调换。", "success")
    for fault in outcome.faults:
        where = f"{fault.county} 的第 {fault.number:,} 条——" if fault.number else ""
        flash(
            f"校验发现问题：{where}{fault.what}。"
            "请保留现场，立即报告本级工会负责人，不要删除任何文件。",
            "error",
        )
    return redirect(url_for("trail.entries", code=code), 303)


def waiting(session: Session, actor: Actor) -> Iterable[Card]:
    """What the log keeper looks at first; that the heads are not copied, the administrator too."""
    if actor.has(Permission.VIEW_TRAIL) or actor.has(Permission.MANAGE_ACCOUNTS):
        yield from _late_heads(session, actor)
    if not actor.has(Permission.VIEW_TRAIL):
        return
    page = url_for("trail.entries", code=actor.place)
    many = url_for("trail.entries", code=actor.place, action=harvest.MANY)
    yield from seeing.alarm(session, actor.county, many)
    found = verification.summary(session, actor.county, now() - _RECENT)
    last = found.last_verified
    if last is not None and last.result != "done":
        yield Card(
            "上次校验发现问题",
            int(last.detail.get("faults", 1)),
            "处",
            f"校验时间 {instant(last.at)}，请尽快核实。",
            page,
            "查看留痕",
            "exclamation-triangle",
            "red",
            90,
        )
    elif last is None or now() - last.at > _VERIFY_EVERY:
        text = "还没有校验过。" if last is None else f"上次校验：{instant(last.at)}。"
        yield Card(
            "操作留痕该校验了",
            found.total,
            "条",
            f"{text}建议每周至少校验一次。",
            page,
            "去校验",
            "shield-check",
            "amber",
            30,
        )
    else:
        yield Card(
            "留痕记录",
            found.total,
            "条",
            f"上次校验通过：{instant(last.at)}",
            page,
            "查看",
            "shield-check",
            "green",
        )
    yield Card(
        "近 24 小时被拒绝的操作",
        found.refused,
        "次",
        "包括密码不正确和越权访问",
        f"{page}?result=refused&time=recent",
        "查看",
        "shield-lock",
        "amber" if found.refused else "grey",
    )


def _late_heads(session: Session, actor: Actor) -> Iterable[Card]:
    standing = copies.standing(session, actor.county)
    if standing is None or not standing.is_late:
        return
    since = (
        f"上次写成：{instant(standing.written_at)}。" if standing.written_at else "还没有写成过。"
    )
    keeps = actor.has(Permission.VIEW_TRAIL)
    yield Card(
        "留痕链尾没有另存",
        1,
        "项",
        f"{since}{standing.fault or '后台处理没有按时另存'}。办理照常，请运维人员检查另存的位置。",
        url_for("trail.entries", code=actor.place) if keeps else url_for("home.home"),
        "查看留痕" if keeps else "再看一次",
        "exclamation-triangle",
        "red",
        85,
    )


def _page(code: str, filters: dict[str, Any], before: int | None = None) -> str:
    return url_for("trail.entries", code=code, before=before, **filters)
