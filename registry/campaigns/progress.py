"""How far campaigns are, union by union: sums of `members.checked`, never a look at members."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.campaigns.queries import CampaignView
from registry.clock import today
from registry.db import begins_with, table_of
from registry.members.checked import Checked, checked
from registry.members.counts import tallied
from registry.submissions.confirming import is_verification
from registry.submissions.models import Submission
from registry.submissions.states import REVIEWABLE, State
from registry.unions.models import Level, TradeUnion
from registry.unions.states import FORMED


class Progress(NamedTuple):
    """How far unions are: members `verified` and not yet (`open`), rows that wait for review,
    members who entered since and are not asked for; unions with members to verify, those that have
    not begun, and those that are not done.
    """

    verified: int = 0
    open: int = 0
    waiting: int = 0
    entered: int = 0
    unions: int = 0
    idle: int = 0
    behind: int = 0

    @property
    def asked(self) -> int:
        """Members whom the campaign asks for."""
        return self.verified + self.open

    @property
    def to_say(self) -> int:
        """Members of whom the union has still to say something."""
        return max(self.open - self.waiting, 0)


class UnionProgress(NamedTuple):
    """How far one union is. Of a union that is no more (`is_gone`) nothing is asked."""

    code: str
    name: str
    path: str
    is_gone: bool
    progress: Progress


_union, _submission = table_of(TradeUnion).c, table_of(Submission).c


def of_unions(
    session: Session, county: str, path: str, found: Sequence[CampaignView]
) -> list[list[UnionProgress]]:
    """Return, for each campaign, how far each union at or below a path is, by their codes.

    Unions without anybody to verify are left out.
    """
    if not found:
        return []
    on = today()
    listed = _unions(session, path)
    under_way = _under_way(session, county)
    # Open campaigns are asked for together; a closed one stands as it was on its last day.
    by_day: dict[date, list[CampaignView]] = {}
    for one in found:
        by_day.setdefault(one.last_day(on), []).append(one)
    counted = {
        day: (
            tallied(session, county, day),
            checked(session, county, {one.opens_on for one in ones}, day),
        )
        for day, ones in by_day.items()
    }
    result = []
    for one in found:
        members, checks = counted[one.last_day(on)]
        lines = []
        for code, name, place, status in listed:
            if code not in members or not one.covers(place):
                continue
            known = checks[code][one.opens_on] if code in checks else Checked()
            rest = members[code].active - sum(known)
            progress = _progress(known, rest, *under_way.get(code, (0, 0)))
            if progress.asked:
                gone = status not in FORMED
                lines.append(UnionProgress(code, name, place, gone, progress))
        result.append(lines)
    return result


def total(lines: Sequence[UnionProgress]) -> Progress:
    """Add up, figure by figure, the unions of which something is asked."""
    figures = [one.progress for one in lines if not one.is_gone]
    return Progress(*map(sum, zip(*figures, strict=True)))


def _progress(known: Checked, rest: int, waiting: int, rosters: int) -> Progress:
    one = Progress(known.verified, rest, min(waiting, rest), known.entered, 1)
    return one._replace(idle=int(not known.verified and not rosters), behind=int(one.to_say > 0))


def _unions(session: Session, path: str) -> list[tuple[str, str, str, str]]:
    query = select(_union.code, _union.name, _union.path, _union.status).where(
        begins_with(_union.path, "path"), _union.level == Level.GRASSROOTS
    )
    return list(session.execute(query.order_by(_union.code), {"path": path}).tuples())


def _under_way(session: Session, county: str) -> dict[str, tuple[int, int]]:
    """Return the rows that wait for review and the rosters under way, by union."""
    query = (
        select(_submission.union_code, func.sum(_submission.pending_count), func.count())
        .where(
            _submission.county == county,
            _submission.state.in_((State.DRAFT, *REVIEWABLE)),
            is_verification(),
        )
        .group_by(_submission.union_code)
    )
    return {code: (int(rows), count) for code, rows, count in session.execute(query)}
