"""One row for each table of what programs bring."""

from datetime import date, datetime, timedelta

KEY = bytes(range(32))


def program_rows(county: str, day: date, at: datetime) -> dict[str, dict[str, object]]:
    """Return the rows by table, parents first."""
    return {
        "api_token": {
            "county": county,
            "id": 1,
            "account_id": 1,
            "name": "人事系统",
            "scopes": "totals.read",
            "token_hash": KEY,
            "created_at": at,
            "expires_at": at + timedelta(days=90),
            "used_at": None,
            "ended_at": None,
            "asked_on": day,
            "asked_count": 1,
        },
        "delivery": {
            "county": county,
            "id": 1,
            "account_id": 1,
            "request_key": KEY,
            "digest": KEY,
            "submission_id": 1,
            "answered": "DRAFT",
            "already": False,
            "hold_errors": True,
            "employees": 12,
            "state": "REFUSED",
            "error_code": "submit.nothing",
            "error_message": "没有可以提交的行。",
            "asked_at": at,
            "notice": 1,
        },
    }
