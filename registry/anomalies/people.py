"""Detectors over the register: mobiles that many share, ages, unions that grow at once.

They judge no particulars of who is restricted.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from registry.anomalies.facts import Fact
from registry.anomalies.kinds import AnomalyKind
from registry.clock import today
from registry.db import setting
from registry.members.models import LIVE, Member, Membership, MembershipState, Tally
from registry.members.particulars import said
from registry.unions.models import TradeUnion

MEMBER_FROM = 16  # nobody younger may work
_WEEK = timedelta(days=7)
_FEMALE = "2"
_AT_WORK = "1"


def shared_mobiles(session: Session, county: str) -> Iterator[Fact]:
    """Yield the mobiles that stand with many live members, whichever their unions."""
    most = setting("ANOMALY_SHARED_MOBILE")
    live = (
        select(Member.mobile_key, Member.id, Membership.union_code, TradeUnion.path)
        .join(
            Membership,
            (Membership.county == Member.county)
            & (Membership.member_id == Member.id)
            & Membership.state.in_(LIVE),
        )
        .join(TradeUnion, TradeUnion.code == Membership.union_code)
        .where(Member.county == county, Member.restricted_at.is_(None))
    )
    often = (
        select(Member.mobile_key)
        .where(Member.county == county, Member.mobile_key.is_not(None))
        .group_by(Member.mobile_key)
        .having(func.count() >= most)
    )
    by_key: dict[bytes, list[tuple[int, str, str]]] = defaultdict(list)
    for key, member, union, path in session.execute(live.where(Member.mobile_key.in_(often))):
        by_key[key].append((member, union, path))
    for key, found in by_key.items():
        if len(found) < most:
            continue
        unions = {union for _, union, _ in found}
        members = sorted(member for member, _, _ in found)
        spread = f"，分属 {len(unions)} 家工会" if len(unions) > 1 else ""
        place = _nearest_above([path for _, _, path in found])
        yield Fact(
            AnomalyKind.SHARED_MOBILE,
            place,
            key.hex(),
            [place, *members],  # a union may come under another unit: others look at it then
            f"同一个手机号登记在 {len(found)} 名会员名下{spread}。",
            members,
        )


def ages(session: Session, county: str) -> Iterator[Fact]:
    """Yield the unions with active members who are too young or long past the age of retiring."""
    born, sex = said("born_on"), said("sex")
    young, man, woman = (
        _years_ago(years)
        for years in (
            MEMBER_FROM,
            setting("ANOMALY_AGE_MAN"),
            setting("ANOMALY_AGE_WOMAN"),
        )
    )
    work = said("work_status")
    is_old = born < case((sex == _FEMALE, woman), else_=man)
    query = (
        select(Membership.union_code, Member.id, born > young)
        .join(Member, (Member.county == Membership.county) & (Member.id == Membership.member_id))
        .where(
            Membership.county == county,
            Membership.state == MembershipState.ACTIVE,
            Member.restricted_at.is_(None),
            or_(born > young, is_old & or_(work.is_(None), work == _AT_WORK)),
        )
    )
    by_union: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for union, member, is_young in session.execute(query):
        by_union[union][0 if is_young else 1].append(member)
    for union, (children, old) in by_union.items():
        parts = [f"{len(children)} 人未满 {MEMBER_FROM} 周岁"] if children else []
        if old:
            limits = f"男 {setting('ANOMALY_AGE_MAN')}、女 {setting('ANOMALY_AGE_WOMAN')} 周岁"
            parts.append(f"{len(old)} 人已超过退休年龄（{limits}）仍登记为在岗")
        members = sorted((*children, *old))
        reason = f"在会会员中 {'，'.join(parts)}。"
        yield Fact(AnomalyKind.AGE, union, union, members, reason, members)


class Rise(NamedTuple):
    """How many members a union had, and had at most within a week of that day."""

    since: date
    before: int
    until: date
    after: int


def growth(session: Session, county: str) -> Iterator[Fact]:
    """Yield the unions whose active members rose by much within a week, each week once."""
    query = select(Tally.union_code, Tally.day, Tally.active).where(Tally.county == county)
    by_union: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for union, day, active in session.execute(query.order_by(Tally.union_code, Tally.day)):
        by_union[union].append((day, active))
    percent, least = setting("ANOMALY_GROWTH_PERCENT"), setting("ANOMALY_GROWTH_FROM")
    for union, counts in by_union.items():
        for one in rises(counts, percent, least):
            share = (one.after - one.before) * 100 // one.before
            yield Fact(
                AnomalyKind.GROWTH,
                union,
                f"{union}:{one.since.isoformat()}",
                [one.before, one.until.isoformat(), one.after],
                f"在会会员从 {one.since.isoformat()} 的 {one.before:,} 人增加到"
                f" {one.until.isoformat()} 的 {one.after:,} 人，一周内增加 {share}%。",
            )


def rises(counts: list[tuple[date, int]], percent: int, least: int) -> Iterator[Rise]:
    """Yield where counts, by day in order, rise by so many per cent within a week, from at least
    so many; what belongs to one rise is told once.
    """
    at = 0
    while at < len(counts):
        since, before = counts[at]
        week = [one for one in counts[at + 1 : at + 8] if one[0] - since <= _WEEK]
        until, after = max(week, key=lambda one: one[1], default=(since, before))
        if before >= least and (after - before) * 100 >= before * percent:
            yield Rise(since, before, until, after)
            at = next(place for place, one in enumerate(counts) if one[0] == until)
        else:
            at += 1


def _nearest_above(paths: Iterable[str]) -> str:
    """Return the code of the nearest place at or above all of these paths."""
    parts = [path.strip("/").split("/") for path in paths]
    shared: list[str] = [level[0] for level in zip(*parts, strict=False) if len(set(level)) == 1]
    return shared[-1]


def _years_ago(years: int) -> str:
    """Return the day of birth, ISO, of who became so many years old today."""
    day = today().isoformat()
    return f"{int(day[:4]) - years:04}{day[4:]}"
