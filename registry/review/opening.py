"""Seeing one number of a submitted row in full."""

from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.errors import NotFound, StateRefused
from registry.members.restricting import RULE
from registry.members.seeing import Field, Shown, Subject, Why, show, values_of
from registry.submissions import queries


def open_row_number(submission_id: int, row: int, field: Field, *, actor: Actor, why: Why) -> Shown:
    """Return the full document number or mobile of a submitted row: see `seeing.show`.

    Raises `NotFound` where the row has no sound number, `StateRefused` (member.restricted).
    """

    def find(session: Session) -> Subject:
        submission = queries.find(session, submission_id)
        demand(actor, Permission.OPEN_MEMBER, submission.path)
        if submission.submitted_at is None:
            raise NotFound("submission.draft", "这份名册还没有提交审核。")
        found = queries.row(session, submission, row)
        if found.is_restricted:
            raise StateRefused(RULE, "这个人的信息按本人请求限制处理，不能查看完整号码。")
        if found.person_key is None or found.document_sealed is None:
            raise NotFound("row.no_number", f"第 {row} 行没有通过校验的证件号码，无法查看。")
        return Subject(
            "row.open",
            submission.union_code,
            submission.path,
            found.person_key,
            values_of(found.person_key, found.document_sealed, found.mobile_sealed),
            {"submission": submission.id, "row": row},
        )

    return show(find, field, actor=actor, why=why)
