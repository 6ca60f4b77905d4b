"""One row for each of the tables about people's own rights: requests and notices."""

from datetime import UTC, datetime

AT = datetime(2018, 7, 31, 6, 5, tzinfo=UTC)
COUNTY = "331083"


def privacy_rows() -> dict[str, dict[str, object]]:
    """Return the rows, parents first."""
    return {
        "personal_request": {
            "county": COUNTY,
            "id": 1,
            "member_id": 1,
            "union_code": "3310830010001",
            "kind": "ACCESS",
            "state": "GRANTED",
            "identity": "IN_PERSON",
            "grounds": "想看登记了什么",
            "asked_by": 1,
            "asked_at": AT,
            "due_on": AT.date(),
            "answer": None,
            "ended_by": 2,
            "ended_at": AT,
        },
        "notice": {
            "county": COUNTY,
            "version": 1,
            "purpose": "办理会籍",
            "body": "全文",
            "published_by": None,
            "published_at": AT,
        },
        "notice_confirmation": {
            "county": COUNTY,
            "submission_id": 1,
            "version": 1,
            "confirmed_by": 1,
            "confirmed_at": AT,
            "was_shown": True,
        },
    }
