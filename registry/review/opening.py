"""Seeing one submitted row's full numbers, with a reason, on the trail."""

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.db import transaction
from registry.errors import NotFound
from registry.members.operations import FullValues, checked_reason
from registry.submissions import queries
from registry.trail.operations import record
from registry.vault.vault import of_person, vault


def open_row_number(submission_id: int, row: int, *, actor: Actor, reason: str) -> FullValues:
    """Return the full document number and mobile of a submitted row; who saw them, and why, is on
    the trail.

    Raises `InputRefused` without a reason, `NotFound` where the row has no sound number.
    """
    reason = checked_reason(reason)
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
