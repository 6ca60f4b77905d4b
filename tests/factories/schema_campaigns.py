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
        "campaign_phase": {
            "county": county,
            "campaign_id": 1,
            "phase": "SURVEY",
            "ends_on": day,
            "share": 100,
        },
        "campaign_turn": {
            "county": county,
            "campaign_id": 1,
            "number": 1,
            "union_code": county,
            "act": "START",
            "counts_on": day,
            "recorded_by": 1,
            "recorded_at": at,
        },
        "campaign_target": {
            "county": county,
            "campaign_id": 1,
            "number": 1,
            "union_code": county,
            "due_on": day,
            "members": 50_000,
            "set_on": day,
            "set_by": 1,
            "set_at": at,
        },
        "campaign_passing": {
            "county": county,
            "campaign_id": 1,
            "union_code": county,
            "phase": "SURVEY",
            "passed_on": day,
            "is_override": False,
            "recorded_by": 1,
            "recorded_at": at,
        },
    }
