"""Whom to remind, in words that can be copied into a chat: few clerks have mail."""

from flask import Blueprint, g, render_template

from registry.access.roles import Permission
from registry.clock import local_day
from registry.db import db
from registry.review.reminders import Reminder, reminders
from registry.web.filters import day
from registry.web.guard import guard

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
