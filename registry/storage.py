"""Whether the storage still keeps what it is given: a fault of it is noticed, kept and told.

After an error of the disk nobody knows what it has kept. SQLite would go on and acknowledge, so the
installation does not: nothing is written any more until an operator has looked (`registry resume`).
The fault stands beside the database, in a file, so that all processes of the installation know of
it and a restart forgets nothing; where even that cannot be written, in the process that met it.
"""

import errno
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from registry.clock import now
from registry.errors import Unavailable

NAME = "read-only.json"
FULL, IO, DAMAGED, READ_ONLY = "full", "io", "damaged", "read_only"
LABELS = {
    FULL: "存储空间已满",
    IO: "存储读写出错",
    DAMAGED: "数据库文件损坏",
    READ_ONLY: "存储变成了只读",
    "": "存储出错",
}

_ERRNOS = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: FULL,
    errno.EIO: IO,
    errno.EROFS: READ_ONLY,
}
_SQLITE = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_IOERR: IO,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_READONLY: READ_ONLY,
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL = {
    "53100": FULL,
    "58030": IO,
    "XX001": DAMAGED,
    "XX002": DAMAGED,
    "25006": READ_ONLY,
}
# Faults whose file could not be written, by data folder.
_unwritten: dict[Path, "Fault"] = {}


class Fault(NamedTuple):
    """What is the matter with the storage ("" where that could not be written), and since when (in
    UTC, ISO 8601)."""

    kind: str
    since: str

    @property
    def label(self) -> str:
        """What is the matter, as pages say it."""
        return LABELS.get(self.kind, LABELS[""])


def fault_kind(error: BaseException | None) -> str | None:
    """Return what an error, or the driver's error behind it, says of the storage; None: nothing."""
    error = getattr(error, "orig", None) or error
    if isinstance(error, sqlite3.Error):
        # Extended codes have the plain one in their last byte.
        return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if isinstance(error, OSError):
        return _ERRNOS.get(error.errno or 0)
    return _POSTGRESQL.get(getattr(error, "sqlstate", None) or "")


def is_away(error: BaseException) -> bool:
    """Tell whether the database did not answer, rather than refuse what it was asked."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated


def report_fault(folder: Path, kind: str) -> None:
    """Keep that the storage is at fault, where that is not known yet."""
    if fault_in(folder) is not None:
        return
    fault = Fault(kind, now().isoformat(timespec="seconds"))
    try:
        # On a full disk the name alone mostly still goes in, and the name is what counts.
        (folder / NAME).touch(mode=0o600)
    except OSError:
        _unwritten[folder] = fault
        return
    try:
        (folder / NAME).write_text(json.dumps(fault._asdict()), "utf-8")
    except OSError:
        return


def fault_in(folder: Path) -> Fault | None:
    """Return the fault of a data folder's storage, None where nothing is known against it."""
    path = folder / NAME
    if folder in _unwritten:
        return _unwritten[folder]
    if not path.exists():
        return None
    try:
        return Fault(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return Fault("", "")


def refuse_writing(folder: Path) -> None:
    """Raise `Unavailable` while the storage is at fault."""
    fault = fault_in(folder)
    if fault is not None:
        raise refusal_of(fault)


@contextmanager
def trusted(folder: Path) -> Iterator[None]:
    """Around whatever writes: raises `Unavailable` while the storage is at fault, and for an error
    that shows so.
    """
    refuse_writing(folder)
    try:
        yield
    except Exception as error:
        kind = fault_kind(error)
        if kind is None:
            raise
        report_fault(folder, kind)
        refuse_writing(folder)


def refusal_of(fault: Fault) -> Unavailable:
    """Return the refusal that says so."""
    return Unavailable(
        "storage.read_only",
        f"{fault.label}，为保护数据，系统现在只能查看，不能办理。"
        "刚才这一步没有保存，以前保存的都在；请联系系统管理员，恢复后再办理。",
    )


def clear_fault(folder: Path) -> None:
    """Forget the fault: writing is tried again."""
    _unwritten.pop(folder, None)
    (folder / NAME).unlink(missing_ok=True)
