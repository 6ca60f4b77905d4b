"""Where the keys of an installation come from: `REGISTRY_KEYS`.

Without the setting they stand in the data folder's `keys.json`, which `registry init` writes and
`registry rotate-keys` adds to. With it they are kept elsewhere, as the same JSON, and the product
only reads them: `file:/run/credentials/keys.json`, `environment:TONGXIN_KEYS` or
`command:/usr/bin/kms-client get tongxin`.
"""

import os
import shlex
import subprocess
from functools import lru_cache
from pathlib import Path

from registry.vault import keyfile
from registry.vault.keyfile import KeyFileError, KeyRing

FILE, ENVIRONMENT, COMMAND = "file", "environment", "command"
SECONDS = 10  # that a command may take


def ring(where: str, folder: Path) -> KeyRing:
    """Return the installation's keys; what an environment or a command gave is asked for once in
    a process.

    Raises `KeyFileError`.
    """
    return _ring(where, folder, version(where, folder))


def version(where: str, folder: Path) -> int:
    """Return a number that changes when a file of keys did; 0 where there is none."""
    path = _file(where, folder)
    if path is None:
        return 0
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=8)
def _ring(where: str, folder: Path, _version: int) -> KeyRing:
    if not where:
        return keyfile.load(folder)
    kind, _, place = where.partition(":")
    read = {FILE: _from_file, ENVIRONMENT: _from_environment, COMMAND: _from_command}[kind]
    return keyfile.parse(read(place), f"REGISTRY_KEYS（{kind}）给出的密钥")


@lru_cache(maxsize=8)
def _file(where: str, folder: Path) -> Path | None:
    if not where:
        return keyfile.path_in(folder)
    kind, _, place = where.partition(":")
    return Path(place) if kind == FILE else None


def _from_file(place: str) -> str:
    try:
        return Path(place).read_text("utf-8")
    except (OSError, ValueError) as error:
        raise KeyFileError("keys.missing", f"密钥文件 {place} 不存在或无法读取。") from error


def _from_environment(name: str) -> str:
    text = os.environ.get(name)
    if not text:
        raise KeyFileError("keys.missing", f"环境变量 {name} 中没有密钥。")
    return text


def _from_command(command: str) -> str:
    words = shlex.split(command)
    try:
        # Never through a shell; the words are the operator's own, from the environment.
        answer = subprocess.run(  # noqa: S603
            words, capture_output=True, stdin=subprocess.DEVNULL, timeout=SECONDS, check=False
        )
        text = answer.stdout.decode()
    except subprocess.TimeoutExpired:
        raise KeyFileError(
            "keys.command", f"取密钥的命令 {words[0]} 在 {SECONDS} 秒内没有结果。"
        ) from None
    except (OSError, ValueError) as error:
        kind = type(error).__name__
        raise KeyFileError(
            "keys.command", f"取密钥的命令 {words[0]} 无法运行（{kind}）。"
        ) from None
    if answer.returncode:
        # What it wrote is not repeated: it may hold secrets.
        raise KeyFileError(
            "keys.command", f"取密钥的命令 {words[0]} 失败，退出码 {answer.returncode}。"
        )
    return text
