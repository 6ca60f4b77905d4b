"""How members stand from day to day: who was in which union, in which state, with which facts.

Every act that changes a live membership, or what its member is counted by, ends with `begin` or
`follow`. They write `Standing`, from which the members of any past day are listed, and count the
same change in `Composition`: a number and the list that it leads to cannot differ (decision 0034).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session

from registry.clock import local_day
from registry.db import insert_select, json_text, one_of, table_of
from registry.members import composition
from registry.members.facts import Facts, facts_of
from registry.members.models import LIVE, Member, Membership, Standing
from registry.members.place import Place

_FACTS = Facts._fields
_standing, _membership, _member = table_of(Standing).c, table_of(Membership).c, table_of(Member).c


def _told(name: str) -> ColumnElement[str]:
    return func.coalesce(json_text(_member.particulars, literal(name, Text())), "")


# What a live membership is counted by. A day of birth begins with its year.
_BORN_IN = cast(func.coalesce(func.nullif(func.substr(_told("born_on"), 1, 4), ""), "0"), Integer)
_NOW: dict[str, ColumnElement[Any]] = {
    "county": _membership.county,
    "member_id": _membership.member_id,
    "membership_id": _membership.id,
    "union_code": _membership.union_code,
    "state": _membership.state,
    "sex": _told("sex"),
    "is_migrant_worker": _told("is_migrant_worker"),
    "worker_group": _told("worker_group"),
    "born_in": _BORN_IN,
}


def live(*more: ColumnElement[Any]) -> Select[Any]:
    """Return how live memberships stand now, and more columns."""
    return (
        select(*(one.label(name) for name, one in _NOW.items()), *more)
        .join_from(
            table_of(Membership),
            table_of(Member),
            (_member.county == _membership.county) & (_member.id == _membership.member_id),
        )
        .where(_membership.state.in_(LIVE))
    )


_OPEN = select(*(_standing[name] for name in (*_NOW, "since"))).where(_standing.until.is_(None))
_CLOSE = (
    update(table_of(Standing))
    .where(
        _standing.county == bindparam("of_county"),
        _standing.member_id == bindparam("of_member"),
        _standing.until.is_(None),
    )
    .values(until=bindparam("on"))
)
_UNDO = delete(table_of(Standing)).where(
    _standing.county == bindparam("of_county"),
    _standing.member_id == bindparam("of_member"),
    _standing.since == bindparam("on"),
)


def begin(session: Session, place: Place, base: int, highest_row: int) -> None:
    """Let the memberships numbered from `base` to `base` and the highest row stand, which an
    approval has just begun: of these persons nothing stood before.
    """
    day, here = local_day(place.at), _membership.id.between(base, base + highest_row)
    columns = {**_NOW, "since": literal(day)}
    source = live(literal(day)).where(_membership.county == place.county, here)
    insert_select(session, Standing, columns, source)
    query = (
        select(*(_standing[name] for name in _FACTS), func.count())
        .where(
            _standing.county == place.county,
            _standing.union_code == place.union_code,
            _standing.membership_id.between(base, base + highest_row),
        )
        .group_by(*(_standing[name] for name in _FACTS))
    )
    come = {Facts(*facts): count for *facts, count in session.execute(query)}
    composition.add(session, place.county, place.union_code, day, come)


def follow(session: Session, county: str, members: Collection[int], at: datetime) -> None:
    """Let members stand as they are now, after an act of this instant: what stood before ends where
    it differs.
    """
    if not members:
        return
    session.flush()
    numbers = list(members)
    is_asked = (Membership.county == county, one_of(Membership.member_id, numbers))
    now = {one.member_id: one for one in session.execute(live().where(*is_asked))}
    was_asked = (Standing.county == county, one_of(Standing.member_id, numbers))
    before = {one.member_id: one for one in session.execute(_OPEN.where(*was_asked))}
    width = len(_NOW)
    gone = [one for key, one in before.items() if key not in now or now[key] != one[:width]]
    come = [one for key, one in now.items() if key not in before or before[key][:width] != one]
    # An act that crosses midnight behind another of the same member counts from that one's day.
    day = max([local_day(at), *(one.since for one in gone)])
    _end(session, county, gone, day)
    _begin(session, come, day)
    _count(session, county, come, gone, day)


def _end(session: Session, county: str, gone: Sequence[Row[Any]], day: date) -> None:
    """End stretches; one that began on this very day had never been there at its end."""
    for statement, some in (
        (_UNDO, [one for one in gone if one.since == day]),
        (_CLOSE, [one for one in gone if one.since < day]),
    ):
        if some:
            asked = [{"of_county": county, "of_member": one.member_id, "on": day} for one in some]
            session.connection().execute(statement, asked)


def _begin(session: Session, come: Sequence[Row[Any]], day: date) -> None:
    if come:
        rows = [{**dict(zip(_NOW, one, strict=True)), "since": day} for one in come]
        session.execute(insert(table_of(Standing)), rows)


def _count(
    session: Session,
    county: str,
    come: Iterable[Row[Any]],
    gone: Iterable[Row[Any]],
    day: date,
) -> None:
    changes: dict[str, Counter[Facts]] = defaultdict(Counter)
    for some, sign in ((come, 1), (gone, -1)):
        for one in some:
            changes[one.union_code][Facts(*(getattr(one, name) for name in _FACTS))] += sign
    for code in sorted(changes):
        composition.add(session, county, code, day, changes[code])


class Recounted(NamedTuple):
    """A union's live members by their facts, and how many stand as they should; `standing` are all
    who are said to stand there.
    """

    cells: Counter[Facts]
    right: int = 0
    standing: int = 0


def recounted(session: Session, county: str) -> dict[str, Recounted]:
    """Count every union of a county from the members themselves, and who stands as the members say.

    One pass over the members; a union in which nobody is and stands is left out.
    """
    now = live().where(_membership.county == county).subquery()
    query = (
        select(
            now.c.union_code,
            *(now.c[name] for name in _FACTS),
            func.count(),
            func.count(_standing.since),
        )
        .outerjoin(
            table_of(Standing),
            and_(_standing.until.is_(None), *(_standing[name] == now.c[name] for name in _NOW)),
        )
        .group_by(now.c.union_code, *(now.c[name] for name in _FACTS))
    )
    found: dict[str, Recounted] = defaultdict(lambda: Recounted(Counter()))
    for code, *facts, count, right in session.execute(query):
        one = found[code]
        one.cells[Facts(*facts)] += count
        found[code] = one._replace(right=one.right + right)
    standing = (
        select(_standing.union_code, func.count())
        .where(_standing.county == county, _standing.until.is_(None))
        .group_by(_standing.union_code)
    )
    for code, count in session.execute(standing):
        found[code] = found[code]._replace(standing=count)
    return dict(found)


def repair(session: Session, county: str, at: datetime) -> None:
    """Let everybody stand and be counted as the members say, from the day of this instant on."""
    live = select(_membership.member_id).where(
        _membership.county == county, _membership.state.in_(LIVE)
    )
    standing = select(_standing.member_id).where(
        _standing.county == county, _standing.until.is_(None)
    )
    follow(session, county, session.scalars(live.union(standing)).all(), at)
    day = local_day(at)
    kept = dict(composition.compositions(session, county, day, by_year=True))
    real = recounted(session, county)
    for code in sorted(kept.keys() | real.keys()):
        changes = Counter(real[code].cells if code in real else {})
        changes.subtract({facts_of(cell): n for cell, n in kept.get(code, {}).items()})
        composition.add(session, county, code, day, changes, anew=True)
