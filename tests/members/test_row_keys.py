"""Row keys: they name a member of one union in one installation, and nothing else."""

import re

from hypothesis import assume, given
from hypothesis import strategies as st

from registry.members import row_keys
from registry.vault.keyfile import KeyRing
from registry.vault.vault import Vault

RING = KeyRing({1: bytes(range(32))}, 1, b"h" * 32, "site", False)
KEEPER = Vault(RING)
COUNTY, UNION, OTHER = "331083", "3310830010001", "3310830010002"
NUMBERS = st.integers(1, 2**40 - 1)


@given(NUMBERS)
def test_a_key_names_its_member(number):
    key = row_keys.make(KEEPER, COUNTY, UNION, number)

    assert re.fullmatch(r"K-[A-Z2-7]{24}", key)
    assert row_keys.looks_like_one(key)
    assert row_keys.member_of(KEEPER, COUNTY, UNION, key) == number
    assert row_keys.member_of(KEEPER, COUNTY, UNION, f" {key.lower()}\n") == number


@given(NUMBERS)
def test_it_says_nothing_in_another_union_county_or_installation(number):
    key = row_keys.make(KEEPER, COUNTY, UNION, number)
    stranger = Vault(KeyRing(RING.keys, 1, b"i" * 32, "site", False))

    assert row_keys.member_of(KEEPER, COUNTY, OTHER, key) is None
    assert row_keys.member_of(KEEPER, "331082", UNION, key) is None
    assert row_keys.member_of(stranger, COUNTY, UNION, key) is None


def test_it_outlives_a_rotation_of_the_encryption_keys():
    rotated = KeyRing(RING.keys | {2: bytes(32)}, 2, RING.hash_key, RING.site_key, False)
    key = row_keys.make(KEEPER, COUNTY, UNION, 7)

    assert row_keys.member_of(Vault(rotated), COUNTY, UNION, key) == 7


@given(NUMBERS, st.integers(2, 25), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_one_letter_changed_makes_it_worthless(number, place, letter):
    key = row_keys.make(KEEPER, COUNTY, UNION, number)
    forged = key[:place] + letter + key[place + 1 :]
    assume(forged != key)

    assert row_keys.member_of(KEEPER, COUNTY, UNION, forged) is None


@given(st.from_regex(r"K-[A-Z2-7]{24}", fullmatch=True))
def test_a_guess_names_nobody(key):
    assert row_keys.member_of(KEEPER, COUNTY, UNION, key) is None


@given(st.one_of(st.text(), st.integers(), st.none(), st.floats()))
def test_any_other_cell_is_none(cell):
    assert row_keys.member_of(KEEPER, COUNTY, UNION, cell) is None
    assert not row_keys.looks_like_one(cell)


@given(
    st.lists(
        st.none()
        | st.text()
        | st.integers()
        | NUMBERS.map(lambda number: row_keys.make(KEEPER, COUNTY, UNION, number))
        | NUMBERS.map(lambda number: f" {row_keys.make(KEEPER, COUNTY, UNION, number)}".lower())
    )
)
def test_the_keys_of_a_column_are_those_that_look_like_one(cells):
    expected = {at: cell for at, cell in enumerate(cells) if row_keys.looks_like_one(cell)}
    assert row_keys.among(cells) == expected
