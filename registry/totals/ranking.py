"""The ranking's formula: shares of what was reached, weighed and multiplied. Pure.

A score is a weighted geometric mean, 0 to 100 points: a weak side cannot be bought by a strong one.
Each share is drawn towards the mean of the county, the more so the fewer cases stand behind it, so
that three of three are no better than 500 of 501 (decision 0039). Points are kept in hundredths,
rounded down, and who shows the same points shares a rank.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import pairwise
from math import floor, prod
from typing import NamedTuple

from registry.totals.metrics import CELLS, Ratio

FULL = 100_00  # hundredths of points


class Part(StrEnum):
    """A side of the score, with a weight of its own."""

    COVERAGE = "COVERAGE"
    QUALITY = "QUALITY"
    TIMELINESS = "TIMELINESS"

    @property
    def label(self) -> str:
        """The part's name on the screen."""
        return {"COVERAGE": "覆盖", "QUALITY": "质量", "TIMELINESS": "及时"}[self]


class Measure(StrEnum):
    """One share within a part; the measures of a part weigh the same."""

    MEMBERSHIP = "MEMBERSHIP"
    ROSTERS = "ROSTERS"
    COMPLETENESS = "COMPLETENESS"
    FIRST_PASS = "FIRST_PASS"  # noqa: S105
    UNIQUE = "UNIQUE"
    CHECKED = "CHECKED"
    QUARTERS = "QUARTERS"


class About(NamedTuple):
    """What a measure is: what it counts, whether its cases are people or single events, and how
    many of its units make a case.
    """

    part: Part
    label: str
    formula: str
    counts_people: bool = True
    units: int = 1


MEASURES: Mapping[Measure, About] = {
    Measure.MEMBERSHIP: About(
        Part.COVERAGE, "入会率", "在会会员 ÷ 职工人数，会员多于职工的按职工人数计"
    ),
    Measure.ROSTERS: About(Part.COVERAGE, "参评面", "参评的工会 ÷ 已建工会（只用于单位）", False),
    Measure.COMPLETENESS: About(
        Part.QUALITY, "信息完整率", "必填和建议填写项中已填的 ÷ 全部应填", units=CELLS
    ),
    Measure.FIRST_PASS: About(Part.QUALITY, "一次通过率", "未经退回即办结的报送 ÷ 全部报送", False),
    Measure.UNIQUE: About(Part.QUALITY, "不重复率", "报送时不在其他工会在册的行 ÷ 报送的行"),
    Measure.CHECKED: About(
        Part.TIMELINESS, "有效期内核对率", "最近 {days} 天内入会或者复核过的会员 ÷ 在会会员"
    ),
    Measure.QUARTERS: About(
        Part.TIMELINESS,
        "按季更新率",
        "最近四季（每季 91 天）里有名册入库的季数 ÷ 开始报送以来的季数",
        False,
    ),
}
# A union with a roster takes part: the share of those who do is a unit's alone.
OF_UNION = tuple(measure for measure in Measure if measure is not Measure.ROSTERS)
OF_UNIT = tuple(Measure)

Shares = Mapping[Measure, Ratio]


class Rules(NamedTuple):
    """The settings: the parts' weights, and how many cases the county's mean stands for."""

    weights: Mapping[Part, int]
    prior_people: int
    prior_events: int
    bands: tuple[int, ...]  # the sizes at which the next band begins

    def prior(self, measure: Measure) -> int:
        """How many cases of a measure the mean stands for."""
        return self.prior_people if MEASURES[measure].counts_people else self.prior_events

    def exponents(self, measures: Sequence[Measure]) -> dict[Measure, float]:
        """The weight of each measure; together they are 1."""
        parts = [MEASURES[measure].part for measure in measures]
        whole = sum(self.weights.values())
        return {
            measure: self.weights[part] / whole / parts.count(part)
            for measure, part in zip(measures, parts, strict=True)
        }

    def band(self, size: int) -> int:
        """The number of the band of a union with so many people."""
        return sum(size >= begin for begin in self.bands)

    def band_labels(self) -> list[str]:
        """The bands by number, in words."""
        between = [f"{low}–{high - 1} 人" for low, high in pairwise(self.bands)]
        return [f"{self.bands[0]} 人以下", *between, f"{self.bands[-1]} 人及以上"]


def means(entrants: Iterable[Shares]) -> dict[Measure, float]:
    """Return the county's mean of each measure, all cases together; 1 where there is no case."""
    sums = {measure: [0, 0] for measure in Measure}
    for shares in entrants:
        for measure, (reached, of) in shares.items():
            sums[measure][0] += reached
            sums[measure][1] += of
    return {measure: reached / of if of else 1.0 for measure, (reached, of) in sums.items()}


def drawn(share: Ratio, measure: Measure, mean: float, rules: Rules) -> float:
    """Return a share, 0 to 1, drawn towards the mean as if `prior` cases more had reached it."""
    units, prior = MEASURES[measure].units, rules.prior(measure)
    cases = share.denominator / units + prior
    return (share.numerator / units + prior * mean) / cases if cases else mean


def score(
    shares: Shares, mean: Mapping[Measure, float], rules: Rules, measures: Sequence[Measure]
) -> int:
    """Return the points, in hundredths, of who reached these shares."""
    return scores([shares], mean, rules, measures)[0]


def scores(
    entrants: Iterable[Shares],
    mean: Mapping[Measure, float],
    rules: Rules,
    measures: Sequence[Measure],
) -> list[int]:
    """Return the points of many, in their order."""
    exponents = rules.exponents(measures)
    return [
        floor(
            FULL
            * prod(
                drawn(shares[measure], measure, mean[measure], rules) ** exponent
                for measure, exponent in exponents.items()
            )
        )
        for shares in entrants
    ]


def ranks(points: Sequence[int]) -> list[int]:
    """Return the rank of each: 1 more than how many have more points. Equals share one."""
    first: dict[int, int] = {}
    for place, value in enumerate(sorted(points, reverse=True), 1):
        first.setdefault(value, place)
    return [first[value] for value in points]


def written(points: int) -> str:
    """Points as pages write them: 98.50."""
    return f"{points // 100}.{points % 100:02d}"
