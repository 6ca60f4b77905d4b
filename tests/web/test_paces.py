"""How far a place is beside the time, in words."""

import pytest

from registry.campaigns.targets import Figure
from registry.web.paces import pace_of


@pytest.mark.parametrize(
    ("done", "gone", "words"),
    [
        (532, 50, "超前 3.2 个百分点"),
        (500, 50, "与时间同步"),
        (499, 50, "落后 0.1 个百分点"),
        (0, 100, "落后 100.0 个百分点"),
    ],
)
def test_the_words_are_the_difference_of_both_shares(done, gone, words):
    assert pace_of(Figure(done, 1000, None, gone, 100)).words == words
