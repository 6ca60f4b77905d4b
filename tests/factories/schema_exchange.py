"""One row for each table of what goes to the higher federation."""

from datetime import datetime

KEY = bytes(range(32))


def exchange_rows(county: str, union: str, at: datetime) -> dict[str, dict[str, object]]:
    """Return the rows by table, parents first."""
    batch = {"county": county, "batch_id": 1}
    return {
        "exchange_batch": {
            "county": county,
            "id": 1,
            "state": "ANSWERED",
            "reason": "向上级报送",
            "again": False,
            "is_written": True,
            "item_count": 1,
            "open_count": 0,
            "accepted_count": 1,
            "refused_count": 0,
            "made_by": 1,
            "made_at": at,
            "sent_by": 1,
            "sent_at": at,
            "ended_by": 1,
            "ended_at": at,
        },
        "exchange_scope": {**batch, "union_code": county, "path": f"/{county}/"},
        "exchange_file": {
            **batch,
            "number": 1,
            "part": "LIVE",
            "row_count": 1,
            "sha256": "0" * 64,
            "original": None,
        },
        "exchange_item": {
            **batch,
            "number": 1,
            "member_id": 1,
            "union_code": union,
            "action": "NEW",
            "digest": KEY,
            "standing": "CURRENT",
            "outcome": "ACCEPTED",
            "reason": None,
        },
        "exchange_receipt": {
            **batch,
            "id": 1,
            "file_name": "回执.xlsx",
            "sha256": "0" * 64,
            "read_by": 1,
            "read_at": at,
            "row_count": 1,
            "accepted_count": 1,
            "refused_count": 0,
            "same_count": 0,
            "unknown_count": 0,
            "skipped_count": 0,
            "listed": "[]",
        },
    }
