"""Settings on the trail: who changes them does so outside the product, and it shows at the next
start.
"""

from collections.abc import Mapping

from sqlalchemy import select

from registry.db import db, transaction
from registry.trail import queries
from registry.trail.models import TrailHead
from registry.trail.operations import OPERATOR, record
from registry.vault.vault import vault

ACTION = "installation.settings"
_LOOKED_BACK = 20
_SHOWN = 16


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
