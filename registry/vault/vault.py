"""Sealing values and making keyed hashes.

A sealed value is: one byte algorithm (1 = AES-256-GCM, 2 = SM4-GCM), two bytes key number, twelve
bytes nonce, then the cipher text with its tag. The context (associated data) names the field and
the row it belongs to, so that a value moved to another row does not open.
"""

import hmac
import os
from collections.abc import Sequence
from functools import lru_cache, partial
from hashlib import new as hash_of
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from registry.db import setting
from registry.errors import RegistryError
from registry.vault import sources
from registry.vault.keyfile import KeyRing
from registry.vault.suites import AES, BLOCK, NONCE, SUITES, Suite

_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))
_HEAD = 3


class VaultError(RegistryError):
    """A sealed value does not open: it was changed, moved, or its key is not here."""


class Vault:
    """Seals with one set of algorithms, opens what any of them sealed, and hashes, with the keys of
    one installation.
    """

    def __init__(self, ring: KeyRing, suite: Suite = AES) -> None:
        self._ring = ring
        self._sealers = {
            _head(one, number): one.sealer(key)
            for one in SUITES.values()
            for number, key in ring.keys.items()
        }
        self._head = _head(suite, ring.current)
        self._current = self._sealers[self._head]
        self._hash = partial(hash_of, ring.hash_algorithm)

    @property
    def current_head(self) -> bytes:
        """The first bytes of values sealed with the current key and the set in force."""
        return self._head

    @property
    def current_key(self) -> int:
        """The number of the key that seals."""
        return self._ring.current

    @property
    def key_numbers(self) -> list[int]:
        """The numbers of all keys that open."""
        return sorted(self._ring.keys)

    def derived_key(self, number: int, purpose: bytes, salt: bytes) -> bytes:
        """Return 32 bytes derived from a key and the hash key (HKDF-SHA-256): another key file
        gives others.

        Raises `VaultError` when the key is not here.
        """
        if number not in self._ring.keys:
            raise _unknown_key()
        derivation = HKDF(hashes.SHA256(), length=32, salt=salt, info=purpose)
        return derivation.derive(self._ring.keys[number] + self._ring.hash_key)

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """Encrypt `plain` for the place named by `context`."""
        nonce = os.urandom(NONCE)
        return self._head + nonce + self._current.encrypt(nonce, plain, context)

    def seal_column(
        self, plains: Sequence[bytes | None], contexts: Sequence[bytes | None]
    ) -> list[bytes | None]:
        """Encrypt a column; blanks stay None. Nonces are drawn once for all: one system call."""
        drawn = os.urandom(NONCE * len(plains))
        nonces = [drawn[at : at + NONCE] for at in range(0, len(drawn), NONCE)]
        encrypt, head = self._current.encrypt, self._head
        return [
            None
            if plain is None or context is None
            else head + nonce + encrypt(nonce, plain, context)
            for nonce, plain, context in zip(nonces, plains, contexts, strict=True)
        ]

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """Decrypt a sealed value.

        Raises `VaultError` when it was changed, stands in another place, or its key is missing.
        """
        sealer = self._sealers.get(sealed[:_HEAD])
        if sealer is None:
            raise _unknown_key()
        try:
            return sealer.decrypt(sealed[_HEAD : _HEAD + NONCE], sealed[_HEAD + NONCE :], context)
        except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce and a tag
            raise VaultError("vault.tampered", "加密数据校验失败，可能已被改动。") from None

    def keyed_hash(self, domain: bytes, text: str) -> bytes:
        """Return the 32-byte HMAC of `text` within `domain` (b"person", b"mobile" …)."""
        ring = self._ring
        return hmac.digest(ring.hash_key, domain + b"|" + text.encode(), ring.hash_algorithm)

    def keyed_hashes(self, domain: bytes, texts: Sequence[str | None]) -> list[bytes | None]:
        """Hash a column; blanks stay None.

        HMAC as RFC 2104 builds it of two hashes, each begun once for all: `hmac`'s own copies cost
        twice as much.
        """
        padded = self._ring.hash_key.ljust(BLOCK, b"\0")
        inner = self._hash(padded.translate(_INNER) + domain + b"|").copy
        outer = self._hash(padded.translate(_OUTER)).copy

        def digest(text: str) -> bytes:
            said, sealed = inner(), outer()
            said.update(text.encode())
            sealed.update(said.digest())
            return sealed.digest()

        return [None if text is None else digest(text) for text in texts]


def _unknown_key() -> VaultError:
    return VaultError("vault.unknown_key", "加密数据使用的密钥不在本机，请检查密钥文件。")


PERSON, MOBILE, NUMBER = b"person", b"mobile", b"number"
ROW_KEY = b"row_key"


def of_person(field: str, person_key: bytes) -> bytes:
    """Context of a person's field: bound to the person, so that set-based SQL may copy it
    between tables.
    """
    return field.encode() + b"|" + person_key


def of_row(county: str, submission_id: int, row: int) -> bytes:
    """Context of what a roster row said in the file."""
    return f"submission_row|sealed|{county}|{submission_id}|{row}".encode()


def of_rows(county: str, submission_ids: Sequence[int], rows: Sequence[int]) -> list[bytes]:
    """Contexts of many rows, each as `of_row` gives it."""
    begin = f"submission_row|sealed|{county}|".encode()
    return [
        b"%b%d|%d" % (begin, number, row) for number, row in zip(submission_ids, rows, strict=True)
    ]


def of_correction(county: str, submission_id: int, number: int) -> bytes:
    """Context of what stood in a draft before a correction."""
    return f"correction|sealed|{county}|{submission_id}|{number}".encode()


def of_second_factor(county: str, account_id: int, number: int) -> bytes:
    """Context of what an account shows beside its password."""
    return f"second_factor|sealed|{county}|{account_id}|{number}".encode()


def _head(suite: Suite, number: int) -> bytes:
    return bytes([suite.number]) + number.to_bytes(2, "big")


@lru_cache(maxsize=8)
def _vault_of(where: str, folder: Path, suite: str, _version: int) -> Vault:
    return Vault(sources.ring(where, folder), SUITES[suite])


def vault() -> Vault:
    """Return the running installation's vault; a rotated key file is noticed by its time of
    change.
    """
    where, folder = setting("KEYS"), setting("DATA")
    return _vault_of(where, folder, setting("CRYPTOGRAPHY"), sources.version(where, folder))
