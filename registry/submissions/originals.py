"""The workbooks as they were sent: kept sealed, under generated names, outside the web root."""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from registry.db import setting
from registry.errors import NotFound
from registry.storage import trusted
from registry.vault.vault import vault

_PIECE = 1 << 20


def keep(content: bytes) -> str:
    """Seal the bytes into the data folder, durably, and return the generated name."""
    name = secrets.token_hex(16)
    _write(name, [vault().seal(content, _context(name))])
    return name


def fetch(name: str) -> bytes:
    """Return the bytes kept under a name.

    Raises `NotFound` when they are not there any more.
    """
    try:
        sealed = (_folder() / name).read_bytes()
    except FileNotFoundError:
        raise NotFound("original.gone", "原始文件已不在服务器上，请重新上传。") from None
    return vault().open(sealed, _context(name))


def reseal(name: str) -> bool:
    """Seal an original with the current key, if it is not yet; tells whether it did."""
    path, keeper = _folder() / name, vault()
    if not path.exists():
        return False
    sealed = path.read_bytes()
    if sealed.startswith(keeper.current_head):
        return False
    _write(name, [keeper.seal(keeper.open(sealed, _context(name)), _context(name))])
    return True


def open_sealed(name: str) -> BinaryIO:
    """Open an original as it is kept, sealed, to be copied. Raises `FileNotFoundError`."""
    return (_folder() / name).open("rb")


def keep_sealed(name: str, sealed: BinaryIO) -> None:
    """Write an original that was sealed before back under its name, durably."""
    _write(name, iter(lambda: sealed.read(_PIECE), b""))


def drop(name: str) -> None:
    """Forget an original whose draft was not written after all."""
    (_folder() / name).unlink(missing_ok=True)


def _write(name: str, sealed: Iterable[bytes]) -> None:
    folder = _folder()
    with trusted(setting("DATA")):
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = folder / f"{name}.part"
        with part.open("wb") as file:
            file.writelines(sealed)
            file.flush()
            os.fsync(file.fileno())
        part.replace(folder / name)


def _folder() -> Path:
    data: Path = setting("DATA")
    return data / "originals"


def _context(name: str) -> bytes:
    return b"original|" + name.encode()
