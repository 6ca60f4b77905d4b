"""The schema that the models describe, and one row for each of its tables."""

import importlib
from datetime import UTC, date, datetime

import sqlalchemy as sa

from config import ROOT
from registry.db import Base
from tests.factories.schema_anomalies import anomaly_rows
from tests.factories.schema_campaigns import campaign_rows
from tests.factories.schema_drafts import draft_rows
from tests.factories.schema_exchange import exchange_rows
from tests.factories.schema_periods import period_rows
from tests.factories.schema_privacy import privacy_rows
from tests.factories.schema_programs import program_rows
from tests.factories.schema_safety import safety_rows
from tests.factories.schema_standing import standing_rows
from tests.factories.schema_trail import trail_rows
from tests.factories.schema_unions import union_rows

AT = datetime(2018, 7, 31, 6, 5, tzinfo=UTC)
DAY = date(2018, 7, 31)
COUNTY, UNION = "331083", "3310830010001"
KEY = bytes(range(32))


def whole_metadata() -> sa.MetaData:
    """Return the metadata of all models; whatever the test imported before makes no difference."""
    for path in sorted((ROOT / "registry").glob("*/models.py")):
        importlib.import_module(f"registry.{path.parent.name}.models")
    return Base.metadata


def rows() -> dict[str, dict[str, object]]:
    """Return one full row for each table, parents first; every rule of the database holds."""
    return {
        "id_sequence": {"name": "member", "next": 2},
        "trade_union": {
            "code": COUNTY,
            "county": COUNTY,
            "path": f"/{COUNTY}/",
            "level": "COUNTY",
            "name": "玉环市总工会",
            "status": "active",
        },
        "headcount": {
            "county": COUNTY,
            "union_code": COUNTY,
            "declared_on": DAY,
            "employees": 12,
            "recorded_at": AT,
        },
        "account": {
            "id": 1,
            "name": "system",
            "display_name": "系统",
            "password_hash": "",
            "place": COUNTY,
            "is_locked": True,
            "must_change_password": False,
            "created_at": AT,
            "last_sign_in_at": None,
            "mail": "x@example.com",
            "mailed_on": None,
            "password_set_at": AT,
            "closed_at": AT,
            "closed_why": "调离",
        },
        "account_role": {"account_id": 1, "role": "ADMINISTRATOR"},
        "deputy": {
            "county": COUNTY,
            "id": 1,
            "place": COUNTY,
            "principal_id": 1,
            "deputy_id": 2,
            "first_day": DAY,
            "last_day": DAY,
            "named_by": 1,
            "named_at": AT,
            "ended_at": None,
            "ended_by": None,
        },
        "sign_in_session": {
            "token_hash": KEY,
            "account_id": 1,
            "created_at": AT,
            "seen_at": AT,
            "fresh_until": AT,
            "is_half": False,
            "challenge": KEY,
            "browser": "Windows 电脑 · Chrome",
            "address": "192.0.2.1",
        },
        **safety_rows(COUNTY, AT),
        "sign_in_failure": {"subject": "system", "failures": 1, "since": AT},
        **trail_rows(COUNTY, KEY, AT),
        "submission": _submission(),
        "submission_row": {
            "county": COUNTY,
            "submission_id": 1,
            "row": 2,
            "state": "APPROVED",
            "worst": "ok",
            "match": "NEW",
            "change": "1",
            "person_key": KEY,
            "full_name": "叶𬭎",
            "document_kind": "01",
            "document_sealed": b"-",
            "clean": "{}",
            "filled": 9,
            "sealed": b"-",
            "decision_id": 1,
            "version": 1,
        },
        "decision": {
            "county": COUNTY,
            "id": 1,
            "submission_id": 1,
            "verdict": "APPROVE",
            "row_count": 1,
            "decided_by": 2,
            "decided_at": AT,
        },
        "paper_turn": {
            "county": COUNTY,
            "submission_id": 1,
            "number": 1,
            "received_on": DAY,
            "recorded_by": 1,
            "recorded_at": AT,
        },
        "sample": {
            "county": COUNTY,
            "submission_id": 1,
            "seed": "0" * 64,
            "size": 1,
            "drawn_from": 1,
            "drawn_by": 1,
            "drawn_at": AT,
        },
        "sampled_row": {
            "county": COUNTY,
            "submission_id": 1,
            "row": 2,
            "result": "TRUE",
            "called_by": 1,
            "called_at": AT,
        },
        "person": {
            "key": KEY,
            "live_county": COUNTY,
            "live_union": UNION,
            "live_membership": 1,
        },
        "member": {
            "county": COUNTY,
            "id": 1,
            "person_key": KEY,
            "full_name": "叶𬭎",
            "document_kind": "01",
            "document_sealed": b"-",
            "particulars": "{}",
            "filled": 9,
            "created_at": AT,
            "changed_at": AT,
        },
        "membership": {
            "county": COUNTY,
            "id": 1,
            "member_id": 1,
            "person_key": KEY,
            "union_code": UNION,
            "state": "ACTIVE",
            "admitted_at": AT,
        },
        "membership_event": {
            "county": COUNTY,
            "id": 1,
            "member_id": 1,
            "membership_id": 1,
            "type": "ENTER",
            "recorded_at": AT,
        },
        "transfer": {
            "county": COUNTY,
            "id": 1,
            "person_key": KEY,
            "member_id": 1,
            "membership_id": 1,
            "from_union": UNION,
            "from_path": f"/{COUNTY}/{UNION}/",
            "to_union": "3310830010002",
            "to_path": f"/{COUNTY}/3310830010002/",
            "arbiter": f"/{COUNTY}/",
            "submission_id": 1,
            "row": 2,
            "state": "ASKED",
            "asked_by": 1,
            "asked_at": AT,
            "due_on": DAY,
        },
        "question": {
            "county": COUNTY,
            "id": 1,
            "union_code": UNION,
            "path": f"/{COUNTY}/331083001/{UNION}/",
            "text": "校验码怎么算？",
            "rule": "document.checksum",
            "submission_id": 1,
            "row": 2,
            "state": "OPEN",
            "entry_count": 1,
            "asked_by": 1,
            "asked_at": AT,
            "waits_since": AT,
        },
        "question_entry": {
            "county": COUNTY,
            "question_id": 1,
            "number": 1,
            "act": "ASK",
            "text": "校验码怎么算？",
            "account_id": 1,
            "at": AT,
        },
        "published_answer": {
            "county": COUNTY,
            "id": 1,
            "question_id": 1,
            "rule": "document.checksum",
            "question": "校验码怎么算？",
            "answer": "按前十七位算出来。",
            "published_by": 1,
            "published_at": AT,
        },
        "identity_case": {
            "county": COUNTY,
            "id": 1,
            "doubt": "ASKED",
            "state": "DONE",
            "ruling": "CORRECT",
            "path": f"/{COUNTY}/",
            "union_code": UNION,
            "member_id": 1,
            "person_key": KEY,
            "full_name": "叶小一",
            "document_kind": "01",
            "document_sealed": b"sealed",
            "opened_by": 1,
            "opened_at": AT,
            "decided_by": 2,
            "decided_at": AT,
        },
        "reference_person": {
            "county": COUNTY,
            "person_key": KEY,
            "id": 1,
            "member_key": KEY,
            "full_name": "叶小一",
            "document_kind": "01",
            "document_sealed": b"sealed",
            "union_name": "",
            "years": 1,
        },
        "reference_load": {
            "county": COUNTY,
            "id": 1,
            "file_name": "base.xlsx",
            "loaded_by": 1,
            "loaded_at": AT,
            "row_count": 1,
            "new_count": 1,
            "changed_count": 0,
            "same_count": 0,
            "repeated_count": 0,
            "faulty_count": 0,
            "skipped_count": 0,
            "unplaced_count": 1,
            "faults": "[]",
        },
        **standing_rows(COUNTY, UNION, DAY),
        "tally": {"county": COUNTY, "union_code": UNION, "day": DAY, **_counts("tally")},
        "batch": {
            "id": 1,
            "kind": "import",
            "county": COUNTY,
            "subject_id": 1,
            "account_id": 1,
            "state": "DONE",
            "stage": "store",
            "created_at": AT,
            "changed_at": AT,
            **_counts("batch"),
        },
        **draft_rows(COUNTY, UNION, DAY, AT),
        "bundle": {
            "county": COUNTY,
            "id": 1,
            "place": "331083001",
            "path": f"/{COUNTY}/331083001/",
            "is_bulk": False,
            "state": "DONE",
            "is_current": True,
            "file_name": "合并名册.xlsx",
            "file_sha256": "0" * 64,
            "file_bytes": 9,
            "columns": "[]",
            "file_findings": "[]",
            "skipped": "[]",
            "created_by": 1,
            "created_at": AT,
            "confirmed_by": 1,
            "confirmed_at": AT,
            "ended_at": AT,
            **_counts("bundle"),
        },
        "bundle_name": {
            "county": COUNTY,
            "bundle_id": 1,
            "number": 1,
            "key": KEY,
            "written": "玉环青禾阀门厂工会",
            "row_count": 1,
            "first_row": 2,
            "how": "NAME",
            "union_code": UNION,
            "suggestions": "[]",
        },
        "bundle_part": {
            "county": COUNTY,
            "bundle_id": 1,
            "union_code": UNION,
            "path": f"/{COUNTY}/331083001/{UNION}/",
            "submission_id": 1,
            "is_counted": True,
            **_counts("bundle_part"),
        },
        **anomaly_rows(COUNTY, AT),
        **campaign_rows(COUNTY, UNION, DAY, AT),
        **period_rows(COUNTY, UNION, DAY, AT),
        **program_rows(COUNTY, DAY, AT),
        **privacy_rows(),
        **union_rows(COUNTY, UNION, DAY, AT),
        **exchange_rows(COUNTY, UNION, AT),
        "bundle_gap": {"county": COUNTY, "bundle_id": 1, "row": 3, "last": 4, "name": 1},
        "worker_beat": {"worker": "here-1", "seen_at": AT},
    }


def _submission() -> dict[str, object]:
    return {
        "county": COUNTY,
        "id": 1,
        "union_code": UNION,
        "path": f"/{COUNTY}/331083001/{UNION}/",
        "kind": "FULL",
        "state": "CLOSED",
        "is_current": True,
        "source": "FILE",
        "file_name": "花名册.xlsx",
        "file_sha256": "0" * 64,
        "columns": "[]",
        "file_findings": "[]",
        "skipped": "[]",
        "answers": "{}",
        "is_read": True,
        "was_sent_back": False,
        "created_by": 1,
        "created_at": AT,
        "submitted_by": 1,
        "submitted_at": AT,
        "closed_at": AT,
        "risk": 1,
        **_counts("submission"),
        "version": 1,
    }


def _counts(table: str) -> dict[str, object]:
    columns = whole_metadata().tables[table].columns
    return {
        column.name: 0
        for column in columns
        if isinstance(column.type, sa.Integer)
        and not isinstance(column.type, sa.BigInteger)
        and not column.nullable
    }
