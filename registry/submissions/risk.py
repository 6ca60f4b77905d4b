"""How much thought a waiting submission asks of its reviewer: stored with it, so that the queue can
be read in that order.

Counted when it is sent and again whenever rows of it are decided on.
"""

from enum import IntEnum

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.members.match import Match
from registry.members.models import Membership
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.states import RowState, State
from registry.submissions.weighing import BIG_CHANGE


class Risk(IntEnum):
    """HIGH: another name under a known number, another sex or birth date of a known person, or a
    change of a large part of the union. MEDIUM:
    somebody is elsewhere, or a member no more; a warning; a union's first roster. LOW: the rest.
    """

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def label(self) -> str:
        """The risk's name on the screen."""
        return {1: "低", 2: "中", 3: "高"}[self]


_row = table_of(SubmissionRow).c
CHANGES_PERSON = (_row.match == Match.CHANGED) & or_(
    _row.changed_fields.contains('"sex"'), _row.changed_fields.contains('"born_on"')
)
# A conflict or a transfer always has its warning; those rows have parts of their own. What an
# unchanged row warns of was approved before and is not asked again.
DOUBTFUL = (_row.worst == "warning") & _row.match.in_(
    [Match.NEW, Match.CHANGED, Match.LEAVE, Match.RETAIN]
)


def risk_of(session: Session, found: Submission) -> Risk:
    """Return the risk of a submission's waiting rows, and of the whole while nothing of it is
    decided.
    """
    session.flush()
    conflicts, unsure, doubtful = session.execute(
        select(
            func.count().filter((_row.match == Match.CONFLICT) | CHANGES_PERSON),
            func.count().filter((_row.match == Match.TRANSFER) | _row.match.is_(None)),
            func.count().filter(DOUBTFUL),
        ).where(
            _row.county == found.county,
            _row.submission_id == found.id,
            _row.state == RowState.PENDING,
        )
    ).one()
    is_whole = found.state in (State.STAGED, State.SUBMITTED)
    if conflicts or (is_whole and f'"{BIG_CHANGE}"' in found.file_findings):
        return Risk.HIGH
    if unsure or doubtful or (is_whole and _is_first(session, found)):
        return Risk.MEDIUM
    return Risk.LOW


def _is_first(session: Session, found: Submission) -> bool:
    """Nobody was ever admitted in the union."""
    anybody = select(Membership.id).where(
        Membership.county == found.county, Membership.union_code == found.union_code
    )
    return session.scalar(anybody.limit(1)) is None
