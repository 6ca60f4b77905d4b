"""Backups and where they are restored."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from flask import Flask

from registry.app import create_app
from registry.backups.making import Made, make
from registry.backups.restoring import Restored, Schema, restore
from registry.db import db, setting
from registry.vault import signing
from seeds.installation import knows_revision, migrations, upgrade_schema
from tests.factories.app import running

KEYS = ("keys.json", "signing")
SCHEMA = Schema(knows_revision, lambda revision: upgrade_schema(revision=revision))


def stamp() -> None:
    """Say of tables that were made by the models what those made by migrations say, and give the
    installation the key that signs.
    """
    command.stamp(migrations(db.engine), "head")
    signing.new_key(setting("DATA"))


def silent(_words: str) -> None:
    """Say nothing."""


def back_up(destination: Path) -> Made:
    """Back up the running installation."""
    return make(destination, silent)


def empty_place(folder: Path, keys_from: Path) -> Path:
    """Make a data folder that has the keys of another one and nothing else."""
    folder.mkdir(mode=0o700)
    for name in KEYS:
        whole = shutil.copytree if (keys_from / name).is_dir() else shutil.copy2
        whole(keys_from / name, folder / name)
    return folder


@contextmanager
def restored_in(
    source: Path, folder: Path, database_url: str | None = None
) -> Iterator[tuple[Flask, Restored]]:
    """Restore into a folder that has its keys (and into a database there, or the one named);
    yields the running application and what was restored.
    """
    settings = {"REGISTRY_DATA": str(folder), "DATABASE_URL": database_url or ""}
    with running(create_app(settings, screens=False)) as app:
        yield app, restore(source, SCHEMA, silent)
