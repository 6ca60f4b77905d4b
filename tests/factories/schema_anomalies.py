"""One row for the table of anomalies."""

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
    }
