"""What a month changed in the number of members: who came, who went, and how.

Read from the stretches of `Standing` that begin or end in the month, so that the members before,
and all that came and went, are the members after, whatever was recorded on which day. Facts that
changed are no movement; whoever came and went on one day was never there at its end.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from registry.clock import end_of_day
from registry.db import begins_with
from registry.identity import mask
from registry.identity.mask import Sight
from registry.members.models import EventType, Member, MembershipEvent, MembershipState, Standing
from registry.periods.months import Month
from registry.unions.models import TradeUnion


class Move(StrEnum):
    """How somebody came to be counted as a member, or ceased to be."""

    ENTER = "ENTER"
    TRANSFER_IN = "TRANSFER_IN"
    RESUME = "RESUME"  # from retained
    RESTORE = "RESTORE"  # what had ended is open again: an end that was taken back, a repair
    TRANSFER_OUT = "TRANSFER_OUT"
    RESIGN = "RESIGN"
    EXPEL = "EXPEL"
    DECEASE = "DECEASE"
    RETAIN = "RETAIN"
    REVOKE = "REVOKE"
    MERGE = "MERGE"
    OTHER = "OTHER"

    @property
    def label(self) -> str:
        """The movement's name on the screen."""
        return _LABELS[self]

    @property
    def sign(self) -> int:
        """Whether it adds a member or takes one off."""
        return 1 if self in _COMING else -1


_LABELS: dict[Move, str] = {
    Move.ENTER: "入会",
    Move.TRANSFER_IN: "转入",
    Move.RESUME: "恢复在会",
    Move.RESTORE: "恢复会籍",
    Move.TRANSFER_OUT: "转出",
    Move.RESIGN: "退会",
    Move.EXPEL: "除名",
    Move.DECEASE: "去世",
    Move.RETAIN: "转为保留会籍",
    Move.REVOKE: "审核撤销",
    Move.MERGE: "重复登记合并",
    Move.OTHER: "其他减少",
}
_COMING = frozenset({Move.ENTER, Move.TRANSFER_IN, Move.RESUME, Move.RESTORE})
_ENDINGS = (
    EventType.TRANSFER_OUT,
    EventType.RESIGN,
    EventType.EXPEL,
    EventType.DECEASE,
    EventType.REVOKE,
    EventType.MERGE,
)
_RETAINED = MembershipState.RETAINED.value


class Moved(NamedTuple):
    """One movement as a list shows it, masked."""

    day: date
    union_code: str
    membership_id: int
    member_id: int
    name: str
    move: Move


class After(NamedTuple):
    """The movement that a page ended with."""

    day: date
    membership_id: int


def counted(session: Session, county: str, month: Month) -> dict[str, Counter[str]]:
    """Return how many moved in each union of a county during a month, by `Move`."""
    moved = _moved(county, month).subquery()
    query = select(moved.c.union_code, moved.c.move, func.count()).group_by(
        moved.c.union_code, moved.c.move
    )
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for code, move, count in session.execute(query):
        found[code][move] = count
    return found


def listed(
    session: Session,
    county: str,
    month: Month,
    move: Move,
    *,
    path: str,
    sight: Sight,
    after: After | None = None,
    limit: int = 50,
) -> list[Moved]:
    """Return who moved so in the unions below a path during a month, by day, after `after`."""
    moved = _moved(county, month).subquery().c
    query = (
        select(moved.day, moved.union_code, moved.membership_id, moved.member_id, Member.full_name)
        .add_columns(Member.restricted_at)
        .join(Member, (Member.county == county) & (Member.id == moved.member_id))
        .join(TradeUnion, TradeUnion.code == moved.union_code)
        .where(moved.move == move.value, begins_with(TradeUnion.path.expression, "path"))
        .order_by(moved.day, moved.membership_id)
        .limit(limit)
    )
    if after is not None:
        same_day = and_(moved.day == after.day, moved.membership_id > after.membership_id)
        query = query.where((moved.day > after.day) | same_day)
    return [
        Moved(
            day,
            code,
            membership_id,
            member_id,
            mask.name(name, sight.of(restricted_at)),
            move,
        )
        for day, code, membership_id, member_id, name, restricted_at in session.execute(
            query, {"path": path}
        )
    ]


def told(moves: Mapping[str, int]) -> list[tuple[Move, int]]:
    """Return counted movements in the order of a page, without those of which there was none."""
    return [(move, moves[move]) for move in Move if moves.get(move)]


def _moved(county: str, month: Month) -> Any:
    return union_all(_come(county, month), _gone(county, month))


def _come(county: str, month: Month) -> Select[Any]:
    one, before, earlier = aliased(Standing), aliased(Standing), aliased(Standing)
    stood = exists().where(
        earlier.county == one.county,
        earlier.member_id == one.member_id,
        earlier.since < one.since,
        earlier.membership_id == one.membership_id,
    )
    entry = _event(one, EventType.ENTER, EventType.TRANSFER_IN)
    move = case(
        (before.state == _RETAINED, literal(Move.RESUME.value)),
        (stood, literal(Move.RESTORE.value)),
        else_=func.coalesce(entry, literal(Move.RESTORE.value)),
    )
    touching = and_(_same(one, before), before.until == one.since)
    return (
        _line(one, one.since, move)
        .outerjoin(before, touching)
        .where(one.county == county, _within(one.since, month), *_counts(one, before))
    )


def _gone(county: str, month: Month) -> Select[Any]:
    one, after = aliased(Standing), aliased(Standing)
    by_then = MembershipEvent.recorded_at < end_of_day(month.last_day)
    end = _event(one, *_ENDINGS, last=True, also=by_then)
    move = case(
        (after.state == _RETAINED, literal(Move.RETAIN.value)),
        else_=func.coalesce(end, literal(Move.OTHER.value)),
    )
    touching = and_(_same(one, after), after.since == one.until)
    return (
        _line(one, one.until, move)
        .outerjoin(after, touching)
        .where(one.county == county, _within(one.until, month), *_counts(one, after))
    )


def _line(one: Any, day: Any, move: Any) -> Select[Any]:
    return select(
        day.label("day"), one.union_code, one.membership_id, one.member_id, move.label("move")
    ).select_from(one)


def _same(one: Any, other: Any) -> ColumnElement[bool]:
    return and_(
        other.county == one.county,
        other.member_id == one.member_id,
        other.membership_id == one.membership_id,
    )


def _within(day: Any, month: Month) -> ColumnElement[bool]:
    found: ColumnElement[bool] = day.between(month.first_day, month.last_day)
    return found


def _counts(one: Any, neighbour: Any) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The stretch is of one who is counted, and the one that it touches is not."""
    return one.state != _RETAINED, neighbour.state.is_(None) | (neighbour.state == _RETAINED)


def _event(
    one: Any, *types: EventType, last: bool = False, also: ColumnElement[bool] | None = None
) -> ScalarSelect[str]:
    """Return the type of the first, or the last, of such events of a stretch's membership."""
    query = select(MembershipEvent.type).where(
        MembershipEvent.county == one.county,
        MembershipEvent.member_id == one.member_id,
        MembershipEvent.membership_id == one.membership_id,
        MembershipEvent.type.in_([each.value for each in types]),
    )
    if also is not None:
        query = query.where(also)
    number = MembershipEvent.id
    return query.order_by(number.desc() if last else number).limit(1).scalar_subquery()
