"""Settings on the trail: who changes them does so outside the product, and it shows at the next
start.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from registry.db import db, transaction
from registry.errors import Unavailable
from registry.trail import queries
from registry.trail.models import TrailHead
from registry.trail.operations import OPERATOR, record
from registry.vault.vault import vault

ACTION = "installation.settings"
_LOOKED_BACK = 20
_SHOWN = 16
AGAIN_SECONDS = 30.0

_log = logging.getLogger(__name__)


def note_when_possible(
    context: Callable[[], AbstractContextManager[object]],
    process: str,
    values: Mapping[str, str],
    secrets: Mapping[str, str],
) -> None:
    """As `note`, at once or, where the database is away or nothing may be written, as soon as it
    can be: a site starts without its database too. `context` gives an application context.
    """

    def is_noted() -> bool:
        with context():
            try:
                note(process, values, secrets)
            except (SQLAlchemyError, Unavailable):
                return False
        return True

    def try_again() -> None:
        while not is_noted():
            time.sleep(AGAIN_SECONDS)

    if not is_noted():
        _log.warning("settings are not on the trail yet: it cannot be written")
        threading.Thread(target=try_again, daemon=True).start()


def note(process: str, values: Mapping[str, str], secrets: Mapping[str, str]) -> bool:
    """Record the settings that a kind of process starts with, on the trail of every county where
    they differ from those it started with before; tells whether they did anywhere.

    `values` are the settings that are not at their defaults, by variable; of those in `secrets`
    only a keyed hash is recorded.
    """
    hidden = {
        name: f"hmac:{vault().keyed_hash(b'setting', text).hex()[:_SHOWN]}"
        for name, text in secrets.items()
    }
    said = {**values, **hidden}
    session = db.session()
    session.rollback()
    former = {
        county: _former(county, process)
        for county in session.scalars(select(TrailHead.county).order_by(TrailHead.county))
    }
    changed = {county: before for county, before in former.items() if before != said}
    if not changed:
        return False
    with transaction() as writing:
        for county, before in changed.items():
            record(
                writing,
                ACTION,
                actor=None,
                actor_name=OPERATOR,
                county=county,
                place=county,
                detail={
                    "process": process,
                    "changed": _differing(before or {}, said),
                    "settings": said,
                },
            )
    return True


def _former(county: str, process: str) -> dict[str, str] | None:
    found = queries.entries(
        db.session(), county, actor_name=OPERATOR, action=ACTION, limit=_LOOKED_BACK
    )
    return next(
        (entry.detail["settings"] for entry in found if entry.detail["process"] == process), None
    )


def _differing(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
