"""One row for each of the tables of anomalies and of explanations."""

from datetime import datetime


def anomaly_rows(county: str, at: datetime) -> dict[str, dict[str, object]]:
    """Return the rows by table."""
    return {
        "anomaly": {
            "county": county,
            "id": 1,
            "kind": "AGE",
            "union_code": county,
            "subject": county,
            "fingerprint": bytes(32),
            "reason": "在会会员中 1 人未满 16 周岁。",
            "evidence": "{}",
            "state": "OPEN",
            "found_at": at,
        },
        "explanation": {
            "county": county,
            "id": 1,
            "union_code": county,
            "flag": "OVER",
            "expected": 11,
            "found": 12,
            "state": "ASKED",
            "is_from_city": True,
            "asked_by": 1,
            "asked_at": at,
            "due_on": at.date(),
        },
    }
