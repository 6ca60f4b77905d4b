"""What is asked for reviewing: what a row would change, what was decided. The queue: `queue`."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, bindparam, func, select, tuple_
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.identity import mask
from registry.identity.mask import Sight
from registry.members.match import Match
from registry.members.queries import (
    masked_document,
    masked_mobile,
    mobiles_by_key,
    particulars_by_key,
)
from registry.members.telling import year_alone
from registry.review.models import Decision, Verdict
from registry.roster.columns import COLUMN
from registry.roster.report import labels_of
from registry.submissions.models import SubmissionRow
from registry.submissions.queries import OF_SUBMISSION, SubmissionView, named_by
from registry.submissions.row_views import ROW_COLUMNS, RowView, row_view
from registry.submissions.states import RowState
from registry.vault.vault import Vault, vault

# First what needs a decision, last what may pass in bulk.
RISK: tuple[Match, ...] = (
    Match.CONFLICT,
    Match.TRANSFER,
    Match.LEAVE,
    Match.RETAIN,
    Match.CHANGED,
    Match.NEW,
    Match.UNCHANGED,
)


class DecisionView(NamedTuple):
    """A decision as shown to clerk and reviewer."""

    id: int
    verdict: Verdict
    reason: str | None
    note: str | None
    row_count: int
    decided_by: int
    decided_at: datetime
    # By a transfer: the other side is not to be known by its name.
    by_transfer: bool = False
    revokes_id: int | None = None


class Difference(NamedTuple):
    """One field that a row would change, as labels."""

    label: str
    before: str
    after: str


_decision = table_of(Decision).c
_DECISIONS = select(*(_decision[name] for name in DecisionView._fields)).where(
    _decision.county == bindparam("county")
)
_DECISIONS_ON = _DECISIONS.where(_decision.submission_id == bindparam("submission_id")).order_by(
    _decision.id
)
_DECISIONS_OF = _DECISIONS.where(_decision.id.in_(bindparam("ids", expanding=True)))


def decisions(session: Session, submission: SubmissionView) -> list[DecisionView]:
    """Return the decisions on a submission, oldest first."""
    asked = {"county": submission.county, "submission_id": submission.id}
    return [_view(*one) for one in session.execute(_DECISIONS_ON, asked)]


def decisions_by_id(session: Session, county: str, ids: Sequence[int]) -> dict[int, DecisionView]:
    """Return decisions by number: what a row sent back stands under."""
    if not ids:
        return {}
    found = session.execute(_DECISIONS_OF, {"county": county, "ids": list(ids)})
    return {one.id: _view(*one) for one in found}


def deciders(
    session: Session, county: str, rows: Collection[tuple[int, int]]
) -> dict[tuple[int, int], list[DecisionView]]:
    """Return the decisions on rows, by submission and row: the last, and the approval that it took
    back, if it did.
    """
    if not rows:
        return {}
    pairs = tuple_(_row.submission_id, _row.row).in_(list(rows))
    query = select(_row.submission_id, _row.row, _row.decision_id).where(
        _row.county == county, pairs, _row.decision_id.is_not(None)
    )
    found = {(one.submission_id, one.row): one.decision_id for one in session.execute(query)}
    last = decisions_by_id(session, county, list(set(found.values())))
    taken = [one.revokes_id for one in last.values() if one.revokes_id is not None]
    before = decisions_by_id(session, county, taken)
    return {
        place: [one for one in (last[number], before.get(last[number].revokes_id or 0)) if one]
        for place, number in found.items()
    }


_row = table_of(SubmissionRow).c
_APPROVED_BY = (
    *OF_SUBMISSION,
    _row.decision_id == bindparam("decision_id"),
    _row.state == RowState.APPROVED,
)
_APPROVED_ROWS = (
    select(*ROW_COLUMNS)
    .where(*_APPROVED_BY, _row.row > bindparam("after"))
    .order_by(_row.row)
    .limit(bindparam("limit", type_=Integer))
)
_APPROVED_MATCHES = select(_row.match, func.count()).where(*_APPROVED_BY).group_by(_row.match)


def approved_rows(
    session: Session,
    submission: SubmissionView,
    decision_id: int,
    *,
    after: int = 0,
    limit: int = 100,
) -> list[RowView]:
    """Return the rows that a decision admitted and that stand approved, after row `after`."""
    asked = {**named_by(submission), "decision_id": decision_id, "after": after, "limit": limit}
    return [row_view(one) for one in session.execute(_APPROVED_ROWS, asked).all()]


def approved_counts(
    session: Session, submission: SubmissionView, decision_id: int
) -> dict[Match, int]:
    """Return how many of these rows there are by match, in the order of risk."""
    asked = {**named_by(submission), "decision_id": decision_id}
    found = dict(session.execute(_APPROVED_MATCHES, asked).tuples().all())
    return {match: found[match] for match in RISK if match in found}


def _view(number: int, verdict: str, *said: Any) -> DecisionView:
    return DecisionView(number, Verdict(verdict), *said)


def differences(
    session: Session, submission: SubmissionView, rows: Sequence[RowView], sight: Sight
) -> dict[int, list[Difference]]:
    """Return, by row, what CHANGED and CONFLICT rows would change in the register, masked."""
    changed = [
        row
        for row in rows
        if row.match in {Match.CHANGED, Match.CONFLICT} and row.person_key is not None
    ]
    if not changed:
        return {}
    keys = [row.person_key for row in changed if row.person_key and not row.is_restricted]
    known = particulars_by_key(session, submission.county, keys)
    mobiles = mobiles_by_key(session, submission.county, keys, sight)
    result: dict[int, list[Difference]] = {}
    for row in changed:
        name, particulars = known.get(row.person_key or b"", ("", {}))
        before = mobiles.get(row.person_key or b"", "")
        result[row.row] = _differences(row, name, particulars, before, sight)
    return result


def named(row: RowView, sight: Sight) -> str:
    """Return the name of a submitted row: in full within the unit, the surname above it."""
    return mask.name(row.full_name or "", sight)


def masked(keeper: Vault, row: RowView, sight: Sight) -> tuple[str, str]:
    """Return document number and mobile of a submitted row, masked."""
    return (
        masked_document(keeper, row.document_sealed, row.person_key, sight),
        masked_mobile(keeper, row.mobile_sealed, row.person_key, sight),
    )


def _differences(
    row: RowView, name: str, particulars: dict[str, str], mobile: str, sight: Sight
) -> list[Difference]:
    found = []
    if name and row.full_name and name != row.full_name:
        was, becomes = mask.name(name, sight), named(row, sight)
        found.append(Difference("姓名", was, _behind_the_mask(was, becomes, "换了名字")))
    before, after = labels_of(particulars), labels_of(row.clean)
    shown, then = year_alone(before), year_alone(after)
    for field, value in after.items():
        if before.get(field) != value:
            label = COLUMN[field].label
            found.append(Difference(label, shown.get(field, "（空）"), then[field]))
    if "mobile" in row.changed_fields:
        new = masked_mobile(vault(), row.mobile_sealed, row.person_key, sight)
        told = _behind_the_mask(mobile, new, "换了号码")
        found.append(Difference("移动电话", mobile or "（空）", told))
    if "membership_state" in row.changed_fields:
        found.append(Difference("会籍状态", "保留会籍", "在会"))
    return found


def _behind_the_mask(before: str, after: str, what: str) -> str:
    """Return what follows; two that look alike behind the mask are told to differ."""
    return f"{after}（{what}）" if before == after else after
