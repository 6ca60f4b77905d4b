"""Shares are whole numbers, and their percentage never flatters."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.totals.metrics import METRIC_FORMULAS, METRIC_LABELS, Ratio

whole = st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("numerator", "denominator", "percent"),
    [
        (19_999, 20_000, "99.99"),  # 99.995 %
        (99_999, 100_000, "99.99"),
        (1, 3, "33.33"),
        (2, 3, "66.66"),
        (1, 20_000, "0.00"),
        (3, 2, "150.00"),
        (7, 7, "100.00"),
        (5, 0, "0.00"),
        (0, 0, "0.00"),
    ],
)
def test_percentages_are_rounded_down(numerator, denominator, percent):
    assert Ratio(numerator, denominator).percent == percent


@given(whole, st.integers(1, 10**9))
def test_a_percentage_is_the_largest_of_two_decimals_that_is_not_too_much(numerator, denominator):
    shown = Fraction(Ratio(numerator, denominator).percent)
    real = Fraction(numerator * 100, denominator)
    assert shown <= real < shown + Fraction(1, 100)


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_hundred_is_shown_for_all_and_no_less(numerator, denominator):
    is_shown_full = Fraction(Ratio(numerator, denominator).percent) >= 100
    assert is_shown_full == (numerator >= denominator)


def test_a_share_of_nothing_is_shown_as_a_dash():
    assert (Ratio(0, 4).shown, Ratio(0, 0).shown) == ("0.00%", "—")


def test_every_metric_has_its_formula():
    assert METRIC_LABELS.keys() == METRIC_FORMULAS.keys()
