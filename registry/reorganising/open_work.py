"""What of a union is still open: members, rosters, transfers. Counted; nothing of any person."""

from enum import StrEnum

from sqlalchemy import distinct, func, or_, select
from sqlalchemy.orm import Session

from registry.clock import today
from registry.db import table_of
from registry.members.counts import UnionCounts, tallied
from registry.members.models import Transfer
from registry.members.transfers import OPEN
from registry.submissions.bundles.models import Bundle, BundleName
from registry.submissions.bundles.states import OPEN as OPEN_BUNDLES
from registry.submissions.models import Submission
from registry.submissions.states import REVIEWABLE, State


class OpenWork(StrEnum):
    """What may be open, in the order in which it is settled."""

    BUNDLES = "BUNDLES"
    DRAFTS = "DRAFTS"
    WAITING = "WAITING"
    TRANSFERS = "TRANSFERS"
    MEMBERS = "MEMBERS"

    @property
    def label(self) -> str:
        """What it is called on the screen."""
        return {
            "BUNDLES": "没有办完的合并名册",
            "DRAFTS": "没有提交的草稿",
            "WAITING": "没有办结的报送",
            "TRANSFERS": "没有办结的转会",
            "MEMBERS": "在册会员（含保留会籍）",
        }[self]

    @property
    def unit(self) -> str:
        """What it is counted in."""
        return "人" if self in (OpenWork.MEMBERS, OpenWork.TRANSFERS) else "份"


_submission, _transfer = table_of(Submission).c, table_of(Transfer).c
_bundle, _name = table_of(Bundle).c, table_of(BundleName).c
_KIND = {
    State.DRAFT: OpenWork.DRAFTS,
    **dict.fromkeys(REVIEWABLE, OpenWork.WAITING),
}


def open_work(session: Session, county: str, code: str) -> dict[OpenWork, int]:
    """Return how much of a union is open, by kind; what is settled is left out."""
    found = dict.fromkeys(OpenWork, 0)
    rosters = (
        select(_submission.state, func.count())
        .where(
            _submission.county == county,
            _submission.union_code == code,
            _submission.state.in_(list(_KIND)),
        )
        .group_by(_submission.state)
    )
    for state, count in session.execute(rosters):
        found[_KIND[State(state)]] += count
    found[OpenWork.BUNDLES] = _bundles(session, county, code)
    transfers = select(func.count()).where(
        _transfer.county == county,
        or_(_transfer.from_union == code, _transfer.to_union == code),
        _transfer.state.in_(OPEN),
    )
    found[OpenWork.TRANSFERS] = session.scalar(transfers) or 0
    kept = tallied(session, county, today(), [code]).get(code, UnionCounts())
    found[OpenWork.MEMBERS] = kept.active + kept.retained
    return {kind: count for kind, count in found.items() if count}


def _bundles(session: Session, county: str, code: str) -> int:
    """Return how many workbooks for many unions, not split to their end, have rows of the union."""
    query = (
        select(func.count(distinct(_name.bundle_id)))
        .select_from(Bundle)
        .join(BundleName, (_name.county == _bundle.county) & (_name.bundle_id == _bundle.id))
        .where(
            _bundle.county == county,
            _bundle.state.in_(list(OPEN_BUNDLES)),
            _name.union_code == code,
        )
    )
    return session.scalar(query) or 0
