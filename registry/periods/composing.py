"""What a closed month's document says of each place: the figures at the end of its last day.

Whole numbers and texts only; the same state of the register gives the same document.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from registry.members.composition import compositions
from registry.members.facts import facts_of
from registry.members.models import MembershipState
from registry.periods.months import Month
from registry.periods.movements import Move, counted
from registry.periods.rolls import Roll, rolls
from registry.totals.dimensions import MEMBER_FACTS, NOT_KNOWN, value_of
from registry.totals.queries import Figures, totals
from registry.unions.queries import Union, children, find

Place = dict[str, Any]

# What members are counted by, in the order of a page.
BY = (*MEMBER_FACTS, "kind")
_FIGURES = (
    "unions",
    "unions_preparing",
    "unions_listed",
    "unions_covered",
    "members",
    "retained",
    "employees",
    "pending_rows",
    "unions_over",
    "unions_undeclared",
)


class Content(NamedTuple):
    """What is signed of a month: each place by its code, and each union's roll."""

    places: dict[str, Place]
    rolls: dict[str, Roll]


def compose(session: Session, county: str, month: Month, before: Mapping[str, int]) -> Content:
    """Return the figures of a county, its units and its unions at the end of a month.

    `before` are the members that each place had by the last closing; where there was none, those
    of then are counted now.
    """
    day, top = month.last_day, find(session, county)
    tree = list(_tree(session, top))
    above = {union.code: union.parent_code for union in tree}
    opening = before or _members_on(session, tree, month.day_before)
    places = {
        one.code: _place(one, above[one.code], opening.get(one.code, 0))
        for one in _figures(session, tree, day)
    }
    found = dict(rolls(session, county, day))
    for code, roll in found.items():
        places[code]["roll"] = {"count": roll.size, "sha256": roll.digest}
    moves = counted(session, county, month)
    for code, some in _summed(moves, above).items():
        places[code]["moves"] |= some
    for place in places.values():
        _adjust(place)
    for code, cells in _made_up(session, county, day, tree).items():
        places[code]["composition"] = cells
    return Content(places, found)


def members_of(places: Mapping[str, Place]) -> dict[str, int]:
    """Return the members of each place of a document."""
    return {code: place["figures"]["members"] for code, place in places.items()}


def _tree(session: Session, top: Union) -> Iterable[Union]:
    """Yield a place and all below it, from the top down."""
    yield top
    if not top.is_grassroots:
        for one in children(session, top.code):
            yield from _tree(session, one)


def _figures(session: Session, tree: Iterable[Union], day: date) -> Iterable[Figures]:
    """Yield the figures of every place once: a federation's parts with it."""
    for union in tree:
        if union.parent_code is None:
            found = totals(session, union.code, day)
            yield found.total
            yield from found.parts
        elif not union.is_grassroots:
            parts = totals(session, union.code, day).parts
            yield from (one for one in parts if one.code != union.code)


def _members_on(session: Session, tree: Iterable[Union], day: date) -> dict[str, int]:
    return {one.code: one.members for one in _figures(session, tree, day)}


def _place(one: Figures, parent: str | None, before: int) -> Place:
    return {
        "name": one.name,
        "level": one.level.value,
        "parent": parent,
        "figures": {
            **{name: getattr(one, name) for name in _FIGURES},
            "reference_people": one.reference.people,
            "reference_matched": one.reference.matched,
            "reference_known": one.reference.known,
        },
        "metrics": {key: list(ratio) for key, ratio in one.metrics.items()},
        "before": before,
        "moves": {},
    }


def _adjust(place: Place) -> None:
    """Say what neither the members before nor the movements account for: unions that came under
    this place or left it, and repairs of the totals.
    """
    moved = sum(Move(move).sign * count for move, count in place["moves"].items())
    place["adjusted"] = place["figures"]["members"] - place["before"] - moved


def _summed(
    counts: Mapping[str, Counter[str]], above: Mapping[str, str | None]
) -> dict[str, Counter[str]]:
    """Add unions' counts up to all places above them."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for code, some in counts.items():
        at: str | None = code
        while at is not None:
            found[at].update(some)
            at = above[at]
    return found


def _made_up(
    session: Session, county: str, day: date, tree: Iterable[Union]
) -> dict[str, dict[str, dict[str, int]]]:
    """Return of whom the members of the county and its units are made up."""
    by_code = {union.code: union for union in tree}
    found: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: {by: Counter() for by in BY})
    for code, cells in compositions(session, county, day, by_year=True):
        of_union = _of_cells(cells, by_code[code].kind or "", day.year)
        at = by_code[code].parent_code
        while at is not None:
            for by in BY:
                found[at][by].update(of_union[by])
            at = by_code[at].parent_code
    return {code: {by: dict(some) for by, some in cells.items()} for code, cells in found.items()}


def _of_cells(cells: Mapping[str, int], kind: str, year: int) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {by: Counter() for by in BY}
    for cell, count in cells.items():
        facts = facts_of(cell)
        if facts.state == MembershipState.RETAINED:
            continue
        for by in MEMBER_FACTS:
            found[by][value_of(by, facts, year)] += count
        found["kind"][kind or NOT_KNOWN] += count
    return found
