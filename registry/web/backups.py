"""Backups that were made, for the administrator: whether there is one, and how old it is."""

from collections.abc import Iterable
from datetime import timedelta

from flask import Blueprint, current_app, g, render_template, url_for
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.backups.queries import Backup, recent
from registry.clock import now
from registry.db import db, setting
from registry.web.guard import guard
from registry.web.waiting import Card

blueprint = Blueprint("backups", __name__)


@blueprint.get("/unions/<code>/backups")
@guard(Permission.VIEW_BACKUPS)
def backups(code: str) -> str:
    """Show the newest backups, and a warning where the last one is too old."""
    found = recent(db.session(), g.union.county)
    return render_template(
        "backups/backups.html",
        backups=found,
        is_late=_is_late(found),
        hours=setting("BACKUP_HOURS"),
        days=setting("ORIGINAL_DAYS"),
    )


def waiting(session: Session, actor: Actor) -> Iterable[Card]:
    """Warn the administrator of a backup that is missing or too old."""
    if not actor.has(Permission.VIEW_BACKUPS):
        return
    found = recent(session, actor.county, limit=1)
    if not _is_late(found) or current_app.config["DEMO"]:
        return
    page = url_for("backups.backups", code=actor.place)
    if not found:
        yield Card("备份", 0, "份", "还没有做过备份", page, "怎样备份", "hdd", "red", 90)
        return
    hours = int((now() - found[0].at) / timedelta(hours=1))
    text = f"最近一次备份是 {hours:,} 小时前"
    yield Card("备份过期", hours, "小时", text, page, "查看备份", "hdd", "red", 90)


def _is_late(found: list[Backup]) -> bool:
    hours: int = setting("BACKUP_HOURS")
    return bool(hours) and (not found or now() - found[0].at > timedelta(hours=hours))
