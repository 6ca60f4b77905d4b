"""What members are counted by: every value has one place, whatever is asked."""

from hypothesis import given
from hypothesis import strategies as st

from registry.members.facts import Facts, facts_of
from registry.totals.dimensions import (
    MEMBER_FACTS,
    NOT_KNOWN,
    chosen_of,
    label_of,
    value_of,
    values,
    years_of,
)

codes = st.sampled_from(["", "0", "1", "2", "9", "00", "01", "x"])
born = st.one_of(st.just(0), st.integers(1900, 2026))


@given(codes, codes, codes, born, st.integers(1950, 2040))
def test_everybody_has_one_value_of_each(sex, migrant, group, born_in, year):
    facts = Facts("ACTIVE", sex, migrant, group, min(born_in, year))
    for name in MEMBER_FACTS:
        assert value_of(name, facts, year) in {one.key for one in values(name)}


@given(st.integers(1900, 2026), st.integers(2026, 2040))
def test_the_years_of_a_band_are_those_who_are_in_it(born_in, year):
    band = value_of("age", Facts("ACTIVE", "1", "1", "", born_in), year)
    first, last = years_of(band, year)
    assert first <= born_in <= last
    for one in values("age"):
        if one.key not in (band, NOT_KNOWN):
            first, last = years_of(one.key, year)
            assert not first <= born_in <= last


def test_the_young_are_35_at_most():
    assert value_of("age", Facts("ACTIVE", "1", "1", "", 1983), 2018) == "26-35"
    assert value_of("age", Facts("ACTIVE", "1", "1", "", 1982), 2018) == "36-45"
    assert label_of("age", "-17") == "17 岁及以下"


def test_what_cannot_be_meant_is_left_aside():
    said = {"sex": "7", "kind": "2", "age": "26-35", "nonsense": "1", "worker_group": "-"}
    assert chosen_of(said) == {"kind": "2", "age": "26-35", "worker_group": "-"}


def test_a_cell_says_its_facts():
    assert facts_of("ACTIVE,2,1,,1985") == Facts("ACTIVE", "2", "1", "", 1985)
