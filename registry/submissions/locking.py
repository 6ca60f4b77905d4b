"""Taking hold of a submission for an act that changes it."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.db import table_of
from registry.errors import NotFound
from registry.submissions.models import Submission
from registry.submissions.states import State
from registry.trail.operations import hold

_table = table_of(Submission).c
_COUNTY = select(_table.county).where(
    _table.id == bindparam("submission_id"), _table.state != State.STAGED
)
_LOCK = select(Submission).where(Submission.id == bindparam("submission_id")).with_for_update()


def locked(
    session: Session, submission_id: int, actor: Actor, permission: Permission
) -> Submission:
    """Return the submission, locked until the end of the transaction, if the actor may.

    The county's chain is taken first, then the submission: all acts of a county that touch more
    than one row queue there, so that no two ever wait for each other crosswise.
    """
    which = {"submission_id": submission_id}
    county = session.scalar(_COUNTY, which)
    if county is None:
        raise NotFound("submission.unknown", f"没有编号为 {submission_id} 的报送。")
    hold(session, county)
    found = session.scalars(_LOCK, which).one()
    demand(actor, permission, found.path)
    return found
