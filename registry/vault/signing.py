"""Signing documents that must be shown to be unchanged years later, behind a provider.

Without a setting the provider is Ed25519 with a private key in the data folder. `REGISTRY_SIGNING`
names others, `module:factory`: each factory gets the data folder and returns a `Provider`, so that
a device that signs with SM2 can be used. The first one signs; all of them verify, and Ed25519
always does: what was signed before a change of provider stays verifiable.

Public keys that the installation has signed with stand in the data folder, outside the database:
who can write the database alone cannot pass off a signature of their own.
"""

import os
from collections.abc import Iterable
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from registry.db import setting
from registry.errors import RegistryError

FOLDER, PRIVATE, TRUSTED = "signing", "ed25519.pem", "trusted"


class SigningError(RegistryError):
    """Nothing can be signed: no key, or a provider that cannot be used."""


class Provider(Protocol):
    """What signs with one algorithm, by one key, and verifies what was signed with the algorithm by
    any key.
    """

    @property
    def algorithm(self) -> str:
        """The algorithm's name, which is stored with each signature: at most 24 characters."""
        ...

    def public_key(self) -> bytes:
        """Return the public key of the key that signs now, as PEM."""
        ...

    def sign(self, document: bytes) -> bytes:
        """Return the signature over the document."""
        ...

    def verify(self, public_key: bytes, document: bytes, signature: bytes) -> bool:
        """Tell whether this is the key's signature over the document; False for a key or signature
        that cannot be understood.
        """
        ...


class Ed25519:
    """Ed25519 (RFC 8032) with the private key in a data folder."""

    algorithm = "Ed25519"

    def __init__(self, folder: Path) -> None:
        self._path = folder / FOLDER / PRIVATE

    def public_key(self) -> bytes:
        """Return the public key as PEM (SubjectPublicKeyInfo). Raises `SigningError`."""
        return _public_pem(self._private())

    def sign(self, document: bytes) -> bytes:
        """Return the 64 bytes of the signature. Raises `SigningError`."""
        return self._private().sign(document)

    def verify(self, public_key: bytes, document: bytes, signature: bytes) -> bool:
        """Tell whether this is the key's signature over the document."""
        try:
            key = load_pem_public_key(public_key)
            if not isinstance(key, Ed25519PublicKey):
                return False
            key.verify(signature, document)
        except (ValueError, UnsupportedAlgorithm, InvalidSignature):
            return False
        return True

    def _private(self) -> Ed25519PrivateKey:
        try:
            key = load_pem_private_key(self._path.read_bytes(), password=None)
        except FileNotFoundError:
            raise SigningError(
                "signing.no_key",
                f"签名密钥 {self._path} 不存在。恢复数据请放回原来的；"
                "从未有过请运行 registry signing-key --new。",
            ) from None
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise SigningError(
                "signing.unreadable", f"签名密钥 {self._path} 无法读取或已损坏。"
            ) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise SigningError("signing.unreadable", f"签名密钥 {self._path} 不是 Ed25519 密钥。")
        return key


def has_key(folder: Path) -> bool:
    """Tell whether a data folder has a private key for Ed25519."""
    return (folder / FOLDER / PRIVATE).exists()


def new_key(folder: Path) -> str:
    """Write a fresh Ed25519 key into a data folder, in place of the one there, whose public key
    stays trusted; returns the number of the new one.
    """
    if has_key(folder):
        trust(folder, Ed25519(folder).public_key())
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = _public_pem(key)
    # Trusted first: a key that signs is never unknown.
    trust(folder, public)
    _write(folder / FOLDER / PRIVATE, private)
    return key_id(public)


def trust(folder: Path, public_key: bytes) -> None:
    """Remember a public key as one that this installation signs with."""
    path = folder / FOLDER / TRUSTED / f"{key_id(public_key)}.pem"
    if not path.exists():
        _write(path, public_key)


def trusted(folder: Path) -> dict[str, bytes]:
    """Return the public keys that this installation has signed with, by their numbers."""
    found = (path.read_bytes() for path in sorted((folder / FOLDER / TRUSTED).glob("*.pem")))
    return {key_id(public_key): public_key for public_key in found}


def key_id(public_key: bytes) -> str:
    """Return the number of a public key: the beginning of the SHA-256 over its PEM."""
    return sha256(public_key).hexdigest()[:16]


def signer() -> Provider:
    """Return the provider that signs in the running installation. Raises `SigningError`."""
    return providers()[0]


def provider_of(algorithm: str) -> Provider | None:
    """Return a provider that verifies this algorithm, None where there is none."""
    return next((one for one in providers() if one.algorithm == algorithm), None)


def providers() -> list[Provider]:
    """Return the installation's providers, the one that signs first. Raises `SigningError`."""
    folder: Path = setting("DATA")
    return [*_named(setting("SIGNING").split(","), folder), Ed25519(folder)]


def _named(names: Iterable[str], folder: Path) -> list[Provider]:
    return [_opened(name.strip(), folder) for name in names if name.strip()]


def _opened(name: str, folder: Path) -> Provider:
    module, _, factory = name.partition(":")
    try:
        return cast(Provider, getattr(import_module(module), factory)(folder))
    except Exception as error:
        # A device's own code: whatever it raises, nothing can be signed with it.
        raise SigningError(
            "signing.provider",
            f"签名设备 {name} 打不开（{type(error).__name__}），请检查 REGISTRY_SIGNING。",
        ) from error


def _public_pem(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(f".{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
