"""A score explained: what each measure counted and costs, what one more step would bring. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from registry.totals.metrics import Ratio
from registry.totals.ranking import MEASURES, Measure, Rules, Shares, drawn, score

LEAST = 10  # cells, members or rows in a step; a tenth of what is missing where that is more


class Step(NamedTuple):
    """What might be done next, and the points that it would bring, in hundredths."""

    text: str
    gain: int


class Line(NamedTuple):
    """A measure: what was reached, the mean, the share that counts, the weight in per cent, the
    points that reaching all of it would bring, and the next step; None where all is reached.
    """

    measure: Measure
    share: Ratio
    mean: float
    counted: float
    weight: float
    missing: int
    step: Step | None

    @property
    def label(self) -> str:
        """The measure's name."""
        return MEASURES[self.measure].label


def explain(
    shares: Shares, mean: Mapping[Measure, float], rules: Rules, measures: Sequence[Measure]
) -> list[Line]:
    """Return the measures of who reached these shares, in their order. What each would
    bring is that of this measure alone, all others and the county's mean staying as they are.
    """
    points = score(shares, mean, rules, measures)

    def gain(measure: Measure, share: Ratio) -> int:
        return score({**shares, measure: share}, mean, rules, measures) - points

    lines = []
    for measure, weight in rules.exponents(measures).items():
        share = shares[measure]
        step = _step(measure, share)
        lines.append(
            Line(
                measure,
                share,
                mean[measure],
                drawn(share, measure, mean[measure], rules),
                weight * 100,
                gain(measure, Ratio(share.denominator, share.denominator)),
                step and Step(step[0], gain(measure, step[1])),
            )
        )
    return lines


def _step(measure: Measure, share: Ratio) -> tuple[str, Ratio] | None:
    """Return the next step in words, and the share after it; None where nothing is to be done."""
    gap = share.denominator - share.numerator
    if gap <= 0:
        return None
    number = min(gap, max(LEAST, gap // 10))
    text, adds = {
        Measure.MEMBERSHIP: (f"再有 {number} 名职工入会", 0),
        Measure.ROSTERS: ("再有 1 家工会参评", 0),
        Measure.COMPLETENESS: (f"补齐 {number} 项信息", 0),
        Measure.FIRST_PASS: ("下一次报送一次通过", 1),
        Measure.UNIQUE: (f"再报 {LEAST} 行，没有一人在别处在册", LEAST),
        Measure.CHECKED: (f"复核 {number} 名会员", 0),
        Measure.QUARTERS: ("下一季有名册入库", 1),
    }[measure]
    reached = adds or (number if MEASURES[measure].counts_people else 1)
    return text, Ratio(share.numerator + reached, share.denominator + adds)
