"""Seeing one submitted row's full numbers, with a reason, on the trail."""

import re

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.db import transaction
from registry.errors import InputRefused, NotFound
from registry.members.operations import REASON_LENGTH, FullValues
from registry.submissions import queries
from registry.trail.operations import record
from registry.vault.vault import of_person, vault

_LONG_NUMBER = re.compile(r"\d{11,}")


def open_row_number(submission_id: int, row: int, *, actor: Actor, reason: str) -> FullValues:
    """Return the full document number and mobile of a submitted row; who saw them, and why, is on
    the trail.

    Raises `InputRefused` without a reason, `NotFound` where the row has no sound number.
    """
    reason = _checked(reason)
    with transaction() as session:
        submission = queries.find(session, submission_id)
        demand(actor, Permission.OPEN_MEMBER, submission.path)
        if submission.submitted_at is None:
            raise NotFound("submission.draft", "这份名册还没有提交审核。")
        found = queries.row(session, submission, row)
        key = found.person_key
        if key is None or found.document_sealed is None:
            raise NotFound("row.no_number", f"第 {row} 行没有通过校验的证件号码，无法查看。")
        keeper, mobile = vault(), found.mobile_sealed
        values = FullValues(
            keeper.open(found.document_sealed, of_person("document_number", key)).decode(),
            keeper.open(mobile, of_person("mobile", key)).decode() if mobile else "",
        )
        record(
            session,
            "row.open",
            actor=actor,
            place=submission.union_code,
            detail={"submission": submission.id, "row": row, "person": key.hex(), "reason": reason},
        )
    return values


def _checked(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise InputRefused("reason.missing", "请填写查看完整信息的理由，系统会留痕。")
    if len(reason) > REASON_LENGTH:
        raise InputRefused("reason.too_long", f"理由最多 {REASON_LENGTH} 个字。")
    if _LONG_NUMBER.search(reason):
        raise InputRefused("reason.number", "理由里请不要写完整的证件号码或手机号。")
    return reason
