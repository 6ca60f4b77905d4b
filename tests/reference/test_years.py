"""Years as they are written in a base of mutual aid."""

import pytest

from registry.reference import years


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (2016, "2016"),
        ("2016", "2016"),
        (" 2016年度 ", "2016"),
        ("2010-2013", "2010–2013"),
        ("2010年至2012年", "2010–2012"),
        ("2010—2012、2016", "2010–2012、2016"),
        ("2016、2018", "2016、2018"),
        ("2017-09", "2017"),
        ("2017-09-01", "2017"),
        ("2017-09-01 08:30:00", "2017"),
        ("2000-2060", "2000–2060"),
    ],
)
def test_years_are_understood(cell, shown):
    assert years.shown(years.bits_of(cell)) == shown


@pytest.mark.parametrize(
    "cell", [None, "", "去年", 16, 1999, 2061, "2018-2016", "331083201601010000", 2016.5, True]
)
def test_what_is_no_year_is_none(cell):
    assert years.bits_of(cell) == 0


def test_the_last_year_tells_who_is_newer():
    assert years.last_of(years.bits_of("2010-2013、2016")) == 2016
