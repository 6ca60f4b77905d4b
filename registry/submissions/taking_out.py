"""A roster's own file given back as it was sent: everybody's numbers in full, so with a reason, on
the trail.
"""

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.db import transaction
from registry.errors import NotFound, StateRefused
from registry.members.restricting import RULE, restricted_keys
from registry.members.seeing import Why, reason_of
from registry.submissions import originals, queries
from registry.submissions.models import SubmissionRow
from registry.submissions.queries import SubmissionView
from registry.submissions.states import State
from registry.trail.operations import record


class Original(NamedTuple):
    """A file as it was sent, and its name."""

    content: bytes
    name: str


def take_out(submission_id: int, *, actor: Actor, why: Why) -> Original:
    """Return the file of a roster that came as a file of its own.

    Raises `InputRefused` without a reason, `NotFound` where there is no file (any more), also for a
    reviewer as long as the roster is a draft, and where it came with those of other unions;
    `StateRefused` (member.restricted) when somebody in it is restricted.
    """
    reason = reason_of(why)
    with transaction() as session:
        found = queries.find(session, submission_id)
        demand(actor, Permission.OPEN_MEMBER, found.path)
        if found.state is State.DRAFT and not actor.has(Permission.WORK_ROSTER):
            raise NotFound("submission.draft", "这份名册还没有提交审核。")
        if found.original is None:
            raise NotFound(
                "original.none", "这份名册没有自己的文件：是在页面上填写的，或者随别的文件来的。"
            )
        _demand_none_restricted(session, found)
        content = originals.fetch(found.original)
        record(
            session,
            "roster.original",
            actor=actor,
            place=found.union_code,
            detail={
                "submission": found.id,
                "total": found.total_count,
                "bytes": len(content),
                "reason": reason,
            },
        )
    return Original(content, found.file_name)


def _demand_none_restricted(session: Session, found: SubmissionView) -> None:
    query = select(func.count()).where(
        SubmissionRow.county == found.county,
        SubmissionRow.submission_id == found.id,
        SubmissionRow.person_key.in_(restricted_keys(found.county)),
    )
    if count := session.scalar(query):
        raise StateRefused(
            RULE,
            f"这份名册里有 {count} 人按本人请求限制处理，原始文件不能下载；解除限制以后才能下载。",
        )
