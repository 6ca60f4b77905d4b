"""What members are counted by: facts of their union and of themselves. Pure."""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from registry.codes import code_list
from registry.members.facts import Facts

PART, UNION = "part", "union"
UNION_FACTS = ("kind", "new_sector_kind", "industry", "employer_category")
MEMBER_FACTS = ("sex", "age", "is_migrant_worker", "worker_group")
LABELS = {
    PART: "单位",
    UNION: "工会",
    "kind": "工会类型",
    "new_sector_kind": "三新类型",
    "industry": "行业",
    "employer_category": "单位性质",
    "sex": "性别",
    "age": "年龄",
    "is_migrant_worker": "农民工",
    "worker_group": "就业群体",
}
NOT_KNOWN = "-"
_LISTS = {
    "kind": "union_kind",
    "new_sector_kind": "new_sector_kind",
    "industry": "industry",
    "employer_category": "employer_category",
    "sex": "sex",
    "worker_group": "worker_group",
}
# The last years of the bands: the young of the unions' statistics are 35 at most.
_BANDS = (17, 25, 35, 45, 55, 60)
_SEXES = ("1", "2")


class Value(NamedTuple):
    """A value of a dimension: what stands in addresses, and what is shown."""

    key: str
    label: str


@cache
def values(dimension: str) -> tuple[Value, ...]:
    """Return the values of a fact in their order, the one of those not known last.

    KeyError for `PART` and `UNION`, whose values are places.
    """
    return (*_known(dimension), Value(NOT_KNOWN, "未填"))


def _known(dimension: str) -> Iterator[Value]:
    if dimension == "age":
        yield Value(f"-{_BANDS[0]}", f"{_BANDS[0]} 岁及以下")
        for below, last in pairwise(_BANDS):
            yield Value(f"{below + 1}-{last}", f"{below + 1}–{last} 岁")
        yield Value(f"{_BANDS[-1] + 1}-", f"{_BANDS[-1] + 1} 岁及以上")
    elif dimension == "is_migrant_worker":
        yield from (Value("1", "是"), Value("0", "否"))
    else:
        # Of the sexes those "not known" and "not said" are one: nothing is known.
        for code in code_list(_LISTS[dimension]):
            if dimension != "sex" or code.code in _SEXES:
                yield Value(code.code, code.label)


def value_of(dimension: str, facts: Facts, year: int) -> str:
    """Return the key of a member's value; ages are those completed by the end of `year`."""
    if dimension == "age":
        return _band(year - facts.born_in) if facts.born_in else NOT_KNOWN
    said: str = getattr(facts, dimension)
    return said if said in _keys(dimension) else NOT_KNOWN


def years_of(band: str, year: int) -> tuple[int, int]:
    """Return the first and the last year of birth of those in an age band by the end of `year`."""
    youngest, _, oldest = band.partition("-")
    return year - int(oldest or year - 1), year - int(youngest or 0)


def chosen_of(said: Mapping[str, str]) -> dict[str, str]:
    """Return those of the facts asked for that have such a value, in the order of the dimensions;
    the others are left aside.
    """
    return {
        name: said[name] for name in (*UNION_FACTS, *MEMBER_FACTS) if said.get(name) in _keys(name)
    }


def label_of(dimension: str, key: str) -> str:
    """Return what is shown for a value."""
    return next((one.label for one in values(dimension) if one.key == key), key)


@cache
def _keys(dimension: str) -> frozenset[str]:
    return frozenset(one.key for one in values(dimension))


def _band(age: int) -> str:
    below = 0
    for last in _BANDS:
        if age <= last:
            return f"{below or ''}-{last}"
        below = last + 1
    return f"{below}-"
