"""Which waiting rows raise a doubt about who somebody is."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from registry.db import one_of, table_of
from registry.members.match import Match
from registry.members.models import Member, Person
from registry.review.identities.states import Doubt
from registry.submissions.models import SubmissionRow
from registry.submissions.risk import CHANGES_PERSON
from registry.submissions.row_views import RowView

_row = table_of(SubmissionRow).c
_TWIN = "member.same_name_and_mobile"
# Of the stored findings and changed fields, which are JSON.
# By the index of rows with a warning: the findings of a large roster need not all be read.
IS_TWIN = (
    (_row.worst == "warning") & (_row.match == Match.NEW) & _row.findings.contains(f'"{_TWIN}"')
)
IS_DOUBTED: ColumnElement[bool] = (_row.match == Match.CONFLICT) | IS_TWIN | CHANGES_PERSON


def is_doubted(row: RowView) -> bool:
    """Tell whether a row looks as if it raised a doubt, without asking the register again."""
    if row.match is Match.NEW:
        return any(one.code == _TWIN for one in row.findings)
    changes = {"sex", "born_on"} & set(row.changed_fields)
    return row.match is Match.CONFLICT or (row.match is Match.CHANGED and bool(changes))


def doubt_of(session: Session, row: SubmissionRow) -> Doubt | None:
    """Return what is doubted of a submitted row as it is now; None for a row like any other."""
    return doubts_of(session, [row])[0]


def doubts_of(session: Session, rows: Sequence[SubmissionRow]) -> list[Doubt | None]:
    """Return what is doubted of each of these rows of one county, in two questions for all."""
    conflicts = [row.person_key for row in rows if row.match == Match.CONFLICT and row.person_key]
    led = _led(session, conflicts)
    twins = _with_twins(session, [row for row in rows if _may_have_twin(row)])
    return [_doubt(row, led, twins) for row in rows]


def _doubt(
    row: SubmissionRow, led: Collection[bytes], twins: Collection[tuple[int, int]]
) -> Doubt | None:
    if row.match == Match.CONFLICT:
        return Doubt.FORMER if row.person_key in led else Doubt.NAME
    if (row.submission_id, row.row) in twins:
        return Doubt.TWIN
    changed = row.changed_fields or ""
    if row.match == Match.CHANGED and ('"sex"' in changed or '"born_on"' in changed):
        return Doubt.PARTICULARS
    return None


def _may_have_twin(row: SubmissionRow) -> bool:
    return row.match == Match.NEW and f'"{_TWIN}"' in (row.findings or "")


def _led(session: Session, keys: Sequence[bytes]) -> set[bytes]:
    """Return those of these keys that lead on to another."""
    if not keys:
        return set()
    query = select(Person.key).where(one_of(Person.key, keys), Person.same_as.is_not(None))
    return set(session.scalars(query))


def _with_twins(session: Session, rows: Sequence[SubmissionRow]) -> set[tuple[int, int]]:
    """Return those of these rows, by submission and row, of whose name and mobile the register has
    another number still.
    """
    mobiles = {row.mobile_key for row in rows if row.mobile_key is not None}
    if not mobiles:
        return set()
    known = defaultdict(set)
    query = select(Member.mobile_key, Member.full_name, Member.person_key).where(
        Member.county == rows[0].county,
        one_of(Member.mobile_key, mobiles),
        Member.restricted_at.is_(None),
    )
    for mobile, name, key in session.execute(query):
        known[mobile, name].add(key)
    return {
        (row.submission_id, row.row)
        for row in rows
        if known[row.mobile_key, row.full_name] - {row.person_key}
    }
