"""The keys of an installation and the file they stand in: written once, readable by its owner
only, never in the database.
"""

import json
import os
import secrets
import stat
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from registry.errors import RegistryError

NAME = "keys.json"
SHA_256, SM3 = "sha256", "sm3"


class KeyFileError(RegistryError):
    """The key file is missing, unreadable or not made for this installation."""


@dataclass(frozen=True)
class KeyRing:
    """All secrets of an installation.

    `keys` maps a key's number to 32 bytes; `current` is the one that encrypts. `hash_key` makes the
    keyed hashes with `hash_algorithm`, both for good; `site_key` signs cookies. `demo` marks an
    installation with invented persons.
    """

    keys: dict[int, bytes]
    current: int
    hash_key: bytes
    site_key: str
    demo: bool
    hash_algorithm: str = SHA_256


# A page that masks fifty rows looks there for each of them.
@lru_cache(maxsize=8)
def path_in(folder: Path) -> Path:
    """Return where the key file of a data folder stands."""
    return folder / NAME


def fresh(*, demo: bool, hash_algorithm: str = SHA_256) -> KeyRing:
    """Return new keys, kept nowhere."""
    return KeyRing(
        {1: secrets.token_bytes(32)},
        1,
        secrets.token_bytes(32),
        secrets.token_hex(32),
        demo,
        hash_algorithm,
    )


def with_new_key(ring: KeyRing) -> KeyRing:
    """Return the keys with a new one that encrypts; the older ones open what they sealed."""
    number = max(ring.keys) + 1
    return replace(ring, keys=ring.keys | {number: secrets.token_bytes(32)}, current=number)


def create(folder: Path, *, demo: bool, hash_algorithm: str = SHA_256) -> KeyRing:
    """Write a new key file into the folder and return its keys; an existing one is never
    replaced.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ring = fresh(demo=demo, hash_algorithm=hash_algorithm)
    _write(path_in(folder), ring, replaces=False)
    return ring


def load(folder: Path) -> KeyRing:
    """Read the key file of a data folder.

    Raises `KeyFileError` when there is none, when everybody on the machine can read it, or when it
    cannot be understood.
    """
    path = path_in(folder)
    try:
        text = path.read_text("utf-8")
        is_exposed = path.stat().st_mode & stat.S_IROTH and folder.stat().st_mode & stat.S_IXOTH
    except FileNotFoundError:
        raise KeyFileError(
            "keys.missing",
            f"密钥文件 {path} 不存在。新装请运行 registry init；恢复数据请放回原来的密钥文件。",
        ) from None
    except (OSError, ValueError) as error:
        raise KeyFileError("keys.unreadable", f"密钥文件 {path} 无法读取或已损坏。") from error
    if is_exposed:
        raise KeyFileError(
            "keys.exposed",
            f"密钥文件 {path} 本机的任何用户都能读。请先运行 chmod 600 {path}，再换用新密钥。",
        )
    return parse(text, f"密钥文件 {path} ")


def parse(text: str, what: str) -> KeyRing:
    """Return the keys that a key file's text tells; `what` names it in a refusal.

    Raises `KeyFileError` when it cannot be understood.
    """
    try:
        data: dict[str, Any] = json.loads(text)
        ring = KeyRing(
            {int(number): bytes.fromhex(key) for number, key in data["keys"].items()},
            int(data["current"]),
            bytes.fromhex(data["hash"]),
            str(data["site"]),
            bool(data["demo"]),
            data.get("hash_algorithm", SHA_256),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        # Without the cause: what could not be read may quote a part of the keys.
        raise KeyFileError("keys.unreadable", f"{what}无法读取或已损坏。") from None
    if not _is_whole(ring):
        raise KeyFileError("keys.unreadable", f"{what}内容不完整。")
    return ring


def text_of(ring: KeyRing) -> str:
    """Return the keys as the text of a key file."""
    return json.dumps(
        {
            "keys": {str(number): key.hex() for number, key in ring.keys.items()},
            "current": ring.current,
            "hash": ring.hash_key.hex(),
            "hash_algorithm": ring.hash_algorithm,
            "site": ring.site_key,
            "demo": ring.demo,
        },
        indent=1,
    )


def add_key(folder: Path) -> KeyRing:
    """Add a fresh encryption key to a data folder's file and make it the current one."""
    ring = with_new_key(load(folder))
    _write(path_in(folder), ring, replaces=True)
    return ring


def _is_whole(ring: KeyRing) -> bool:
    return (
        ring.current in ring.keys
        and all(len(key) == 32 and 0 < number < 1 << 16 for number, key in ring.keys.items())
        and bool(ring.hash_key)
        and len(ring.hash_key) <= 64
        and bool(ring.site_key)
        and ring.hash_algorithm in (SHA_256, SM3)
    )


def _write(path: Path, ring: KeyRing, *, replaces: bool) -> None:
    part = path.with_suffix(f".{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text_of(ring))
        file.flush()
        os.fsync(file.fileno())
    if replaces:
        part.replace(path)
        return
    try:
        # A link fails where the name exists: of two first starts at once, one wins and both agree.
        os.link(part, path)
    except FileExistsError:
        raise KeyFileError("keys.exist", f"密钥文件 {path} 已经存在，不会被覆盖。") from None
    finally:
        part.unlink()
