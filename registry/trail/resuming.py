"""After a fault of the storage: an operator has it checked, and writing goes on."""

import os
from pathlib import Path
from shutil import disk_usage

from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from registry.db import db, setting, transaction
from registry.errors import StateRefused
from registry.storage import Fault, clear_fault, fault_in, report_fault, trusted
from registry.trail.models import TrailHead
from registry.trail.operations import OPERATOR, record

_PROBE = 1024 * 1024


def resume() -> Fault | None:
    """Check the storage and let the installation write again, which the trail of each county tells.

    Returns the fault that was, None where there was none. Raises `StateRefused` where the database
    is not sound, `Unavailable` where the storage still does not keep what it is given: then nothing
    has changed.
    """
    folder = setting("DATA")
    fault = fault_in(folder)
    if fault is None:
        return None
    _demand_room(folder)
    _check_database()
    clear_fault(folder)
    try:
        _write_and_sync()
        with transaction() as session:
            for county in session.scalars(select(TrailHead.county).order_by(TrailHead.county)):
                record(
                    session,
                    "storage.resume",
                    actor=None,
                    actor_name=OPERATOR,
                    county=county,
                    place=county,
                    detail=fault._asdict(),
                )
    except BaseException:
        report_fault(folder, fault.kind)
        raise
    return fault


def _demand_room(folder: Path) -> None:
    """Refuse on a full disk, on which SQLite cannot even read: that is no damage to restore."""
    if disk_usage(folder).free < _PROBE:
        raise StateRefused("storage.no_room", "数据目录所在的磁盘还是满的，请先腾出空间再运行。")


def _check_database() -> None:
    """Have SQLite look through its file, and carry over into it all that stands in the log.

    What an fsync failed to keep may stand in memory only, and reads like the rest: writing it once
    more is what makes it last. PostgreSQL does the like by itself, when it starts after a crash.
    """
    if db.engine.dialect.name != "sqlite":
        return
    db.session.rollback()  # what we have read ourselves must not hold up the log
    try:
        with db.engine.connect() as connection:
            said = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
    except DBAPIError as error:
        said = str(error.orig)
    if said != "ok":
        raise StateRefused("storage.damaged", f"数据库文件检查不通过（{said}），请用备份恢复。")
    raw = db.engine.raw_connection()  # no transaction may be open
    try:
        busy, *_ = raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        raw.close()
    if busy:
        raise StateRefused("storage.busy", "网站或后台进程正在读数据库，请先停下它们再运行。")


def _write_and_sync() -> None:
    """Write into the data folder as originals are written. Raises `Unavailable`."""
    probe = setting("DATA") / "storage.probe"
    with trusted(setting("DATA")):
        try:
            with probe.open("wb") as file:
                file.write(bytes(_PROBE))
                file.flush()
                os.fsync(file.fileno())
        finally:
            probe.unlink(missing_ok=True)
