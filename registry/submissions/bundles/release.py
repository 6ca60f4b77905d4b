"""The last step: all parts of a bundle are counted, then shown in one transaction."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from registry.clock import now, today
from registry.members import tallies
from registry.members.match import Match
from registry.notices.operations import confirm
from registry.roster.findings import FileFinding
from registry.submissions.asking import ask_for_transfers
from registry.submissions.bundles.models import Bundle, BundleGap, BundlePart
from registry.submissions.bundles.states import BundleState
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.moving import digest
from registry.submissions.risk import risk_of
from registry.submissions.states import Act, State, next_state
from registry.submissions.storing import Ref
from registry.submissions.weighing import weigh
from registry.trail.operations import hold, record


@dataclass(frozen=True, slots=True)
class Sender:
    """The account on whose word a worker acts, for the trail."""

    account_id: int
    name: str
    county: str
    place: str
    deputy_for: str = ""  # bundles are nobody's to send as a deputy


def uncounted(session: Session, bundle: Bundle) -> list[str]:
    """Return the unions whose parts are not counted yet."""
    query = select(BundlePart.union_code).where(*_of(bundle), ~BundlePart.is_counted)
    return list(session.scalars(query.order_by(BundlePart.union_code)))


def part_count(session: Session, bundle: Bundle) -> int:
    """Return of how many unions the bundle has parts."""
    return session.scalar(select(func.count()).select_from(BundlePart).where(*_of(bundle))) or 0


@dataclass(frozen=True, slots=True)
class Counted:
    """What a part comes to: columns of `BundlePart`, and what its reviewer is to know of it as a
    whole (`weighing`).
    """

    values: dict[str, Any]
    findings: list[FileFinding]


def count(session: Session, bundle: Bundle, union_code: str) -> Counted:
    """Return the counts of a part, the digest of its good rows, and what they would do to the
    union. Only reads: a large part takes a while, and nobody else should have to wait for it.
    """
    part = _part(session, bundle, union_code)
    ref = Ref(bundle.county, part.submission_id or 0, union_code)
    found = session.execute(
        select(SubmissionRow.worst, SubmissionRow.match, func.count())
        .where(
            SubmissionRow.county == bundle.county,
            SubmissionRow.submission_id == part.submission_id,
        )
        .group_by(SubmissionRow.worst, SubmissionRow.match)
    )
    values: Counter[str] = Counter(transfer_count=0)
    matches: Counter[Match] = Counter()
    for worst, match, rows in found:
        values[f"{worst}_count"] += rows
        if match is not None and worst != "error":
            matches[Match(match)] += rows
    values["transfer_count"] = matches[Match.TRANSFER]
    sent = digest(session, bundle.county, ref.submission_id)
    return Counted({**values, "digest": sent}, weigh(session, ref, matches))


def keep_count(session: Session, bundle: Bundle, union_code: str, counted: Counted) -> None:
    """Write what a part comes to and take away the submission or the draft that stays empty."""
    part = _part(session, bundle, union_code)
    for name, value in counted.values.items():
        setattr(part, name, value)
    part.is_counted = True
    session.flush()
    if part.ok_count + part.warning_count == 0:
        _drop(session, bundle.county, part.submission_id or 0)
        part.submission_id = None
    elif counted.findings:
        findings = _encoded(one._asdict() for one in counted.findings)
        _show(session, part.submission_id or 0, file_findings=findings)
    if part.submission_id is not None:
        _keep_risk(session, part.submission_id)
    if part.error_count == 0:
        _drop(session, bundle.county, part.draft_id or 0)
        part.draft_id = None


def release(session: Session, bundle: Bundle, sender: Sender, file: dict[str, Any]) -> None:
    """Show everything: good rows wait for review, faulty ones are their clerks' drafts.

    `file` gives what the whole file said: total_count, skipped_count, skipped, file_findings.
    """
    hold(session, bundle.county)
    at, digest = now(), hashlib.sha256()
    of_all = msgspec.json.decode(file["file_findings"])
    own = _own_findings(session, bundle)
    parts = list(session.scalars(select(BundlePart).where(*_of(bundle)).order_by("union_code")))
    sent = [part.submission_id for part in parts if part.submission_id is not None]
    whose = sender.account_id
    confirm(session, bundle.county, sent, account_id=whose, at=at, version=None)
    for part in parts:
        findings = _encoded([*of_all, *own.get(part.submission_id or 0, [])])
        _release_part(session, bundle, part, sender, at, findings)
        digest.update(f"{part.union_code}|{part.digest}\n".encode())
        bundle.good_count += part.ok_count + part.warning_count
        bundle.error_count += part.error_count
    for name, value in file.items():
        setattr(bundle, name, value)
    bundle.left_out_count = _left_out(session, bundle)
    bundle.state, bundle.ended_at, bundle.digest = BundleState.DONE, at, digest.hexdigest()
    record(
        session,
        "bundle.done",
        actor=sender,
        county=bundle.county,
        place=bundle.place,
        detail={
            "bundle": bundle.id,
            "rows": bundle.good_count,
            "held": bundle.error_count,
            "left_out": bundle.left_out_count,
            "digest": bundle.digest,
        },
    )
    session.flush()


def _release_part(
    session: Session,
    bundle: Bundle,
    part: BundlePart,
    sender: Sender,
    at: Any,
    file_findings: str,
) -> None:
    good = part.ok_count + part.warning_count
    if part.submission_id is not None:
        _show(
            session,
            part.submission_id,
            state=next_state(State.STAGED, Act.RELEASE),
            submitted_at=at,
            file_findings=file_findings,
            total_count=good + part.error_count,
            ok_count=part.ok_count,
            warning_count=part.warning_count,
            error_count=part.error_count,
            pending_count=good,
        )
        tallies.add(
            session,
            bundle.county,
            part.union_code,
            today(),
            submitted=1,
            rows=good,
            rows_elsewhere=part.transfer_count,
            pending=good,
        )
        if part.transfer_count:
            key = (bundle.county, part.submission_id)
            found = session.get_one(Submission, key, populate_existing=True)
            ask_for_transfers(session, found, sender.account_id, at)
        record(
            session,
            "submission.submit",
            actor=sender,
            county=bundle.county,
            place=part.union_code,
            detail={
                "submission": part.submission_id,
                "bundle": bundle.id,
                "rows": good,
                "held": part.error_count,
                "digest": part.digest,
            },
        )
    if part.draft_id is not None:
        _show(
            session,
            part.draft_id,
            state=next_state(State.STAGED, Act.HAND_DOWN),
            submitted_by=None,
            submitted_at=None,
            parent_id=part.submission_id,
            total_count=part.error_count,
            error_count=part.error_count,
        )


def _own_findings(session: Session, bundle: Bundle) -> dict[int, list[dict[str, str]]]:
    """Return what `keep_count` found of parts as a whole, by submission; of most nothing."""
    query = (
        select(Submission.id, Submission.file_findings)
        .join(
            BundlePart,
            (BundlePart.county == Submission.county) & (BundlePart.submission_id == Submission.id),
        )
        .where(*_of(bundle), Submission.file_findings != "[]")
    )
    return {number: msgspec.json.decode(found) for number, found in session.execute(query)}


def _keep_risk(session: Session, submission_id: int) -> None:
    """As it is now, for the queue. The rows stand in the state in which they will be seen."""
    found = session.scalars(
        select(Submission)
        .where(Submission.id == submission_id)
        .execution_options(populate_existing=True)
    ).one()
    found.risk = risk_of(session, found)
    session.flush()


def _encoded(findings: Iterable[dict[str, str]]) -> str:
    return msgspec.json.encode(list(findings)).decode()


def _show(session: Session, submission_id: int, **values: Any) -> None:
    session.execute(
        update(Submission)
        .where(Submission.id == submission_id, Submission.state == State.STAGED)
        .values(values),
        execution_options={"synchronize_session": False},
    )


def _drop(session: Session, county: str, submission_id: int) -> None:
    for model, column in ((SubmissionRow, "submission_id"), (Submission, "id")):
        session.execute(
            delete(model).where(model.county == county, getattr(model, column) == submission_id),
            execution_options={"synchronize_session": False},
        )


def _left_out(session: Session, bundle: Bundle) -> int:
    query = select(func.sum(BundleGap.last - BundleGap.row + 1)).where(
        BundleGap.county == bundle.county, BundleGap.bundle_id == bundle.id
    )
    return int(session.scalar(query) or 0)


def _part(session: Session, bundle: Bundle, union_code: str) -> BundlePart:
    return session.scalars(
        select(BundlePart).where(*_of(bundle), BundlePart.union_code == union_code)
    ).one()


def _of(bundle: Bundle) -> tuple[Any, ...]:
    return (BundlePart.county == bundle.county, BundlePart.bundle_id == bundle.id)
