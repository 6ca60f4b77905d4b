"""Verifying a union's members on the page: 仍在, 已离会, 已转走, one by one or the rest at once."""

from typing import Any, NamedTuple

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.campaigns import queries
from registry.campaigns.queries import CampaignView
from registry.campaigns.states import Stage
from registry.clock import today
from registry.db import db
from registry.errors import InputRefused, NotFound, StateRefused
from registry.members.queries import sight_of
from registry.submissions import confirming
from registry.submissions.whereabouts import AskedMember, Reason, Said
from registry.web.campaign_cards import days_left
from registry.web.guard import guard
from registry.web.numbers import is_whole, whole

blueprint = Blueprint("confirming", __name__)
PAGE = 50
# What may be chosen of who is gone, in the order of the list.
GONE = (
    Reason.LEFT,
    Reason.MOVED,
    Reason.RETIRED,
    Reason.UNEMPLOYED,
    Reason.LAID_OFF,
    Reason.DIED,
)


class Tab(NamedTuple):
    """A part of the list: its word in the address, its label."""

    key: str
    label: str


OPEN, SAID, RETAINED = Tab("open", "未答复"), Tab("said", "已答复"), Tab("retained", "保留会籍")
TABS = (OPEN, SAID, RETAINED)


@blueprint.get("/unions/<code>/campaigns/<int:number>/members")
@guard(Permission.WORK_ROSTER)
def members(code: str, number: int) -> str | Response:
    """List the members of whom a campaign asks."""
    session, one = db.session(), _campaign(number)
    if one.stage(today()) not in (Stage.RUNNING, Stage.LATE):
        return redirect(url_for("campaigns.campaign", code=code, number=number), 303)
    tab = _tab()
    after = max(request.args.get("after", 0, type=whole), 0)
    found = confirming.asked(
        session,
        g.union,
        one.opens_at,
        sight_of(g.actor.path),
        said=tab is SAID,
        retained=tab is RETAINED,
        after=after,
        limit=PAGE + 1,
    )
    shown = found[:PAGE]
    return render_template(
        "campaigns/members.html",
        **_frame(one, tab),
        days_left=days_left(one),
        members=shown,
        is_later=bool(after),
        next=_address(number, tab, shown[-1].membership_id) if len(found) > PAGE else "",
    )


@blueprint.post("/unions/<code>/campaigns/<int:number>/members")
@guard(Permission.WORK_ROSTER)
def say(code: str, number: int) -> str | Response:
    """Take what is said of one member, or of all the rest that they are still here."""
    one = _campaign(number)
    if one.stage(today()) not in (Stage.RUNNING, Stage.LATE):
        raise StateRefused("campaign.state", "这个活动没有在进行，不能再答复；草稿仍可提交。")
    if request.form.get("answer") == "rest":
        count = confirming.say_rest(code, one.opens_at, actor=g.actor)
        flash(f"已记下 {count:,} 人仍在本单位；还没有提交，请核对后提交审核。", "success")
        return redirect(_address(number, SAID), 303)
    member, said = _answer()
    refused = ""
    try:
        confirming.say(code, one.opens_at, {member: said}, actor=g.actor)
    except (InputRefused, StateRefused) as error:
        refused = error.message
    if request.headers.get("HX-Request"):
        return _line(one, member, said, refused)
    if refused:
        flash(refused, "error")
    return redirect(_address(number, _tab(), request.form.get("after", 0, type=whole)), 303)


def _campaign(number: int) -> CampaignView:
    one = queries.find(db.session(), g.union.county, g.union.path, number)
    if one.is_registration:
        raise NotFound("campaign.unknown", f"第 {number} 号活动不是复核活动，不用逐人复核。")
    return one


def _frame(one: CampaignView, tab: Tab) -> dict[str, Any]:
    """Return what the page and its fragments show alike."""
    session = db.session()
    standing = confirming.standing(session, g.union, [one.opens_at])[one.opens_at]
    counts = {OPEN: standing.open, SAID: standing.said, RETAINED: standing.retained}
    return {
        "union": g.union,
        "campaign": one,
        "gone": GONE,
        "standing": standing,
        "draft": confirming.draft_of(session, g.union),
        "tab": tab,
        "tabs": [(each, _address(one.id, each), counts[each]) for each in TABS],
    }


def _answer() -> tuple[int, Said]:
    """Return the member and what is said: by the button pressed (`7:LEFT`, `7:` to take it back),
    else by the fields of the line (`why-7`, `on-7`).
    """
    pressed, _, reason = request.form.get("answer", "").partition(":")
    if not pressed:
        pressed = next((name[4:] for name in request.form if name.startswith("why-")), "")
    member = int(pressed) if is_whole(pressed) else 0
    if reason == "line" or "answer" not in request.form:
        reason = request.form.get(f"why-{member}", "")
        return member, Said(_reason(reason), request.form.get(f"on-{member}", ""))
    return member, Said(_reason(reason))


def _reason(text: str) -> Reason | None:
    return next((one for one in (Reason.OVERLOOKED, *GONE) if one.value == text), None)


def _line(one: CampaignView, member: int, said: Said, refused: str) -> str:
    """Return the fragments after one answer: the line, and the sums. What was refused stands there
    as it was typed.
    """
    found: list[AskedMember] = confirming.asked(
        db.session(), g.union, one.opens_at, sight_of(g.actor.path), member_id=member, limit=1
    )
    line = found[0] if found else None
    if line and refused and said.on:
        line = line._replace(reason=said.reason, on=said.on)
    return render_template(
        "campaigns/line.html",
        **_frame(one, _tab()),
        number=member,
        one=line,
        refused=refused,
    )


def _tab() -> Tab:
    return next((one for one in TABS if one.key == request.values.get("tab")), OPEN)


def _address(number: int, tab: Tab, after: Any = None) -> str:
    key = None if tab is OPEN else tab.key
    return url_for(
        "confirming.members", code=g.union.code, number=number, tab=key, after=after or None
    )
