import pytest
from stdnum import numdb

from registry.identity import divisions


@pytest.mark.parametrize(
    "code",
    [
        "332627",  # Yuhuan until 1994
        "331021",  # Yuhuan until 2017
        "331083",  # Yuhuan since
        "332601",  # Taizhou's predecessors
        "339020",  # Wenling, 1994 to 1995
        "339011",  # Zhuji, 1989 to 1995
        "330114",  # Qiantang, since 2021
        "110103",  # Chongwen, until 2010
        "422801",
        "659012",
        "810000",
        "820000",
        "830000",
    ],
)
def test_codes_of_any_year_are_known(code: str) -> None:
    assert divisions.was_ever_issued(code)


@pytest.mark.parametrize(
    "code", ["000000", "999999", "331099", "160000", "810101", "820001", "", "33108", "3310833"]
)
def test_other_codes_never_were(code: str) -> None:
    assert not divisions.was_ever_issued(code)


def test_all_are_six_digits() -> None:
    assert all(len(code) == 6 and code.isdecimal() for code in divisions.issued())
    assert len(divisions.issued()) > 7000


def test_the_table_is_read_as_its_own_package_reads_it() -> None:
    provinces = numdb.get("cn/loc").prefixes
    codes = {head + part[1] for _, head, _, _, parts in provinces for part in parts}
    assert codes <= divisions.issued()
    assert set(divisions._listed()) == codes
