"""What a roster would do to its union as a whole: the findings `roster.*` on the file.

The one place that knows them. They are counted from the rows as they are now, and stand with the
draft: counted again whenever its rows are (`drafts.recount`) and once more when it is submitted,
with the number of employees declared then.
"""

from collections.abc import Collection, Mapping
from typing import Any, cast

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from registry.clock import today
from registry.members.counts import tallied
from registry.members.match import Match
from registry.members.models import LIVE, Membership
from registry.roster.findings import FileFinding
from registry.roster.messages import sentence
from registry.roster.rules import RULES
from registry.submissions import absences, queries
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.states import RowState
from registry.submissions.storing import Ref
from registry.unions import queries as union_queries

BIG_PERCENT = 20
OVER_HEADCOUNT, BIG_CHANGE = "roster.over_headcount", "roster.big_change"
CODES = frozenset({OVER_HEADCOUNT, BIG_CHANGE})


def weigh(
    session: Session,
    ref: Ref,
    matches: Mapping[Match, int],
    *,
    leaving_unnamed: int = 0,
    retaining_unnamed: int = 0,
) -> list[FileFinding]:
    """Return what is to be said of a roster with these matches; nothing for an ordinary one.

    The unnamed are members that a full roster leaves out. A union's first roster is no big change.
    """
    union = union_queries.find(session, ref.union_code)
    counts = tallied(session, ref.county, today(), [ref.union_code]).get(ref.union_code)
    members = counts.active if counts is not None else 0
    joining = matches.get(Match.NEW, 0) + matches.get(Match.TRANSFER, 0)
    leaving = matches.get(Match.LEAVE, 0) + leaving_unnamed
    findings = []
    if members and (joining + leaving) * 100 > members * BIG_PERCENT:
        findings.append(_finding(BIG_CHANGE, joining=joining, leaving=leaving, percent=BIG_PERCENT))
    employees = union_queries.headcount(session, union, today())
    after = members + joining - leaving - matches.get(Match.RETAIN, 0) - retaining_unnamed
    if employees is not None and after > employees:
        findings.append(_finding(OVER_HEADCOUNT, members=after, employees=employees))
    return findings


def reweigh(session: Session, ref: Ref, matches: Mapping[Match, int] | None = None) -> None:
    """Write these findings, and the number of members left out, with a stored submission.

    `matches` are its rows by match where the caller has just counted them. What was said of those
    left out is part of its roster and weighed there.
    """
    view = queries.find(session, ref.submission_id)
    if view.source == absences.ABSENCE:
        return
    values: dict[str, Any] = {}
    leaving = retaining = 0
    if view.lists_everybody:
        gone = absences.gone(session, view)
        values["missing_count"], retaining = gone.total, gone.retaining
        # A row without a readable number may be any of those who seem to leave.
        leaving = max(gone.leaving - _unread(session, ref), 0)
    if matches is None:
        matches = queries.counts_by_match(session, view)
    found = weigh(session, ref, matches, leaving_unnamed=leaving, retaining_unnamed=retaining)
    others = [one for one in view.file_findings if one["code"] not in CODES]
    findings = [*others, *(one._asdict() for one in found)]
    if findings != view.file_findings:
        values["file_findings"] = msgspec.json.encode(findings).decode()
    if values:
        session.execute(
            update(Submission)
            .where(Submission.county == ref.county, Submission.id == ref.submission_id)
            .values(values)
        )


def left_out(session: Session, county: str, union_code: str, named: Collection[bytes]) -> int:
    """Return how many members of the union are not among the persons of a roster not stored."""
    query = select(Membership.person_key).where(
        Membership.county == county,
        Membership.union_code == union_code,
        Membership.state.in_(LIVE),
    )
    return sum(key not in named for key in session.scalars(query))


def _unread(session: Session, ref: Ref) -> int:
    query = select(func.count()).where(
        SubmissionRow.county == ref.county,
        SubmissionRow.submission_id == ref.submission_id,
        SubmissionRow.person_key.is_(None),
        SubmissionRow.state != RowState.EXCLUDED,
    )
    return cast(int, session.scalar(query))


def _finding(code: str, **facts: object) -> FileFinding:
    return FileFinding(code, RULES[code].severity, sentence(code, **facts))
