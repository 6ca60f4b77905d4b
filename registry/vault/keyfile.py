"""The key file of an installation: written once, readable by its owner only, never in the
database.
"""

import json
import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from registry.errors import RegistryError

NAME = "keys.json"


class KeyFileError(RegistryError):
    """The key file is missing, unreadable or not made for this installation."""


@dataclass(frozen=True)
class KeyRing:
    """All secrets of an installation.

    `keys` maps a key's number to 32 bytes; `current` is the one that encrypts. `hash_key` makes the
    keyed hashes, `site_key` signs cookies. `demo` marks an installation with invented persons.
    """

    keys: dict[int, bytes]
    current: int
    hash_key: bytes
    site_key: str
    demo: bool


# A page that masks fifty rows looks there for each of them.
@lru_cache(maxsize=8)
def path_in(folder: Path) -> Path:
    """Return where the key file of a data folder stands."""
    return folder / NAME


def create(folder: Path, *, demo: bool) -> KeyRing:
    """Write a new key file into the folder and return its keys; an existing one is never
    replaced.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ring = KeyRing(
        {1: secrets.token_bytes(32)}, 1, secrets.token_bytes(32), secrets.token_hex(32), demo
    )
    _write(path_in(folder), ring, replace=False)
    return ring


def load(folder: Path) -> KeyRing:
    """Read the key file of a data folder.

    Raises `KeyFileError` when there is none or it cannot be understood.
    """
    path = path_in(folder)
    try:
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
        keys = {int(number): bytes.fromhex(text) for number, text in data["keys"].items()}
        ring = KeyRing(
            keys,
            int(data["current"]),
            bytes.fromhex(data["hash"]),
            data["site"],
            bool(data["demo"]),
        )
    except FileNotFoundError:
        raise KeyFileError(
            "keys.missing",
            f"密钥文件 {path} 不存在。新装请运行 registry init；恢复数据请放回原来的密钥文件。",
        ) from None
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise KeyFileError("keys.unreadable", f"密钥文件 {path} 无法读取或已损坏。") from error
    if ring.current not in keys or any(len(key) != 32 for key in keys.values()):
        raise KeyFileError("keys.unreadable", f"密钥文件 {path} 内容不完整。")
    return ring


def add_key(folder: Path) -> KeyRing:
    """Add a fresh encryption key and make it the current one; the older ones still open what
    they sealed.
    """
    ring = load(folder)
    number = max(ring.keys) + 1
    keys = ring.keys | {number: secrets.token_bytes(32)}
    fresh = KeyRing(keys, number, ring.hash_key, ring.site_key, ring.demo)
    _write(path_in(folder), fresh, replace=True)
    return fresh


def _write(path: Path, ring: KeyRing, *, replace: bool) -> None:
    data = {
        "keys": {str(number): key.hex() for number, key in ring.keys.items()},
        "current": ring.current,
        "hash": ring.hash_key.hex(),
        "site": ring.site_key,
        "demo": ring.demo,
    }
    part = path.with_suffix(f".{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(data, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    if replace:
        part.replace(path)
        return
    try:
        # A link fails where the name exists: of two first starts at once, one wins and both agree.
        os.link(part, path)
    except FileExistsError:
        raise KeyFileError("keys.exist", f"密钥文件 {path} 已经存在，不会被覆盖。") from None
    finally:
        part.unlink()
