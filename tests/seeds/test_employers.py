"""The invented unions: as many, as large and as spread out as in Yuhuan."""

from collections import Counter
from random import Random

from registry.codes.lists import code_list
from seeds.demo import SEED
from seeds.employers import FEWEST, MOST, invent_employers
from seeds.people import AS_OF
from seeds.samples import SAMPLES
from seeds.yuhuan import COUNTY, place_of, units

EMPLOYERS = invent_employers(Random(SEED))
SIZES = sorted(employer.employees for employer in EMPLOYERS)


def test_the_same_seed_gives_the_same_unions():
    assert invent_employers(Random(SEED)) == EMPLOYERS


def test_606_unions_in_all_twelve_units():
    assert len(EMPLOYERS) == 606
    assert {employer.code[:9] for employer in EMPLOYERS} == {unit.code for unit in units()}
    assert len({employer.name for employer in EMPLOYERS}) == 606


def test_codes_count_up_within_each_unit():
    for unit, count in Counter(employer.code[:9] for employer in EMPLOYERS).items():
        codes = [employer.code for employer in EMPLOYERS if employer.code.startswith(unit)]
        assert codes == [f"{unit}{number:04}" for number in range(1, count + 1)]


def test_sizes_are_heavy_tailed():
    assert (SIZES[0], SIZES[-1]) == (FEWEST, MOST) == (5, 3000)
    assert 88_000 <= sum(SIZES) <= 120_000
    assert SIZES[303] < sum(SIZES) / 606, "most are smaller than the mean"
    assert sum(SIZES[-60:]) > 0.3 * sum(SIZES), "a tenth of them employs a third"


def test_towns_are_larger_than_islands():
    count = Counter(employer.code[:9] for employer in EMPLOYERS)
    assert max(count, key=count.__getitem__) == "331083001"
    assert {unit for unit, unions in count.items() if unions < 10} == {"331083201", "331083202"}


def test_kinds_industries_and_categories_are_known():
    for employer in EMPLOYERS:
        assert employer.kind in code_list("union_kind")
        assert employer.industry in code_list("industry")
        assert employer.category in code_list("employer_category")
        assert employer.formed_on < AS_OF
    assert len({employer.industry for employer in EMPLOYERS}) >= 10


def test_names_say_that_it_is_a_union():
    assert all("工会" in employer.name for employer in EMPLOYERS)
    assert all(len(employer.name) <= 30 for employer in EMPLOYERS)


def test_a_place_is_told_from_the_county_down():
    assert place_of(COUNTY) == "/331083/"
    assert place_of("331083001") == "/331083/331083001/"
    assert place_of("3310830010001") == "/331083/331083001/3310830010001/"


def test_every_sample_belongs_to_a_union_of_its_own():
    codes = [sample.union for sample in SAMPLES]
    assert len(set(codes)) == len(codes)
    assert set(codes) <= {employer.code for employer in EMPLOYERS}
