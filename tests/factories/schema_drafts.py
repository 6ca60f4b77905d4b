"""One row for each table that keeps what goes with a draft."""

from datetime import date, datetime


def draft_rows(county: str, union: str, day: date, at: datetime) -> dict[str, dict[str, object]]:
    """Return them by table; the submission stands there already."""
    return {
        "correction": {
            "county": county,
            "submission_id": 1,
            "number": 1,
            "account_id": 1,
            "at": at,
            "what": "第 2 行 民族 汗族 → 汉族",
            "place": "tab=error",
            "sealed": b"sealed",
        },
        "finding_count": {
            "county": county,
            "submission_id": 1,
            "rule": "cell.required",
            "union_code": union,
            "day": day,
            "row_count": 1,
        },
        "draft_layout": {"county": county, "submission_id": 1, "said": "{}"},
        "remembered_column": {
            "county": county,
            "union_code": union,
            "label": "证号",
            "field": "document_number",
            "confirmed_by": 1,
            "confirmed_at": at,
        },
    }
