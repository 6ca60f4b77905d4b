"""How many rows of a roster each rule found something in, as its file came in: the only writer of
`FindingCount`. Corrections change nothing of it: it says what there is to teach.
"""

from collections import Counter
from datetime import date

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.submissions.models import FindingCount, SubmissionRow
from registry.submissions.storing import Ref, decode_findings

ALL_ROWS = ""  # stands for a rule: all rows of the roster
_AT_ONCE = 5_000
# Repairs are no fault of anybody's. A row's worst is one of these, or it has nothing to count.
_COUNTED = frozenset({"error", "warning"})

_count, _row = table_of(FindingCount).c, table_of(SubmissionRow).c
_FORGET = delete(table_of(FindingCount)).where(
    _count.county == bindparam("of_county"), _count.submission_id == bindparam("of_id")
)
_FINDINGS = select(_row.findings).where(
    _row.county == bindparam("of_county"),
    _row.submission_id == bindparam("of_id"),
    _row.worst.in_(sorted(_COUNTED)),
)


def keep(session: Session, ref: Ref, rows: int, day: date) -> None:
    """Count a roster that has just been read and has so many rows, in place of what an earlier
    reading of it was counted as.
    """
    whose = {"of_county": ref.county, "of_id": ref.submission_id}
    session.execute(_FORGET, whose)
    counted = Counter({ALL_ROWS: rows})
    found = session.scalars(_FINDINGS, whose, execution_options={"yield_per": _AT_ONCE})
    for text in found:
        counted.update({one.code for one in decode_findings(text) if one.severity in _COUNTED})
    said = {
        "county": ref.county,
        "submission_id": ref.submission_id,
        "union_code": ref.union_code,
        "day": day,
    }
    session.execute(
        insert(table_of(FindingCount)),
        [{**said, "rule": rule, "row_count": count} for rule, count in counted.items()],
    )
