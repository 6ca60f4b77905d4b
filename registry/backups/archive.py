"""The file of a backup: a line that says how it is sealed, then a sealed tar archive.

The archive holds `about.json`, parts of tables (`tables/<name>/<number>`), sealed originals
(`originals/<name>`), and at its end `manifest.json`. It is written and read in one go, so that
memory stays flat however large it is.
"""

import io
import secrets
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from registry.backups.manifest import FORMAT, About, Manifest
from registry.errors import InputRefused
from registry.vault.streams import OpeningStream, SealingStream
from registry.vault.vault import VaultError, vault

ABOUT, MANIFEST = "about.json", "manifest.json"
TABLES, ORIGINALS = "tables/", "originals/"
ALGORITHM = "AES-256-GCM"
_PURPOSE = b"tongxin backup"
_LONGEST_HEAD = 1000


class _Head(msgspec.Struct, frozen=True):
    """The first line, in clear: which key, and by which salt."""

    tongxin_backup: int
    algorithm: str
    key: int
    salt: str
    check: str  # of the derived key: a wrong key file and a damaged backup are told apart


class Piece(NamedTuple):
    """One member of the archive; its content is read before the next one."""

    name: str
    content: BinaryIO

    def read(self) -> bytes:
        """Return all of the content."""
        return self.content.read()


class Writer:
    """Writes an archive into an open file."""

    def __init__(self, file: BinaryIO) -> None:
        number, salt = vault().current_key, secrets.token_bytes(32)
        key, check = _derived(number, salt)
        line = msgspec.json.encode(_Head(FORMAT, ALGORITHM, number, salt.hex(), check)) + b"\n"
        file.write(line)
        self._sealed = SealingStream(file, key, line)
        self._tar = tarfile.open(fileobj=self._sealed, mode="w|")  # type: ignore[call-overload] # noqa: SIM115

    def add(self, name: str, content: bytes) -> None:
        """Add a member."""
        self.add_file(name, io.BytesIO(content), len(content))

    def add_file(self, name: str, content: BinaryIO, size: int) -> None:
        """Add a member of `size` bytes from an open file."""
        member = tarfile.TarInfo(name)
        member.size = size
        self._tar.addfile(member, content)
        self._tar.members.clear()  # it would remember each of a hundred thousand

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest and end the archive."""
        self.add(MANIFEST, msgspec.json.encode(manifest))
        self._tar.close()
        self._sealed.finish()


def pieces(source: Path) -> Iterator[Piece]:
    """Yield the members of a backup in their order.

    Raises `InputRefused` for a file that is none or does not open with this installation's keys,
    `VaultError` for one that was changed or cut off.
    """
    with _opened(source) as file:
        line = file.readline(_LONGEST_HEAD)
        stream = OpeningStream(file, _key(line), line)
        with closing(tarfile.open(fileobj=stream, mode="r|")) as tar:  # type: ignore[call-overload]
            while (member := tar.next()) is not None:
                content = tar.extractfile(member)
                if content is not None:
                    yield Piece(member.name, content)
                tar.members.clear()
        while stream.read(1 << 16):
            pass  # to the end: what was cut off behind the archive shows there


def read_through(source: Path) -> tuple[About, Manifest]:
    """Read a whole backup, which shows that it is sound and complete, and return what it says of
    itself. Raises as `pieces` does.
    """
    about = manifest = None
    for piece in pieces(source):
        if piece.name == ABOUT:
            about = msgspec.json.decode(piece.read(), type=About)
        elif piece.name == MANIFEST:
            manifest = msgspec.json.decode(piece.read(), type=Manifest)
    if about is None or manifest is None:
        raise InputRefused("backup.incomplete", f"备份 {source} 不完整，缺少清单。")
    return about, manifest


def _opened(source: Path) -> BinaryIO:
    try:
        return source.open("rb")
    except OSError as error:
        raise InputRefused(
            "backup.unreadable", f"备份 {source} 打不开（{error.strerror}）。"
        ) from None


def _key(line: bytes) -> bytes:
    try:
        head = msgspec.json.decode(line, type=_Head)
        salt = bytes.fromhex(head.salt)
    except (msgspec.MsgspecError, ValueError):
        raise InputRefused("backup.not_one", "这个文件不是同心册的备份，或者开头已损坏。") from None
    if head.tongxin_backup != FORMAT:
        raise InputRefused("backup.format", "这份备份由更新的版本制作，请先更新程序。")
    try:
        key, check = _derived(head.key, salt)
    except VaultError:
        raise wrong_keys(head.key) from None
    if check != head.check:
        raise wrong_keys(head.key)
    return key


def _derived(number: int, salt: bytes) -> tuple[bytes, str]:
    """Return the key of an archive, and what shows that it is the right one."""
    keeper = vault()
    check = keeper.derived_key(number, _PURPOSE + b" check", salt)[:8]
    return keeper.derived_key(number, _PURPOSE, salt), check.hex()


def wrong_keys(number: int) -> InputRefused:
    """Return the refusal of a key file that does not open a backup."""
    return InputRefused(
        "backup.keys",
        f"数据目录里的密钥文件打不开这份备份（需要密钥 {number}）。"
        "请放回制作备份时的 keys.json，或换用密钥以后另存的那一份。",
    )
