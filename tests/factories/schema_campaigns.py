"""One row for each table of campaigns, and of the checks that they count."""

from datetime import date, datetime


def campaign_rows(county: str, union: str, day: date, at: datetime) -> dict[str, dict[str, object]]:
    """Return the rows by table, parents first."""
    return {
        "checked_tally": {
            "county": county,
            "union_code": union,
            "day": day,
            "checked_on": day,
            "entered": 1,
            "verified": 0,
        },
        "campaign": {
            "county": county,
            "id": 1,
            "kind": "REVERIFY",
            "union_code": county,
            "path": f"/{county}/",
            "title": "2018 年复核",
            "opens_on": day,
            "due_on": day,
            "ends_when_due": False,
            "state": "OPEN",
            "begun_by": 1,
            "begun_at": at,
        },
        "campaign_scope": {
            "county": county,
            "campaign_id": 1,
            "union_code": county,
            "path": f"/{county}/",
        },
    }
