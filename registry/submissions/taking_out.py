"""A roster's own file given back as it was sent: everybody's numbers in full, so with a reason, on
the trail.
"""

from typing import NamedTuple

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.db import transaction
from registry.errors import NotFound
from registry.members.seeing import Why, reason_of
from registry.submissions import originals, queries
from registry.submissions.states import State
from registry.trail.operations import record


class Original(NamedTuple):
    """A file as it was sent, and its name."""

    content: bytes
    name: str


def take_out(submission_id: int, *, actor: Actor, why: Why) -> Original:
    """Return the file of a roster that came as a file of its own.

    Raises `InputRefused` without a reason, `NotFound` where there is no file (any more), also for a
    reviewer as long as the roster is a draft, and where it came with those of other unions.
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
