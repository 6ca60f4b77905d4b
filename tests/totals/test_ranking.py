"""The formula is fair: bounded, monotone, blind to order, and luck with few decides nothing."""

from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from registry.totals.metrics import Ratio
from registry.totals.ranking import (
    FULL,
    MEASURES,
    OF_UNION,
    OF_UNIT,
    Measure,
    Part,
    Rules,
    drawn,
    means,
    ranks,
    score,
    scores,
    written,
)

RULES = Rules(dict(zip(Part, (40, 30, 30), strict=True)), 20, 2, (25, 100, 300))


def ratios(most=10_000, least=0):
    numbers = st.integers(least, most)
    return st.tuples(numbers, numbers).map(lambda two: Ratio(min(two), max(two)))


def entrants(**bounds):
    return st.fixed_dictionaries(dict.fromkeys(OF_UNIT, ratios(**bounds)))


def whole(people, events=4, **others):
    """Return the shares of who reached everything, but for what `others` says."""
    return {
        measure: Ratio(*(events if not about.counts_people else people * about.units,) * 2)
        for measure, about in MEASURES.items()
    } | {Measure[name]: ratio for name, ratio in others.items()}


@settings(max_examples=25)
@given(st.lists(entrants(), min_size=1, max_size=6))
def test_points_are_between_nought_and_a_hundred_and_do_not_depend_on_the_order(found):
    mean = means(found)
    points = scores(found, mean, RULES, OF_UNIT)
    assert all(0 <= one <= FULL for one in points)
    assert means(found[::-1]) == mean
    assert scores(found[::-1], mean, RULES, OF_UNIT) == points[::-1]


@settings(max_examples=25)
@given(entrants(), st.lists(entrants(), max_size=4), st.sampled_from(OF_UNION), st.integers(1, 99))
def test_who_reaches_more_never_loses_points(one, others, measure, more):
    reached, of = one[measure]
    better = one | {measure: Ratio(min(reached + more, of), of)}
    mean = means([one, *others])
    before = score(one, mean, RULES, OF_UNION)
    assert score(better, mean, RULES, OF_UNION) >= before
    # Nor where the county's mean rises with it.
    assert score(better, means([better, *others]), RULES, OF_UNION) >= before


def test_three_of_three_are_not_before_five_hundred_of_five_hundred_and_one():
    small = whole(3)
    large = whole(501, MEMBERSHIP=Ratio(500, 501))
    rest = [whole(90, MEMBERSHIP=Ratio(60, 90)) for _ in range(20)]
    points = scores([small, large, *rest], means([small, large, *rest]), RULES, OF_UNION)
    assert ranks(points)[:2] == [2, 1]
    # Nor is a small one drowned: it is before all that reached less.
    assert points[0] > max(points[2:])
    # And one that reached nothing by bad luck is not put down for it.
    unlucky = whole(3, FIRST_PASS=Ratio(0, 1))
    proven = whole(3, FIRST_PASS=Ratio(0, 12))
    mean = means([unlucky, proven, large, *rest])
    one, other = scores([unlucky, proven], mean, RULES, OF_UNION)
    assert one > other


@given(ratios(), st.floats(0, 1))
def test_a_share_is_drawn_towards_the_mean_and_less_so_the_more_cases_there_are(share, mean):
    measure = Measure.MEMBERSHIP
    real = share.numerator / share.denominator if share.denominator else mean
    counted = drawn(share, measure, mean, RULES)
    twice = drawn(Ratio(2 * share.numerator, 2 * share.denominator), measure, mean, RULES)
    low, high = sorted((real, mean))
    assert low - 1e-9 <= counted <= high + 1e-9
    assert abs(twice - real) <= abs(counted - real) + 1e-9


@settings(max_examples=25)
@given(st.lists(entrants(most=2_000, least=1_000), min_size=2, max_size=6))
def test_twice_as_much_of_everything_changes_no_clear_order(found):
    """Shares of a half or more, of a thousand or more: doubling moves each by 1 % at most, that of
    completeness, a dozen cells a member, by less than 10 %. With the weights these are less than
    two points, so that who is four before stays before.
    """
    doubled = [{measure: Ratio(2 * a, 2 * b) for measure, (a, b) in one.items()} for one in found]
    before = scores(found, means(found), RULES, OF_UNION)
    after = scores(doubled, means(doubled), RULES, OF_UNION)
    for one, then in zip(before, after, strict=True):
        for other, other_then in zip(before, after, strict=True):
            if one - other > 400:
                assert then > other_then


def test_a_weak_side_is_not_bought_by_another():
    even = whole(500, MEMBERSHIP=Ratio(350, 500), CHECKED=Ratio(350, 500))
    uneven = whole(500, MEMBERSHIP=Ratio(500, 500), CHECKED=Ratio(100, 500))
    mean = means([even, uneven])
    one, other = scores([even, uneven], mean, RULES, OF_UNION)
    assert one > other


@given(st.lists(st.integers(0, FULL), max_size=30))
def test_a_rank_is_one_more_than_how_many_are_better(points):
    assert ranks(points) == [1 + sum(other > one for other in points) for one in points]


@pytest.mark.parametrize("measures", [OF_UNION, OF_UNIT])
def test_the_weights_are_shared_within_a_part(measures):
    exponents = RULES.exponents(measures)
    assert sum(exponents.values()) == pytest.approx(1)
    for part, weight in RULES.weights.items():
        inside = [value for one, value in exponents.items() if MEASURES[one].part is part]
        assert sum(inside) == pytest.approx(weight / 100)
        assert len(set(inside)) == 1


def test_nobody_with_a_case_means_nothing_is_held_against_anybody():
    nothing = dict.fromkeys(OF_UNIT, Ratio(0, 0))
    assert score(nothing, means([]), RULES, OF_UNIT) == FULL


@given(st.integers(0, FULL))
def test_points_are_written_as_they_are_kept(points):
    assert Fraction(written(points)) == Fraction(points, 100)


@given(st.integers(0, 1_000), st.integers(0, 1_000))
def test_bands_go_by_size(size, other):
    assume(size <= other)
    assert RULES.band(size) <= RULES.band(other) < len(RULES.band_labels())
    assert RULES.band_labels() == ["25 人以下", "25–99 人", "100–299 人", "300 人及以上"]
