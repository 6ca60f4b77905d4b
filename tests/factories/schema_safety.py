"""One row for each table of what protects an account."""

from datetime import datetime, timedelta

KEY = bytes(range(32))


def safety_rows(county: str, at: datetime) -> dict[str, dict[str, object]]:
    """Return the rows by table, parents first."""
    return {
        "second_factor": {
            "county": county,
            "id": 1,
            "account_id": 1,
            "kind": "PASSKEY",
            "label": "办公室电脑",
            "sealed": b"-",
            "credential": KEY,
            "counter": 7,
            "created_at": at,
            "used_at": at,
        },
        "former_password": {
            "county": county,
            "account_id": 1,
            "number": 1,
            "password_hash": "-",
        },
        "invitation": {
            "county": county,
            "account_id": 1,
            "code_hash": KEY,
            "created_at": at,
            "expires_at": at + timedelta(days=14),
        },
        "form_sent": {"county": county, "key": KEY, "sent_at": at, "answer": "/"},
        "recovery_code": {
            "county": county,
            "account_id": 1,
            "number": 1,
            "code_hash": KEY,
            "used_at": None,
        },
    }
