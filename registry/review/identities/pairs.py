"""Pairs of records that look like one person's: opened when a row is admitted although the register
has its name and mobile under another number.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.orm import Session, aliased

from registry.db import allocate
from registry.members.models import Member, Membership, Person
from registry.review.identities.doubts import IS_TWIN
from registry.review.identities.states import CaseState, Doubt
from registry.review.identities.subjects import nearest_above
from registry.review.models import IdentityCase
from registry.review.rematching import pending
from registry.submissions.models import Submission, SubmissionRow
from registry.unions import queries as unions


def open_pairs(
    session: Session,
    found: Submission,
    which: ColumnElement[bool],
    at: datetime,
) -> int:
    """Open a case for each row (`which`, admitted just now, not yet marked so) and each other
    record of its name and mobile. Returns how many.
    """
    doubted = select(SubmissionRow.row).where(*pending(found), which, IS_TWIN)
    rows = session.scalars(doubted).all()
    if not rows:
        return 0
    new, other, person = aliased(Member), aliased(Member), aliased(Person)
    pairs = session.execute(
        select(SubmissionRow.row, new.id, other.id, Membership.union_code)
        .join(new, (new.county == found.county) & (new.person_key == SubmissionRow.person_key))
        .join(
            other,
            (other.county == found.county)
            & (other.mobile_key == SubmissionRow.mobile_key)
            & (other.full_name == SubmissionRow.full_name)
            & (other.id != new.id)
            & other.restricted_at.is_(None),
        )
        .join(person, (person.key == other.person_key) & person.same_as.is_(None))
        .join(Membership, (Membership.county == found.county) & (Membership.member_id == other.id))
        .where(*pending(found), SubmissionRow.row.in_(rows))
        .order_by(Membership.id)
    ).all()
    # The last membership of each is where it belongs.
    last = {(row, mine, theirs): code for row, mine, theirs, code in pairs}
    paths = unions.paths_of(session, set(last.values()))
    base = allocate(session, f"identity_case:{found.county}", len(last) or 1)
    cases = [
        {
            "county": found.county,
            "id": base + index,
            "doubt": Doubt.PAIR,
            "state": CaseState.WAITING,
            "path": nearest_above([found.path, paths[code]]),
            "union_code": found.union_code,
            "member_id": mine,
            "other_id": theirs,
            "submission_id": found.id,
            "row": row,
            "opened_at": at,
        }
        for index, ((row, mine, theirs), code) in enumerate(last.items())
    ]
    if cases:
        session.execute(insert(IdentityCase), cases)
    return len(cases)
