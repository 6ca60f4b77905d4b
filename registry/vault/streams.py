"""Sealing what is too large for memory: chunks in a row that can be neither changed, reordered nor
cut off unseen.

AES-256-GCM with a key of the stream's own, derived (HKDF-SHA-256) from a key of the installation
and a salt. The nonce of a chunk is its number and whether it is the last one, as in STREAM (Hoang,
Reyhanitabar, Rogaway, Vizár 2015); the associated data is what the stream's head says.
"""

from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from registry.vault.vault import VaultError

CHUNK = 1 << 20
_TAG = 16


class SealingStream:
    """Takes plain bytes and writes sealed ones; only `finish` makes the stream whole."""

    def __init__(self, below: BinaryIO, key: bytes, head: bytes) -> None:
        self._below, self._cipher, self._head = below, AESGCM(key), head
        self._held = bytearray()
        self._number = 0

    def write(self, plain: bytes) -> int:
        """Take bytes; whole chunks are written, but the last one is held back."""
        self._held += plain
        while len(self._held) > CHUNK:
            self._put(bytes(self._held[:CHUNK]), is_last=False)
            del self._held[:CHUNK]
        return len(plain)

    def finish(self) -> None:
        """Write what was held back as the last chunk; nothing may follow."""
        self._put(bytes(self._held), is_last=True)
        self._held.clear()

    def _put(self, plain: bytes, *, is_last: bool) -> None:
        self._below.write(self._cipher.encrypt(_nonce(self._number, is_last), plain, self._head))
        self._number += 1


class OpeningStream:
    """Gives the plain bytes of a sealed stream, each chunk only when it is known to be sound."""

    def __init__(self, below: BinaryIO, key: bytes, head: bytes) -> None:
        self._below, self._cipher, self._head = below, AESGCM(key), head
        self._next = below.read(CHUNK + _TAG)
        self._plain = memoryview(b"")
        self._number = 0
        self._ended = False

    def read(self, size: int) -> bytes:
        """Return the next bytes, `size` at most; none at the end.

        Raises `VaultError` for a stream that was changed or cut off.
        """
        while not self._plain and not self._ended:
            self._plain = memoryview(self._chunk())
        given, self._plain = self._plain[:size], self._plain[size:]
        return bytes(given)

    def _chunk(self) -> bytes:
        sealed, self._next = self._next, self._below.read(CHUNK + _TAG)
        self._ended = not self._next
        try:
            plain = self._open(sealed, is_last=self._ended)
        except InvalidTag:
            raise self._refusal(sealed) from None
        self._number += 1
        return plain

    def _open(self, sealed: bytes, *, is_last: bool) -> bytes:
        return self._cipher.decrypt(_nonce(self._number, is_last), sealed, self._head)

    def _refusal(self, sealed: bytes) -> VaultError:
        if self._ended and self._is_sound_but_not_last(sealed):
            return VaultError("stream.cut", "文件不完整，后面的部分缺失。")
        return VaultError("stream.changed", "文件内容已损坏、被改动或不完整。")

    def _is_sound_but_not_last(self, sealed: bytes) -> bool:
        try:
            self._open(sealed, is_last=False)
        except InvalidTag:
            return not sealed
        return True


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
