"""Sealing values and making keyed hashes.

A sealed value is: one byte algorithm (1 = AES-256-GCM), two bytes key number, twelve bytes nonce,
then the cipher text with its tag. The context (associated data) names the field and the row it
belongs to, so that a value moved to another row does not open.
"""

import hmac
import os
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from registry.db import setting
from registry.errors import RegistryError
from registry.vault import keyfile
from registry.vault.keyfile import KeyRing

AES_256_GCM = 1
_NONCE = 12
_BLOCK = 64  # bytes that SHA-256 takes at once; a hash key is no longer
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))
_HEAD = 3


class VaultError(RegistryError):
    """A sealed value does not open: it was changed, moved, or its key is not here."""


class Vault:
    """Seals, opens and hashes with the keys of one installation."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        self._ciphers = {number: AESGCM(key) for number, key in ring.keys.items()}
        self._head = bytes([AES_256_GCM]) + ring.current.to_bytes(2, "big")
        self._current = self._ciphers[ring.current]

    @property
    def current_head(self) -> bytes:
        """The first bytes of values sealed with the current key."""
        return self._head

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """Encrypt `plain` for the place named by `context`."""
        nonce = os.urandom(_NONCE)
        return self._head + nonce + self._current.encrypt(nonce, plain, context)

    def seal_column(
        self, plains: Sequence[bytes | None], contexts: Sequence[bytes | None]
    ) -> list[bytes | None]:
        """Encrypt a column; blanks stay None. Nonces are drawn once for all: one system call."""
        drawn = os.urandom(_NONCE * len(plains))
        nonces = [drawn[at : at + _NONCE] for at in range(0, len(drawn), _NONCE)]
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
        cipher = self._ciphers.get(int.from_bytes(sealed[1:_HEAD], "big"))
        if cipher is None or sealed[0] != AES_256_GCM:
            raise VaultError("vault.unknown_key", "加密数据使用的密钥不在本机，请检查密钥文件。")
        try:
            return cipher.decrypt(sealed[_HEAD : _HEAD + _NONCE], sealed[_HEAD + _NONCE :], context)
        except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce and a tag
            raise VaultError("vault.tampered", "加密数据校验失败，可能已被改动。") from None

    def keyed_hash(self, domain: bytes, text: str) -> bytes:
        """Return the 32-byte HMAC-SHA-256 of `text` within `domain` (b"person", b"mobile" …)."""
        return hmac.digest(self._ring.hash_key, domain + b"|" + text.encode(), "sha256")

    def keyed_hashes(self, domain: bytes, texts: Sequence[str | None]) -> list[bytes | None]:
        """Hash a column; blanks stay None.

        HMAC as RFC 2104 builds it of two hashes, each begun once for all: `hmac`'s own copies cost
        twice as much.
        """
        padded = self._ring.hash_key.ljust(_BLOCK, b"\0")
        inner = sha256(padded.translate(_INNER) + domain + b"|").copy
        outer = sha256(padded.translate(_OUTER)).copy

        def digest(text: str) -> bytes:
            said, sealed = inner(), outer()
            said.update(text.encode())
            sealed.update(said.digest())
            return sealed.digest()

        return [None if text is None else digest(text) for text in texts]


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


@lru_cache(maxsize=8)
def _vault_of(folder: Path, _changed_at: int) -> Vault:
    return Vault(keyfile.load(folder))


def vault() -> Vault:
    """Return the running installation's vault; a rotated key file is noticed by its time of
    change.
    """
    folder: Path = setting("DATA")
    try:
        changed_at = keyfile.path_in(folder).stat().st_mtime_ns
    except FileNotFoundError:
        changed_at = 0
    return _vault_of(folder, changed_at)
