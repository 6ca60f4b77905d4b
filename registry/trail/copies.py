"""Signed heads of the chains at a second place, where who can rewrite the database cannot reach.

`REGISTRY_TRAIL_HEADS` names the folder: another disk, another machine's share. A line of JSON for
each head, `<county>-<month>.jsonl`: the document that was signed, word for word, the signature over
it and the number of the key, which lies beside as `<number>.pem`. Lines are only added. A chain
that was cut off, or written anew from somewhere on, no longer has what a line says.
"""

import errno
import json
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.clock import now
from registry.db import db, setting, transaction
from registry.errors import RegistryError
from registry.trail.models import TrailCopy, TrailEntry, TrailHead
from registry.vault import signing
from registry.vault.signing import SigningError

AGAIN = timedelta(minutes=1)  # after a failure
_FAULT = 200
_FAULTS = {
    "ENOENT": "另存的位置不存在或没有挂载",
    "EACCES": "没有写入另存位置的权限",
    "EROFS": "另存的位置是只读的",
    "ENOSPC": "另存的位置已满",
}
PATIENCE = 3  # times the interval, after which what still waits is late


class NotWritten(RegistryError):
    """The heads could not be written to the second place."""


class Doubt(NamedTuple):
    """What is wrong with the copies themselves; `county` is "" where it is all of them."""

    county: str
    number: int
    what: str


class Standing(NamedTuple):
    """How the copies of a county's heads stand."""

    number: int  # of the last head that was written
    written_at: datetime | None
    is_late: bool
    fault: str


def place() -> Path | None:
    """Return the folder of the copies, None where there is to be none."""
    folder = setting("TRAIL_HEADS")
    return Path(folder) if folder else None


def write_due() -> int:
    """Write the heads that moved since they were last written, if that is long enough ago; return
    how many. What cannot be written is noted and tried again.
    """
    folder = place()
    if folder is None:
        return 0
    session = db.session()
    session.rollback()
    due = [head for head, copy in _heads_and_copies(session) if _is_due(head, copy)]
    session.rollback()
    return _write(folder, due)


def write_now() -> list[str]:
    """Write all heads to the second place, if there is one; return their lines.

    Raises `SigningError`, and `NotWritten` when the place cannot be written.
    """
    session = db.session()
    heads = [_Head(head.county, head.number, head.hash) for head in _all_heads(session)]
    session.rollback()
    lines = [_line(head) for head in heads]
    folder = place()
    if folder is not None:
        for head, line in zip(heads, lines, strict=True):
            try:
                _append(folder, head.county, line)
            except OSError as error:
                raise NotWritten("heads.unwritable", f"{folder}：{_said(error)}。") from error
            _note(head.county, number=head.number)
    return lines


def standing(session: Session, county: str) -> Standing | None:
    """Return how the copies of a county's heads stand; None where there are to be none."""
    if place() is None:
        return None
    copy = session.get(TrailCopy, county)
    number = copy.number if copy else 0
    waits = session.get(TrailEntry, (county, number + 1))
    longest = PATIENCE * _interval()
    is_late = waits is not None and waits.at < now() - longest
    failed = copy is not None and copy.failed_at is not None
    return Standing(
        number,
        copy.written_at if copy else None,
        is_late or failed,
        (copy.fault if copy else None) or "",
    )


def late_counties(session: Session) -> list[str] | None:
    """Return the counties whose heads are not where they should be; None without a second place."""
    if place() is None:
        return None
    found = ((head.county, standing(session, head.county)) for head in _all_heads(session))
    return [county for county, one in found if one is not None and one.is_late]


def kept() -> tuple[dict[str, dict[int, bytes]], list[Doubt]]:
    """Return the heads at the second place, as hashes by county and number, and what is wrong with
    them: signed by no key of this installation, or not to be read at all.
    """
    folder = place()
    if folder is None:
        return {}, []
    heads: dict[str, dict[int, bytes]] = {}
    doubts: list[Doubt] = []
    trusted = signing.trusted(setting("DATA"))
    try:
        for where, said in _lines(folder):
            head = _signed(said, trusted)
            if head is None:
                doubts.append(Doubt("", 0, f"另存的链尾 {where} 的签名不对"))
            elif heads.setdefault(head.county, {}).setdefault(head.number, head.hash) != head.hash:
                doubts.append(Doubt(head.county, head.number, f"另存的链尾 {where} 互相矛盾"))
    except OSError as error:
        doubts.append(Doubt("", 0, f"另存链尾的位置读不到（{type(error).__name__}），没有比对"))
    return heads, doubts


