"""One row for each table of the register of unions beside the tree."""

from datetime import date, datetime


def union_rows(county: str, union: str, day: date, at: datetime) -> dict[str, dict[str, object]]:
    """Return the rows by table."""
    return {
        "union_employer": {
            "county": county,
            "union_code": union,
            "number": 1,
            "name": "玉环某某阀门厂",
            "credit_code": None,
        },
        "union_event": {
            "county": county,
            "id": 1,
            "union_code": union,
            "act": "ELECT",
            "happened_on": day,
            "counts_on": day,
            "before": "{}",
            "after": "{}",
            "note": None,
            "recorded_by": 1,
            "recorded_at": at,
        },
    }
