"""Sealing, opening and keyed hashes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.vault import keyfile
from registry.vault.keyfile import KeyRing
from registry.vault.suites import AES, SM
from registry.vault.vault import (
    MOBILE,
    PERSON,
    Vault,
    VaultError,
    of_person,
    of_row,
    of_rows,
    vault,
)
from tests.factories.app import make_app, running

SUITES = pytest.mark.parametrize("suite", [AES, SM], ids=["aes", "sm"])
RING = KeyRing({1: bytes(range(32))}, 1, b"h" * 32, "site", False)
ROTATED = KeyRing(RING.keys | {2: bytes(range(1, 33))}, 2, RING.hash_key, RING.site_key, False)


@SUITES
@given(plain=st.binary(max_size=200), context=st.binary(max_size=60))
def test_what_is_sealed_opens_in_its_place(suite, plain, context):
    sealed = Vault(RING, suite).seal(plain, context)
    assert sealed[0] == suite.number
    assert Vault(RING).open(sealed, context) == plain


@given(
    plains=st.lists(st.one_of(st.none(), st.binary(max_size=40)), max_size=30), row=st.integers()
)
def test_a_column_seals_cell_by_cell_and_blanks_stay_blank(plains, row):
    contexts = [f"{row}|{index}".encode() for index in range(len(plains))]
    sealed = Vault(RING).seal_column(plains, contexts)
    assert [value is None for value in sealed] == [plain is None for plain in plains]
    for value, plain, context in zip(sealed, plains, contexts, strict=True):
        assert value is None or Vault(RING).open(value, context) == plain


def test_equal_values_look_different():
    box = Vault(RING)
    column = box.seal_column([b"3310"] * 50, [b"c"] * 50)
    assert len(set(column)) == 50
    assert box.seal(b"3310", b"c") != box.seal(b"3310", b"c")
    assert all(b"3310" not in value for value in column)


def test_a_value_moved_to_another_row_does_not_open():
    box = Vault(RING)
    sealed = box.seal(b"331083", of_row("331083", 17, 2))
    for elsewhere in (
        of_row("331083", 17, 3),
        of_row("331083", 18, 2),
        of_row("331082", 17, 2),
        of_person("document", b"k" * 32),
    ):
        with pytest.raises(VaultError) as refused:
            box.open(sealed, elsewhere)
        assert refused.value.code == "vault.tampered"


def test_fields_of_a_person_are_bound_to_person_and_field():
    box = Vault(RING)
    sealed = box.seal(b"13800000000", of_person("mobile", b"a" * 32))
    for elsewhere in (of_person("document", b"a" * 32), of_person("mobile", b"b" * 32)):
        with pytest.raises(VaultError):
            box.open(sealed, elsewhere)


@SUITES
@given(data=st.data())
def test_any_changed_bit_is_noticed(suite, data):
    box = Vault(RING, suite)
    sealed = bytearray(box.seal(b"331083199001011234", b"context"))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(VaultError):
        box.open(bytes(sealed), b"context")


TORN = [b"", b"\x01", b"\x01\x00\x01", b"\x01\x00\x01short"]


@pytest.mark.parametrize(
    "broken", [*TORN, b"\x02\x00\x01", b"\x02\x00\x01" + bytes(20), b"\x03" * 50]
)
def test_a_torn_value_is_noticed(broken):
    with pytest.raises(VaultError):
        Vault(RING).open(broken, b"")


def test_after_rotation_old_values_open_and_new_ones_use_the_new_key():
    old = Vault(RING).seal(b"x", b"c")
    box = Vault(ROTATED)
    assert box.open(old, b"c") == b"x"
    fresh = box.seal(b"x", b"c")
    assert fresh.startswith(box.current_head)
    assert not old.startswith(box.current_head)
    with pytest.raises(VaultError) as refused:
        Vault(RING).open(fresh, b"c")
    assert refused.value.code == "vault.unknown_key"


def test_the_set_in_force_seals_and_the_hash_is_that_of_the_keys():
    aes, sm = Vault(RING, AES), Vault(RING, SM)
    assert aes.current_head != sm.current_head
    assert aes.open(sm.seal(b"x", b"c"), b"c") == sm.open(aes.seal(b"x", b"c"), b"c") == b"x"
    assert aes.keyed_hash(PERSON, "1") == sm.keyed_hash(PERSON, "1")
    with pytest.raises(VaultError):  # one set's value does not pass for the other's
        sm.open(bytes([AES.number]) + sm.seal(b"x", b"c")[1:], b"c")


def test_keyed_hashes_differ_by_key_and_domain_and_agree_by_column():
    box = Vault(RING)
    assert box.keyed_hash(PERSON, "1") != box.keyed_hash(MOBILE, "1")
    other = KeyRing(RING.keys, 1, b"i" * 32, "site", False)
    assert box.keyed_hash(PERSON, "1") != Vault(other).keyed_hash(PERSON, "1")
    assert box.keyed_hash(PERSON, "1") == Vault(ROTATED).keyed_hash(PERSON, "1")


@pytest.mark.parametrize("algorithm", [keyfile.SHA_256, keyfile.SM3])
@given(key=st.binary(min_size=1, max_size=64), texts=st.lists(st.none() | st.text(), max_size=9))
def test_a_column_of_hashes_is_what_each_is(algorithm, key, texts):
    box = Vault(KeyRing(RING.keys, 1, key, "site", False, algorithm))
    each = [None if text is None else box.keyed_hash(PERSON, text) for text in texts]
    assert box.keyed_hashes(PERSON, texts) == each


@given(st.lists(st.tuples(st.integers(0, 2**63 - 1), st.integers(1, 1_048_576))))
def test_the_places_of_many_rows_are_what_each_is(places):
    submissions, rows = [one for one, _ in places], [row for _, row in places]
    assert of_rows("331083", submissions, rows) == [of_row("331083", *one) for one in places]


def test_the_running_site_notices_a_rotated_key(tmp_path):
    app = make_app(tmp_path)
    with running(app):
        before = vault()
        assert vault() is before
        keyfile.add_key(app.config["DATA"])
        assert vault().current_head != before.current_head
        assert vault().open(before.seal(b"x", b"c"), b"c") == b"x"
        app.config["CRYPTOGRAPHY"] = "sm"
        assert vault().seal(b"x", b"c")[0] == SM.number
