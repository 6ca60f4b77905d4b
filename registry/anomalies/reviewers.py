"""Detectors over decisions: faster than reading, never anything back, at night, one pair."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.accounts.models import Account
from registry.anomalies.facts import Fact
from registry.anomalies.kinds import AnomalyKind
from registry.clock import SHANGHAI
from registry.db import one_of, setting
from registry.members.match import Match
from registry.review.identities.states import CaseState, Doubt, Ruling
from registry.review.models import Decision, IdentityCase, Verdict
from registry.review.parts import KNOWN_NEW
from registry.submissions.models import Submission, SubmissionRow

_BACK = (Verdict.SEND_BACK, Verdict.REJECT)


class Decided(NamedTuple):
    """One decision, with when its roster came in."""

    id: int
    account_id: int
    at: datetime
    verdict: Verdict
    rows: int
    submission_id: int
    submitted_at: datetime


class Quick(NamedTuple):
    """An approval with the seconds there were for it at most."""

    decision: Decided
    seconds: float


def fast(session: Session, county: str) -> Iterator[Fact]:
    """Yield, for each reviewer and month, the approvals of many rows for which there was no time to
    read. Rows that the review itself offers to pass together are not counted.
    """
    least, rate = setting("ANOMALY_FAST_ROWS"), setting("ANOMALY_ROWS_PER_SECOND")
    found = quick(_decided(session, county), least, rate)
    read = _rows_to_read(session, county, found)
    slow = [
        one
        for one in found
        if read.get(one.decision.id, 0) >= least and read[one.decision.id] > one.seconds * rate
    ]
    seconds = {one.decision.id: int(one.seconds) for one in slow}
    places = _places(session, county)
    for month, ones in _by_month(one.decision for one in slow).items():
        worst = max(ones, key=lambda one: read[one.id] / (seconds[one.id] + 1))
        yield _of_reviewer(
            places,
            AnomalyKind.FAST,
            month,
            ones,
            f"{month[1]} 有 {len(ones)} 次通过快过阅读，"
            f"最快一次在 {seconds[worst.id]} 秒内通过 {read[worst.id]} 行。",
        )


def quick(decided: Sequence[Decided], least: int, rate: int) -> list[Quick]:
    """Return the approvals of many rows for which there were fewer seconds than rows allow.

    When a roster was opened is not recorded; reading began after the reviewer's last decision, and
    after the roster came in. `decided` is ordered by reviewer and time.
    """
    found = []
    last: Decided | None = None
    for one in decided:
        begins = [one.submitted_at]
        if last is not None and last.account_id == one.account_id:
            begins.append(last.at)
        last = one
        seconds = (one.at - max(begins)).total_seconds()
        is_many = one.verdict is Verdict.APPROVE and one.rows >= least
        if is_many and one.rows > seconds * rate:
            found.append(Quick(one, seconds))
    return found


def never_back(session: Session, county: str) -> Iterator[Fact]:
    """Yield the reviewers who decided on many rosters and never gave a row back."""
    least = setting("ANOMALY_NEVER_BACK")
    by_account: dict[int, list[Decided]] = defaultdict(list)
    for one in _decided(session, county):
        by_account[one.account_id].append(one)
    places = _places(session, county)
    for account, ones in by_account.items():
        rosters = {one.submission_id for one in ones}
        if len(rosters) < least or any(one.verdict in _BACK for one in ones):
            continue
        # Told again only when as many more have been decided on.
        yield Fact(
            AnomalyKind.NEVER_BACK,
            places[account],
            str(account),
            [len(rosters) // least],
            f"审核过 {len(rosters):,} 份名册，共 {sum(one.rows for one in ones):,} 行，"
            "没有退回或驳回过一行。",
            submissions=sorted(rosters)[-20:],
            account_id=account,
        )


def night(session: Session, county: str) -> Iterator[Fact]:
    """Yield, for each reviewer and month, the decisions made at night."""
    begin, end = setting("ANOMALY_NIGHT_FROM"), setting("ANOMALY_NIGHT_UNTIL")
    late = [one for one in _decided(session, county) if is_night(one.at, begin, end)]
    places = _places(session, county)
    for month, ones in _by_month(late).items():
        if len(ones) >= setting("ANOMALY_NIGHT_DECISIONS"):
            rows = sum(one.rows for one in ones)
            reason = (
                f"{month[1]} 在夜间（{begin} 点至 {end} 点）审核 {len(ones)} 次，共 {rows:,} 行。"
            )
            yield _of_reviewer(places, AnomalyKind.NIGHT, month, ones, reason)


def is_night(at: datetime, begin: int, end: int) -> bool:
    """Tell whether an instant lies in the night hours of Shanghai, from `begin` until `end`."""
    hour = at.astimezone(SHANGHAI).hour
    return (begin <= hour < end) if begin < end else (hour >= begin or hour < end)


def same_pair(session: Session, county: str) -> Iterator[Fact]:
    """Yield the pairs of whom one again and again asks for another name or number, and the other
    grants it.
    """
    query = select(
        IdentityCase.decided_by,
        IdentityCase.opened_by,
        IdentityCase.id,
        IdentityCase.member_id,
    ).where(
        IdentityCase.county == county,
        IdentityCase.doubt == Doubt.ASKED,
        IdentityCase.ruling == Ruling.CORRECT,
        IdentityCase.state == CaseState.DONE,
        IdentityCase.opened_by.is_not(None),
    )
    by_pair: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for decided_by, opened_by, number, member in session.execute(query):
        by_pair[decided_by, opened_by].append((number, member))
    places = _places(session, county)
    for (reviewer, clerk), cases in by_pair.items():
        if len(cases) >= setting("ANOMALY_SAME_PAIR"):
            yield Fact(
                AnomalyKind.SAME_PAIR,
                places[reviewer],
                f"{reviewer}:{clerk}",
                sorted(number for number, _ in cases),
                f"同一位经办员申请、同一位审核员同意更正姓名或证件号码 {len(cases)} 次。",
                members=[member for _, member in cases],
                account_id=reviewer,
                other_id=clerk,
            )


def _decided(session: Session, county: str) -> list[Decided]:
    """Return all decisions of reviewers, by reviewer and in the order of time."""
    query = (
        select(
            Decision.id,
            Decision.decided_by,
            Decision.decided_at,
            Decision.verdict,
            Decision.row_count,
            Decision.submission_id,
            Submission.submitted_at,
        )
        .join(
            Submission,
            (Submission.county == Decision.county) & (Submission.id == Decision.submission_id),
        )
        .where(
            Decision.county == county,
            Decision.by_transfer.is_(False),
            Submission.submitted_at.is_not(None),
        )
        .order_by(Decision.decided_by, Decision.decided_at, Decision.id)
    )
    return [
        Decided(number, account, at, Verdict(verdict), *rest)
        for number, account, at, verdict, *rest in session.execute(query)
    ]


def _rows_to_read(session: Session, county: str, found: Sequence[Quick]) -> Mapping[int, int]:
    """Return how many rows of each decision had to be read: not those that stayed as they were, and
    not newcomers whom the reference register knows.
    """
    if not found:
        return {}
    query = (
        select(SubmissionRow.decision_id, func.count())
        .where(
            SubmissionRow.county == county,
            one_of(SubmissionRow.submission_id, {one.decision.submission_id for one in found}),
            one_of(SubmissionRow.decision_id, [one.decision.id for one in found]),
            SubmissionRow.match != Match.UNCHANGED,
            ~KNOWN_NEW,
        )
        .group_by(SubmissionRow.decision_id)
    )
    return {decision or 0: count for decision, count in session.execute(query)}


def _by_month(decided: Iterable[Decided]) -> dict[tuple[int, str], list[Decided]]:
    found: dict[tuple[int, str], list[Decided]] = defaultdict(list)
    for one in decided:
        found[one.account_id, f"{one.at.astimezone(SHANGHAI):%Y-%m}"].append(one)
    return found


def _of_reviewer(
    places: Mapping[int, str],
    kind: AnomalyKind,
    month: tuple[int, str],
    ones: Sequence[Decided],
    reason: str,
) -> Fact:
    account, when = month
    return Fact(
        kind,
        places[account],
        f"{account}:{when}",
        sorted(one.id for one in ones),
        reason,
        submissions=[one.submission_id for one in ones],
        account_id=account,
    )


def _places(session: Session, county: str) -> dict[int, str]:
    """Return where the accounts of a county work."""
    query = select(Account.id, Account.place).where(Account.place.startswith(county))
    return dict(session.execute(query).tuples().all())
