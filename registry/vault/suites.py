"""The two sets of algorithms: the international one and that of the national standards.

| set | sealing | hash, and the hash in keyed ones |
|---|---|---|
| `aes` | AES-256-GCM (NIST SP 800-38D) | SHA-256 (FIPS 180-4) |
| `sm` | SM4-GCM (GB/T 32907, RFC 8998) | SM3 (GB/T 32905) |

A set's number stands in all that was made with it, so that both stay readable whichever is in
force.
"""

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from registry.errors import RegistryError

NONCE = 12
BLOCK = 64  # bytes that SHA-256 and SM3 take at once
_TAG = 16
_SM4_KEY = 16


class SuiteMissing(RegistryError):
    """This machine cannot make what the set in force asks for."""


class Sealer(Protocol):
    """One key of one cipher that seals and authenticates; nonces are of `NONCE` bytes."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes:
        """Return the cipher text with its tag."""
        ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes:
        """Return the plain text. Raises `InvalidTag`, `ValueError` for what is too short."""
        ...


class SM4GCM:
    """SM4-GCM with 16 bytes of key, called as `AESGCM` is, which has no sister for SM4."""

    def __init__(self, key: bytes) -> None:
        self._key = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes:
        """Return the cipher text with its tag of 16 bytes."""
        cipher = Cipher(self._key, modes.GCM(nonce)).encryptor()
        cipher.authenticate_additional_data(associated_data)
        return cipher.update(data) + cipher.finalize() + cipher.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes:
        """Return the plain text. Raises `InvalidTag`."""
        if len(data) < _TAG:
            raise InvalidTag
        cipher = Cipher(self._key, modes.GCM(nonce, data[-_TAG:])).decryptor()
        cipher.authenticate_additional_data(associated_data)
        return cipher.update(data[:-_TAG]) + cipher.finalize()


class Suite(NamedTuple):
    """One set: its number in what it made, and its parts."""

    number: int
    name: str
    hash_name: str  # as Python's hashlib has it
    sealer: Callable[[bytes], Sealer]  # of 32 secret bytes
    hash: Callable[[bytes], Any]  # as Python's hashlib gives it


def _sm4_of(secret: bytes) -> Sealer:
    # Each key has 32 bytes, of which AES-256 takes all. SM4's are drawn from them, so that a set
    # may change without a new key, and no key ever serves two ciphers.
    return SM4GCM(HKDF(SM3(), _SM4_KEY, None, b"registry|SM4-GCM").derive(secret))


AES = Suite(1, "aes", "sha256", AESGCM, hashlib.sha256)
SM = Suite(2, "sm", "sm3", _sm4_of, partial(hashlib.new, "sm3"))
SUITES: dict[str, Suite] = {suite.name: suite for suite in (AES, SM)}


def demand_hash(hash_name: str) -> None:
    """Return when this machine's Python makes the hash; else raise `SuiteMissing`."""
    if hash_name not in hashlib.algorithms_available:
        raise SuiteMissing(
            "cryptography.missing",
            f"本机 Python 所用的 OpenSSL 不支持 {hash_name.upper()}，请换用支持它的 Python。",
        )
