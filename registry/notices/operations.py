"""A notice is published, and a roster is sent under one."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import now
from registry.db import bulk_insert, table_of, transaction
from registry.errors import InputRefused, StateRefused
from registry.notices import queries
from registry.notices.models import Notice, NoticeConfirmation
from registry.notices.queries import NoticeView
from registry.trail.operations import hold, record

PURPOSE_LENGTH = 500
BODY_LENGTH = 10_000
_COLUMNS = ("county", "submission_id", "version", "confirmed_by", "confirmed_at", "was_shown")


def publish(purpose: str, body: str, *, actor: Actor) -> int:
    """Put a new version of the county's notice in force; returns its number. Former ones stay.

    Raises `InputRefused` (notice.purpose, notice.body) and `StateRefused` (notice.same) where
    nothing differs from the one in force.
    """
    purpose, body = purpose.strip(), body.replace("\r\n", "\n").strip()
    if not 0 < len(purpose) <= PURPOSE_LENGTH:
        raise InputRefused("notice.purpose", f"请写处理目的，不超过 {PURPOSE_LENGTH} 个字。")
    if not 0 < len(body) <= BODY_LENGTH:
        raise InputRefused("notice.body", f"请写告知书全文，不超过 {BODY_LENGTH:,} 个字。")
    with transaction() as session:
        demand(actor, Permission.PUBLISH_NOTICE, f"/{actor.county}/")
        hold(session, actor.county)
        before = _kept(session, actor.county)
        if (before.purpose, before.body) == (purpose, body):
            raise StateRefused("notice.same", "内容和现行的告知书一样，没有发布新版本。")
        notice = NoticeView(before.version + 1, purpose, body, actor.account_id, now())
        _keep(session, actor.county, notice)
        record(
            session,
            "notice.publish",
            actor=actor,
            place=actor.county,
            detail={"version": notice.version, "digest": notice.digest},
        )
        return notice.version


def confirm(
    session: Session,
    county: str,
    submissions: Collection[int],
    *,
    account_id: int,
    at: datetime,
    version: int | None,
) -> int:
    """Keep that these rosters are sent under the notice in force; returns its version.

    `version` is the one that was shown to who sends, None for a program that saw none. Runs in the
    caller's transaction, with the county's chain held. Raises `StateRefused` (notice.changed) when
    another came in force meanwhile.
    """
    notice = _kept(session, county)
    _demand_same(notice, version)
    count = len(submissions)
    columns: list[list[Any]] = [
        [county] * count,
        list(submissions),
        [notice.version] * count,
        [account_id] * count,
        [at] * count,
        [version is not None] * count,
    ]
    bulk_insert(session, table_of(NoticeConfirmation), _COLUMNS, columns)
    return notice.version


def demand_in_force(session: Session, county: str, version: int | None) -> None:
    """Return where a version that was told, if one is named, is the one in force. Raises as
    `confirm`, before anything is taken in.
    """
    _demand_same(queries.in_force(session, county), version)


def _demand_same(notice: NoticeView, version: int | None) -> None:
    if version is not None and version != notice.version:
        raise StateRefused(
            "notice.changed",
            f"个人信息告知书现在是第 {notice.version} 版。请看过并告知会员以后再提交。",
        )


def _kept(session: Session, county: str) -> NoticeView:
    """Return the notice in force, the program's own being kept with its first use: a later version
    of the program must not change what was confirmed.
    """
    notice = queries.in_force(session, county)
    if notice.published_at is None:
        _keep(session, county, notice._replace(published_at=now()))
    return notice


def _keep(session: Session, county: str, notice: NoticeView) -> None:
    session.execute(insert(Notice).values(county=county, **notice._asdict()))
