"""Whom to remind, in words that can be copied into a chat: few clerks have mail."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flask import Blueprint, g, render_template, url_for
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.campaigns import queries
from registry.campaigns.progress import UnionProgress, of_unions
from registry.campaigns.queries import CampaignView
from registry.clock import local_day, today
from registry.db import db
from registry.discrepancies.marks import ExplanationView
from registry.discrepancies.marks import waiting as waits
from registry.discrepancies.states import ExplanationState
from registry.review.reminders import Reminder, reminders
from registry.web.filters import day
from registry.web.guard import guard
from registry.web.waiting import Card

blueprint = Blueprint("reminders", __name__)


class Behind(NamedTuple):
    """A campaign, and of how many members a union has still to say something in it."""

    campaign: CampaignView
    members: int


@blueprint.get("/unions/<code>/reminders")
@guard(Permission.REMIND)
def reminding(code: str) -> str:
    """List the unions that something waits for, each with a notice to copy."""
    session, place = db.session(), g.union
    going = queries.running(session, place.county, place.path, today())
    behind = _behind(going, of_unions(session, place.county, place.path, going))
    lines = []
    asked = waits(session, place, today(), ExplanationState.ASKED)
    for one in reminders(session, place.county, place.path, behind.keys() | asked.keys()):
        campaigns, explain = behind.get(one.union.code, []), asked.get(one.union.code, [])
        lines.append((one, notice(one, campaigns, explain), campaigns, explain))
    return render_template(
        "reminders/reminders.html",
        lines=lines,
        today=today(),
        everything="\n".join(text for _, text, *_ in lines),
    )


def waiting(session: Session, actor: Actor) -> Iterable[Card]:
    """How many unions something waits for."""
    if not actor.has(Permission.REMIND):
        return
    found = reminders(session, actor.county, actor.path)
    if found:
        never = sum(one.is_uncovered for one in found)
        drafts = sum(bool(one.returned or one.drafts) for one in found)
        asked = sum(bool(one.transfers) for one in found)
        yield Card(
            "有事没办的基层工会",
            len(found),
            "家",
            f"还没有报送 {never:,} 家，名册没有改完或提交 {drafts:,} 家，"
            f"转会没有答复 {asked:,} 家。",
            url_for("reminders.reminding", code=actor.place),
            "去催办",
            "bell",
            "amber",
            15,
        )


def _behind(
    going: Sequence[CampaignView], progress: Sequence[Sequence[UnionProgress]]
) -> dict[str, list[Behind]]:
    """Return, by union, the campaigns in which it still has something to say."""
    behind: dict[str, list[Behind]] = {}
    for one, lines in zip(going, progress, strict=True):
        for line in lines:
            if line.progress.behind and not line.is_gone:
                behind.setdefault(line.code, []).append(Behind(one, line.progress.to_say))
    return behind


def notice(
    one: Reminder,
    campaigns: Sequence[Behind] = (),
    explain: Sequence[ExplanationView] = (),
) -> str:
    """Return what to write to a union's clerk; it names no person and no number of a document."""
    parts = []
    if one.is_uncovered and not one.drafts:
        parts.append("还没有报送会员花名册，请下载模板填好上传")
    if one.returned:
        parts.append(f"有 {one.returned} 份名册的行待改正，改好请重新提交")
    if one.drafts:
        since = f"（最早的 {day(local_day(one.since))} 上传）" if one.since else ""
        parts.append(f"有 {one.drafts} 份名册上传后还没有提交{since}")
    if one.transfers:
        late = f"，其中 {one.late} 人已过期限" if one.late else ""
        parts.append(f"有 {one.transfers} 人别的工会请求转出，待您答复{late}")
    for campaign, members in campaigns:
        due = f"{day(campaign.due_on)} 截止" if campaign.due_on >= today() else "已过截止日期"
        parts.append(f"复核活动“{campaign.title}”还有 {members} 人未复核，{due}")
    if explain:
        flags = "、".join(asked.flag.label for asked in explain)
        until = explain[0].due_on
        late = "已过期限" if until < today() else f"{day(until)} 前"
        parts.append(f"请说明“{flags}”的原因（{late}）")
    return f"【{one.union.name}】您好：{'；'.join(parts)}。请登录会员实名制系统办理。"
