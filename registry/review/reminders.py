"""Whom to remind: unions that something waits for, counted; nothing of any person is told."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import Session

from registry.clock import today
from registry.db import begins_with, table_of
from registry.members.counts import tallied
from registry.members.models import Transfer
from registry.members.transfers import TransferState
from registry.submissions.models import Submission
from registry.submissions.states import State
from registry.unions.models import TradeUnion
from registry.unions.queries import Union, grassroots

FOLLOW_UP, ABSENCE = "FOLLOW_UP", "ABSENCE"
MOST = 2_000


class Reminder(NamedTuple):
    """What waits for one union's clerk.

    `returned` and `drafts` are rosters to be corrected again and rosters never sent, `since` when
    the oldest of them was begun; `transfers` are members asked for by others, `late` those of them
    not answered in time; `is_uncovered`: no roster of the union was ever admitted.
    """

    union: Union
    returned: int
    drafts: int
    since: datetime | None
    transfers: int
    late: int
    is_uncovered: bool


_submission, _transfer, _union = (table_of(model).c for model in (Submission, Transfer, TradeUnion))
_is_follow_up = case((_submission.source == FOLLOW_UP, 1), else_=0)
_DRAFTS = (
    select(
        _submission.union_code,
        func.sum(_is_follow_up),
        func.sum(1 - _is_follow_up),
        func.min(_submission.created_at, type_=_submission.created_at.type),
    )
    .where(
        _submission.county == bindparam("county"),
        begins_with(_submission.path, "path"),
        _submission.state == State.DRAFT,
        _submission.is_current,
        _submission.source != ABSENCE,
    )
    .group_by(_submission.union_code)
)
_ASKED = (
    select(
        _transfer.from_union,
        func.count(),
        func.sum(case((_transfer.due_on < bindparam("today"), 1), else_=0)),
    )
    .where(
        _transfer.county == bindparam("county"),
        begins_with(_transfer.from_path, "path"),
        _transfer.state == TransferState.ASKED,
    )
    .group_by(_transfer.from_union)
)


def reminders(
    session: Session, county: str, path: str, also: Collection[str] = ()
) -> list[Reminder]:
    """Return what waits for the clerks of the unions at or below a path, by the unions' codes;
    unions that nothing waits for are left out, but for those named in `also`.
    """
    asked = {"county": county, "path": path}
    drafts = {code: rest for code, *rest in session.execute(_DRAFTS, asked)}
    transfers = {code: rest for code, *rest in session.execute(_ASKED, {**asked, "today": today()})}
    counts = tallied(session, county, today())
    found = []
    for union in grassroots(session, path, limit=MOST):
        returned, begun, since = drafts.get(union.code, (0, 0, None))
        waiting, late = transfers.get(union.code, (0, 0))
        kept = counts.get(union.code)
        is_uncovered = kept is None or not (kept.admissions or kept.submitted)
        if returned or begun or waiting or is_uncovered or union.code in also:
            found.append(Reminder(union, returned, begun, since, waiting, late, is_uncovered))
    return found
