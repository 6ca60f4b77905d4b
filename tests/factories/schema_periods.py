"""One full row for each table of closed months."""

from datetime import date, datetime


def period_rows(county: str, union: str, day: date, at: datetime) -> dict[str, dict[str, object]]:
    """Return the rows, parents first."""
    key = {"county": county, "month": f"{day:%Y-%m}", "revision": 1}
    return {
        "period": {**key, "state": "OPEN"},
        "period_closing": {
            **key,
            "last_day": day,
            "closed_by": 1,
            "closed_at": at,
            "document": b"{}",
            "digest": "0" * 64,
            "algorithm": "Ed25519",
            "public_key": "-",
            "signature": b"-",
        },
        "period_reopening": {**key, "reopened_by": 1, "reopened_at": at, "reason": "补报"},
        "period_roll": {**key, "union_code": union, "content": b"-"},
    }
