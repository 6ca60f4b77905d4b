"""Whether an uploaded workbook is one that was marked here, and where its draft has gone since."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.submissions import queries, stamps
from registry.submissions.models import Submission
from registry.submissions.queries import SubmissionView
from registry.submissions.stamps import Stamp
from registry.submissions.states import State
from registry.vault.vault import Vault

# A draft replaced by its corrected workbook, which is marked and replaced again, and so on.
_MOST_REPLACED = 200


@dataclass(frozen=True, slots=True)
class Recognised:
    """The draft that a marked workbook belongs to as it stands now, and what its code says."""

    draft: SubmissionView
    stamp: Stamp

    @property
    def is_open(self) -> bool:
        """Whether the draft can be gone on with; some rows only fit the draft they are from."""
        fits = self.is_first or not self.stamp.is_part
        return self.draft.state is State.DRAFT and self.draft.is_read and fits

    @property
    def is_first(self) -> bool:
        """Whether it is still the draft that the workbook was made from."""
        return self.draft.id == self.stamp.submission_id


def recognise(
    session: Session, vault: Vault, code: str | None, uploaded: SubmissionView
) -> Recognised | None:
    """Return whose workbook an upload is, by the code it bears.

    None for no code, a forged one, one of another union (of which nothing is said), and the
    upload's own.
    """
    stamp = stamps.read(vault, code) if code else None
    if stamp is None or stamp.county != uploaded.county:
        return None
    found = session.get(Submission, (stamp.county, stamp.submission_id))
    if found is None or found.union_code != uploaded.union_code:
        return None
    draft = queries.view_of(last_of(session, found))
    return None if draft.id == uploaded.id else Recognised(draft, stamp)


def last_of(session: Session, found: Submission) -> Submission:
    """Return the draft that has replaced a submission, at the end of the line; itself if none."""
    for _ in range(_MOST_REPLACED):
        after = session.scalar(
            select(func.max(Submission.id)).where(
                Submission.county == found.county,
                Submission.parent_id == found.id,
                Submission.source == "FILE",
                Submission.is_read,
            )
        )
        following = session.get(Submission, (found.county, after)) if after else None
        if found.state != State.WITHDRAWN or following is None:
            break
        found = following
    return found


def replaced_by(session: Session, draft: SubmissionView) -> int | None:
    """Return the draft that goes on in a draft's place since its marked workbook came back."""
    if draft.state is not State.WITHDRAWN:
        return None
    last = last_of(session, session.get_one(Submission, (draft.county, draft.id)))
    return last.id if last.id != draft.id else None


def went_into(session: Session, upload: SubmissionView) -> int | None:
    """Return the draft into which an uploaded workbook went without becoming one itself."""
    if upload.parent_id is None or upload.source != "FILE" or upload.is_read:
        return None
    if upload.state is not State.WITHDRAWN:
        return None
    found = session.get(Submission, (upload.county, upload.parent_id))
    return last_of(session, found).id if found is not None else None


def standing(session: Session, known: Submission) -> Submission | None:
    """Return what the same file again is: for a marked workbook that went into another draft this
    draft, as long as it is open; None when it is to be read anew."""
    if known.state != State.WITHDRAWN:
        return known
    number = went_into(session, queries.view_of(known))
    draft = session.get(Submission, (known.county, number)) if number is not None else None
    if draft is not None and draft.state == State.DRAFT:
        return draft
    known.is_current = False
    session.flush()
    return None
