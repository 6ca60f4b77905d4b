"""The recount: every union counted anew from members, rows and the reference register, compared
with what was kept of it; and the repair, which writes what was counted.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.clock import local_day, today
from registry.members import checked, standing, tallies
from registry.members.checked import Checked, begin_of, period_of
from registry.members.composition import compositions
from registry.members.counts import UnionCounts, recounted, tallied
from registry.members.facts import cell_of, without_year
from registry.members.standing import Recounted
from registry.reference import counting as reference
from registry.reference.counting import COUNTS, Known
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.states import REVIEWABLE, RowState

# What a tally holds as it is; all else is kept, and put right, in tables of its own.
_OF_TALLY = frozenset({"active", "retained", "filled", "pending", *COUNTS})


class Difference(NamedTuple):
    """Where a tally and the recount disagree."""

    union: str
    what: str
    tallied: int
    counted: int


def reconcile(session: Session, county: str) -> tuple[int, list[Difference]]:
    """Recount every union; return the members counted and all differences."""
    counts = tallied(session, county, date.max)
    since = period_of(today())
    checks = checked.checked(session, county, [date.min, since], date.max)
    unchecked = {date.min: Checked(), since: Checked()}
    real = recounted(session, county, begin_of(since))
    pending = _pending(session, county)
    base = reference.recounted(session, county)
    made_up, by_year = (
        {code: Counter(cells) for code, cells in found}
        for found in (
            compositions(session, county, date.max),
            compositions(session, county, date.max, by_year=True),
        )
    )
    stand = standing.recounted(session, county)
    differences = []
    for code in sorted({*counts, *checks, *real, *pending, *base, *made_up, *stand}):
        kept = counts.get(code, UnionCounts())
        active, retained, filled, verified = real.get(code, (0, 0, 0, 0))
        check = checks.get(code, unchecked)
        stands = stand.get(code, Recounted(Counter()))
        pairs = (
            ("active", kept.active, active),
            ("retained", kept.retained, retained),
            ("filled", kept.filled, filled),
            ("checked", sum(check[date.min]), active),
            ("reverified", check[since].verified, verified),
            ("pending", kept.pending, pending.get(code, 0)),
            ("composition", *_agreeing(made_up.get(code), by_year.get(code), stands)),
            ("standing", stands.right, max(stands.standing, stands.cells.total())),
            *zip(
                COUNTS,
                (getattr(kept, name) for name in COUNTS),
                base.get(code, Known()),
                strict=True,
            ),
        )
        differences += [Difference(code, what, a, b) for what, a, b in pairs if a != b]
    return sum(active + retained for active, retained, *_ in real.values()), differences


def repair(session: Session, county: str, differences: Iterable[Difference], at: datetime) -> None:
    """Write what was counted where it differs, from the day of this instant on: days before stay as
    they were reported.
    """
    day = local_day(at)
    by_table = set()
    for one in differences:
        if one.what in _OF_TALLY:
            tallies.add(session, county, one.union, day, **{one.what: one.counted - one.tallied})
        else:
            by_table.add(one.what)
    if by_table & {"checked", "reverified"}:
        checked.repair(session, county, at)
    if by_table & {"composition", "standing"}:
        standing.repair(session, county, at)


def _agreeing(
    kept: Counter[str] | None, by_year: Counter[str] | None, real: Recounted
) -> tuple[int, int]:
    """Return for how many members the kept composition is right, and of how many."""
    counted: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for facts, number in real.cells.items():
        counted[0][without_year(cell_of(facts))] += number
        counted[1][cell_of(facts)] += number
    pairs = list(zip((kept or Counter(), by_year or Counter()), counted, strict=True))
    right = min((one & other).total() for one, other in pairs)
    return right, max(one.total() for pair in pairs for one in pair)


def _pending(session: Session, county: str) -> dict[str, int]:
    query = (
        select(Submission.union_code, func.count())
        .join(
            SubmissionRow,
            (SubmissionRow.county == county) & (SubmissionRow.submission_id == Submission.id),
        )
        .where(
            Submission.county == county,
            Submission.state.in_(tuple(REVIEWABLE)),
            SubmissionRow.state == RowState.PENDING,
        )
        .group_by(Submission.union_code)
    )
    return dict(session.execute(query).tuples().all())
