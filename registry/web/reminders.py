"""Whom to remind, in words that can be copied into a chat: few clerks have mail."""

from collections.abc import Iterable

from flask import Blueprint, g, render_template, url_for
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.clock import local_day
from registry.db import db
from registry.review.reminders import Reminder, reminders
from registry.web.filters import day
from registry.web.guard import guard
from registry.web.waiting import Card

blueprint = Blueprint("reminders", __name__)


@blueprint.get("/unions/<code>/reminders")
@guard(Permission.REMIND)
def reminding(code: str) -> str:
    """List the unions that something waits for, each with a notice to copy."""
    found = reminders(db.session(), g.union.county, g.union.path)
    lines = [(one, notice(one)) for one in found]
    return render_template(
        "reminders/reminders.html",
        lines=lines,
        everything="\n".join(text for _, text in lines),
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


def notice(one: Reminder) -> str:
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
    return f"【{one.union.name}】您好：{'；'.join(parts)}。请登录会员实名制系统办理。"
