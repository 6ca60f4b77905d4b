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
from registry.members.facts import cell_of
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
    made_up = {code: Counter(cells) for code, cells in compositions(session, county, date.max)}
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
            ("composition", *_agreeing(made_up.get(code, Counter()), stands)),
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


def _agreeing(kept: Counter[str], real: Recounted) -> tuple[int, int]:
    """Return for how many members the kept composition is right, and of how many."""
    counted = Counter({cell_of(facts): n for facts, n in real.cells.items()})
    return (kept & counted).total(), max(kept.total(), counted.total())


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
