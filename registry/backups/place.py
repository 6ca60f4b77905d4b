"""Where a backup is restored: an empty data folder that has its keys, and an empty database.

While it is being filled a file says so, and nothing of the program starts there.
"""

import os
from pathlib import Path

import sqlalchemy as sa

from registry.errors import StateRefused

MARK = "RESTORING"


def refuse_unfinished(folder: Path) -> None:
    """Raise `StateRefused` where a restoration was begun and did not end."""
    if (folder / MARK).exists():
        raise StateRefused(
            "restore.unfinished",
            f"{folder} 里有一次没有完成的恢复，数据不全，不能使用。"
            "请清空数据库和数据目录（保留 keys.json 和 signing），再恢复一次。",
        )


def refuse_unless_empty(folder: Path, engine: sa.Engine) -> None:
    """Raise `StateRefused` where there is a database or an original already."""
    originals = folder / "originals"
    if originals.is_dir() and any(originals.iterdir()):
        raise StateRefused("restore.not_empty", f"{originals} 里已有文件，只能恢复到空的地方。")
    if sa.inspect(engine).get_table_names():
        raise StateRefused("restore.not_empty", "数据库里已有数据表，只能恢复到空的数据库。")


def begin(folder: Path) -> None:
    """Mark a folder as being filled, durably."""
    mark = folder / MARK
    mark.write_text("A restoration was begun here and has not ended.\n", "utf-8")
    _sync(mark)
    _sync(folder)


def end(folder: Path) -> None:
    """Take the mark away."""
    (folder / MARK).unlink()
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
