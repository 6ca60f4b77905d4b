"""One row for each of the tables of the trail."""

from datetime import datetime


def trail_rows(county: str, key: bytes, at: datetime) -> dict[str, dict[str, object]]:
    """Return the rows, parents first."""
    return {
        "trail_entry": {
            "county": county,
            "number": 1,
            "at": at,
            "actor_name": "system",
            "action": "seed",
            "place": county,
            "result": "done",
            "detail": "{}",
            "previous": bytes(32),
            "hash": key,
            "suite": 2,
        },
        "trail_person": {"county": county, "person_key": key, "number": 1},
        "trail_copy": {
            "county": county,
            "number": 1,
            "written_at": at,
            "failed_at": None,
            "fault": None,
        },
        "trail_head": {"county": county, "number": 1, "hash": key},
    }
