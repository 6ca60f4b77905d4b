"""Calling back a sample: some of the persons who wait are asked whether their row is true.

Size: 5 % of the waiting rows, rounded up, at least 10 and at most 50; all where fewer wait. Order:
rows by HMAC-SHA-256 with the seed (its 32 bytes) as key over "submission:row" in ASCII digits, the
smallest first. The seed is drawn by chance and kept, so that anyone can draw again and find the
same. A submission has one sample: nobody draws until a pleasing one comes.
"""

import hmac
import re
import secrets
from collections.abc import Iterable
from hashlib import sha256

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.clock import now
from registry.db import transaction
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.review.call_result import CallResult
from registry.review.models import Sample, SampledRow
from registry.review.rematching import pending
from registry.submissions.locking import locked
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.states import REVIEWABLE, State
from registry.trail.operations import record

ONE_IN, LEAST, MOST = 20, 10, 50
NOTE_LENGTH = 200
_LONG_NUMBER = re.compile(r"\d{7,}")


def sample_size(waiting: int) -> int:
    """Return how many of so many waiting rows are called back."""
    return min(waiting, max(LEAST, min(MOST, -(-waiting // ONE_IN))))


def chosen(seed: str, submission_id: int, rows: Iterable[int]) -> list[int]:
    """Return the rows that a seed (hexadecimal) draws, in the order of the file."""
    numbers, key = list(rows), bytes.fromhex(seed)

    def place(row: int) -> bytes:
        return hmac.digest(key, f"{submission_id}:{row}".encode(), sha256)

    return sorted(sorted(numbers, key=place)[: sample_size(len(numbers))])


def draw(submission_id: int, *, actor: Actor) -> int:
    """Draw the sample of a submission from the rows that wait; returns its size.

    Raises `StateRefused` where there is one already or nothing waits, `Forbidden` when the actor
    sent the roster.
    """
    with transaction() as session:
        found = _reviewers(session, submission_id, actor)
        if State(found.state) not in REVIEWABLE:
            raise StateRefused(
                "submission.state", f"这份名册{State(found.state).label}，没有待审的人可以抽。"
            )
        if session.get(Sample, (found.county, found.id)) is not None:
            raise StateRefused("sample.drawn", "这份名册已经抽过样，不能重抽。")
        waiting = list(session.scalars(select(SubmissionRow.row).where(*pending(found))))
        seed = secrets.token_hex(32)
        rows = chosen(seed, found.id, waiting)
        whose = {"county": found.county, "submission_id": found.id}
        session.execute(
            insert(Sample).values(
                **whose,
                seed=seed,
                size=len(rows),
                drawn_from=len(waiting),
                drawn_by=actor.account_id,
                drawn_at=now(),
            )
        )
        session.execute(insert(SampledRow), [{**whose, "row": row} for row in rows])
        detail = {"submission": found.id, "seed": seed, "size": len(rows)}
        record(
            session,
            "review.sample",
            actor=actor,
            place=found.union_code,
            detail={**detail, "drawn_from": len(waiting)},
        )
        return len(rows)


def keep_call(
    submission_id: int, row: int, *, actor: Actor, result: CallResult, note: str = ""
) -> None:
    """Write what the call to a sampled person came to; a later call takes an earlier one's place,
    both are on the trail. Raises `InputRefused` for a note that is missing or holds a number.
    """
    note = _checked_note(note, needed=result is CallResult.FALSE)
    with transaction() as session:
        found = _reviewers(session, submission_id, actor)
        values = {"result": result.value, "note": note or None}
        changed = session.scalar(
            update(SampledRow)
            .where(
                SampledRow.county == found.county,
                SampledRow.submission_id == found.id,
                SampledRow.row == row,
            )
            .values(**values, called_by=actor.account_id, called_at=now())
            .returning(SampledRow.row),
            execution_options={"synchronize_session": False},
        )
        if changed is None:
            raise NotFound("sample.row", f"第 {row} 行不在这份名册的抽样里。")
        record(
            session,
            "review.call",
            actor=actor,
            place=found.union_code,
            detail={"submission": found.id, "row": row, "result": result.value},
        )


def _reviewers(session: Session, submission_id: int, actor: Actor) -> Submission:
    found = locked(session, submission_id, actor, Permission.REVIEW)
    if found.submitted_at is None:
        raise NotFound("submission.draft", "这份名册还没有提交审核。")
    if actor.account_id in {found.submitted_by, found.created_by}:
        raise Forbidden("review.own", "不能回访自己报送的名册，请由另一位审核员办理。")
    return found


def _checked_note(note: str, *, needed: bool) -> str:
    note = note.strip()
    if needed and not note:
        raise InputRefused("note.missing", "不属实的，请写明哪里不属实。")
    if len(note) > NOTE_LENGTH:
        raise InputRefused("note.too_long", f"说明最多 {NOTE_LENGTH} 个字。")
    if _LONG_NUMBER.search(note):
        raise InputRefused("note.number", "说明里请不要写手机号或证件号码。")
    return note
