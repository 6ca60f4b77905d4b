"""What a score is made of, and what the next step would bring, to the hundredth."""

from registry.totals.explaining import explain
from registry.totals.metrics import CELLS, Ratio
from registry.totals.ranking import OF_UNION, OF_UNIT, Measure, means, score
from tests.totals.test_ranking import RULES, whole


def test_each_step_brings_what_it_says():
    shares = whole(
        40,
        MEMBERSHIP=Ratio(30, 40),
        COMPLETENESS=Ratio(40 * CELLS - 12, 40 * CELLS),
        FIRST_PASS=Ratio(1, 2),
    )
    mean = means([shares, whole(200, MEMBERSHIP=Ratio(150, 200))])
    points = score(shares, mean, RULES, OF_UNION)
    lines = {one.measure: one for one in explain(shares, mean, RULES, OF_UNION)}

    assert list(lines) == list(OF_UNION)
    assert sum(one.weight for one in lines.values()) > 99.99
    step = lines[Measure.COMPLETENESS].step
    after = shares | {Measure.COMPLETENESS: Ratio(40 * CELLS - 2, 40 * CELLS)}
    assert (step.text, step.gain) == (
        "补齐 10 项信息",
        score(after, mean, RULES, OF_UNION) - points,
    )
    step = lines[Measure.FIRST_PASS].step
    after = shares | {Measure.FIRST_PASS: Ratio(2, 3)}
    assert step.gain == score(after, mean, RULES, OF_UNION) - points > 0
    # Ten are missing, and ten are one step: it brings all that there is.
    membership = lines[Measure.MEMBERSHIP]
    assert membership.step.text == "再有 10 名职工入会"
    assert membership.step.gain == membership.missing > 0
    # All is reached: nothing is missing and nothing is to be done.
    assert (lines[Measure.CHECKED].missing, lines[Measure.CHECKED].step) == (0, None)


def test_what_nobody_has_yet_counts_as_the_mean_and_asks_for_nothing():
    shares = whole(5, FIRST_PASS=Ratio(0, 0))
    mean = means([shares, whole(9, FIRST_PASS=Ratio(1, 2))])
    (line,) = (one for one in explain(shares, mean, RULES, OF_UNIT) if one.label == "一次通过率")
    assert (line.counted, line.missing, line.step) == (0.5, 0, None)
