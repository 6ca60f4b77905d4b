"""Where two states of the same month differ, place by place and figure by figure. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from registry.periods.composing import Place
from registry.unions.models import Level

# What follows from the register of unions, from declared numbers of employees and from targets may
# be told later, and change the past by right: days of a union's life, its unit, its kind.
_TOLD_LATER = (
    "name",
    "parent",
    "figures.unions",
    "figures.employees",
    "metrics.membership_rate",
    "metrics.founding_rate",
    "metrics.coverage_rate",
    "metrics.target_rate",
    "composition.kind",
)


class Difference(NamedTuple):
    """One figure of one place that differs; `what` is its way in the document, `place` where the
    whole place is on one side alone.
    """

    place: str
    name: str
    what: str
    before: str
    after: str
    # No later act changes it by right: it was tampered with, or repaired.
    is_firm: bool


def differences(before: Mapping[str, Place], after: Mapping[str, Place]) -> list[Difference]:
    """Return all figures in which places differ."""
    return [
        found
        for code in sorted(before.keys() | after.keys())
        for found in _of_place(code, before.get(code), after.get(code))
    ]


def _of_place(code: str, before: Place | None, after: Place | None) -> Iterator[Difference]:
    if before is None or after is None:
        one = after or before or {}
        members = one["figures"]["members"]
        said = f"{one['name']}，会员 {members:,}"
        is_firm = after is None or members > 0
        sides = (said, "") if after is None else ("", said)
        yield Difference(code, one["name"], "place", *sides, is_firm)
        return
    was, now = dict(_flat(before)), dict(_flat(after))
    # Unions that come under a unit or leave it take their past along.
    is_unit = before["level"] == Level.TOWNSHIP
    for what in sorted(was.keys() | now.keys()):
        if was.get(what) != now.get(what):
            is_firm = not is_unit and not what.startswith(_TOLD_LATER)
            sides = (was.get(what, ""), now.get(what, ""))
            yield Difference(code, before["name"], what, *sides, is_firm)


def _flat(value: Any, way: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from _flat(one, f"{way}.{name}" if way else name)
    elif isinstance(value, list):
        yield way, "/".join(map(str, value))
    else:
        yield way, "" if value is None else str(value)
