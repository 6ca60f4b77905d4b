"""The algorithms do what their standards say: known answers."""

import hmac

import pytest
from cryptography.exceptions import InvalidTag

from registry.vault import suites
from registry.vault.keyfile import KeyRing
from registry.vault.suites import SM, SM4GCM, SuiteMissing, demand_hash
from registry.vault.vault import Vault

# RFC 8998, appendix A.1.
KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
NONCE = bytes.fromhex("00001234567800000000ABCD")
ASSOCIATED = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
PLAIN = b"".join(bytes([byte]) * 8 for byte in bytes.fromhex("AABBCCDDEEFFEEAA"))
SEALED = bytes.fromhex(
    "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
    "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
    "83DE3541E4C2B58177E065A9BF7B62EC"
)


def test_sm4_gcm_as_in_rfc_8998():
    box = SM4GCM(KEY)
    assert box.encrypt(NONCE, PLAIN, ASSOCIATED) == SEALED
    assert box.decrypt(NONCE, SEALED, ASSOCIATED) == PLAIN
    for changed in (SEALED[:-1] + b"x", b"x" + SEALED[1:], SEALED[:10]):
        with pytest.raises(InvalidTag):
            box.decrypt(NONCE, changed, ASSOCIATED)


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_as_in_gb_t_32905(text, digest):
    assert SM.hash(text).hexdigest() == digest


@pytest.mark.parametrize(
    ("key", "text", "digest"),
    [
        (
            bytes(range(1, 0x21)),
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq" * 2,
            "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a",
        ),
        (
            bytes(range(1, 0x26)),
            b"\xcd" * 50,
            "220bf579ded555393f0159f66c99877822a3ecf610d1552154b41d44b94db3ae",
        ),
    ],
)
def test_hmac_sm3_as_in_gm_t_0042(key, text, digest):
    assert hmac.digest(key, text, SM.hash_name).hex() == digest


def test_keyed_hashes_are_these_hmacs():
    box = Vault(KeyRing({1: bytes(32)}, 1, KEY, "site", False, "sm3"))
    wanted = hmac.digest(KEY, "person|张三".encode(), "sm3")
    assert box.keyed_hash(b"person", "张三") == wanted
    assert box.keyed_hashes(b"person", ["张三"]) == [wanted]


def test_a_python_without_sm3_is_told_in_plain_words(monkeypatch):
    monkeypatch.setattr(suites.hashlib, "algorithms_available", {"sha256"})
    demand_hash("sha256")
    with pytest.raises(SuiteMissing, match="SM3"):
        demand_hash(SM.hash_name)
