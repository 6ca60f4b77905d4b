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
        "union_intake": {
            "county": county,
            "id": 1,
            "place": county,
            "file_name": "工会名单.xlsx",
            "sha256": "0" * 64,
            "state": "WAITING",
            "new_count": 0,
            "changed_count": 0,
            "same_count": 1,
            "refused_count": 0,
            "lines": "[]",
            "sheet": "[{},[],[]]",
            "read_by": 1,
            "read_at": at,
            "decided_by": None,
            "decided_at": None,
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