class _Head(NamedTuple):
    county: str
    number: int
    hash: bytes


def _interval() -> timedelta:
    return timedelta(minutes=setting("TRAIL_HEADS_MINUTES"))


def _all_heads(session: Session) -> list[TrailHead]:
    return list(session.scalars(select(TrailHead).order_by(TrailHead.county)))


def _heads_and_copies(session: Session) -> list[tuple[_Head, TrailCopy | None]]:
    copies = {copy.county: copy for copy in session.scalars(select(TrailCopy))}
    return [
        (_Head(head.county, head.number, head.hash), copies.get(head.county))
        for head in _all_heads(session)
    ]


def _is_due(head: _Head, copy: TrailCopy | None) -> bool:
    if copy is None:
        return True
    if copy.failed_at is not None:
        return copy.failed_at <= now() - AGAIN
    moved = head.number != copy.number
    return moved and (copy.written_at is None or copy.written_at <= now() - _interval())


def _write(folder: Path, due: list[_Head]) -> int:
    written = 0
    for head in due:
        try:
            _append(folder, head.county, _line(head))
        except (OSError, SigningError) as error:
            _note(head.county, fault=_said(error))
        else:
            _note(head.county, number=head.number)
            written += 1
    return written


def _said(error: OSError | SigningError) -> str:
    """Return why a head could not be written, without the place, which is not for every screen."""
    if isinstance(error, SigningError):
        return error.message[:_FAULT]
    code = errno.errorcode.get(error.errno or 0, type(error).__name__)
    return _FAULTS.get(code, f"另存的位置写不进去（{code}）")


def _note(county: str, *, number: int | None = None, fault: str | None = None) -> None:
    """Keep what became of an attempt."""
    with transaction() as session:
        copy = session.get(TrailCopy, county)
        if copy is None:
            copy = TrailCopy(county=county, number=0)
            session.add(copy)
        copy.fault, copy.failed_at = fault, None if fault is None else now()
        if number is not None:
            copy.number, copy.written_at = number, now()


def _line(head: _Head) -> str:
    document = json.dumps(
        {
            "county": head.county,
            "number": head.number,
            "hash": head.hash.hex(),
            "at": now().isoformat(timespec="seconds"),
        }
    )
    signer = signing.signer()
    public_key = signer.public_key()
    signing.trust(setting("DATA"), public_key)
    return json.dumps(
        {
            "document": document,
            "algorithm": signer.algorithm,
            "key": signing.key_id(public_key),
            "signature": signer.sign(document.encode()).hex(),
        }
    )


def _append(folder: Path, county: str, line: str) -> None:
    """Add a line, and the public keys that it may need, durably. The folder itself is never made:
    a share that is not there must be noticed.
    """
    for number, pem in signing.trusted(setting("DATA")).items():
        if not (key := folder / f"{number}.pem").exists():
            key.write_bytes(pem)
    path = folder / f"{county}-{now():%Y-%m}.jsonl"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    with os.fdopen(descriptor, "ab") as file:
        # A line begins anew, whatever a cut-off one before it left.
        file.write(f"\n{line}\n".encode())
        file.flush()
        os.fsync(file.fileno())


def _lines(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what each whole line says, and where it stands; a torn line says nothing."""
    for path in sorted(entry for entry in folder.iterdir() if entry.suffix == ".jsonl"):
        for at, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
            try:
                said = json.loads(line)
            except ValueError:
                continue
            if isinstance(said, dict):
                yield f"{path.name}:{at}", said


def _signed(said: dict[str, Any], trusted: dict[str, bytes]) -> _Head | None:
    try:
        document, signature = said["document"], bytes.fromhex(said["signature"])
        provider = signing.provider_of(said["algorithm"])
        key = trusted.get(said["key"])
        if provider is None or key is None:
            return None
        if not provider.verify(key, document.encode(), signature):
            return None
        told = json.loads(document)
        return _Head(told["county"], int(told["number"]), bytes.fromhex(told["hash"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
