"""Transfers as the rows of a submission ask for them: they stand and fall with the rows.

The functions run inside the caller's transaction.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.members import asking
from registry.members.match import Match
from registry.members.models import Transfer
from registry.members.place import Place
from registry.members.transfers import TransferState
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.states import RowState


def ask_for_transfers(session: Session, found: Submission, asked_by: int, at: datetime) -> int:
    """Ask the losing unions for everybody whom a waiting row finds elsewhere; who is asked for
    already is not asked for again. Returns how many are asked for now."""
    rows = (
        select(SubmissionRow.row, SubmissionRow.person_key)
        .where(
            SubmissionRow.county == found.county,
            SubmissionRow.submission_id == found.id,
            SubmissionRow.state == RowState.PENDING,
            SubmissionRow.match == Match.TRANSFER,
        )
        .subquery()
    )
    return asking.ask(session, _place(found, at), found.path, rows, asked_by)


def give_up_transfers(session: Session, found: Submission, at: datetime) -> None:
    """End the transfers whose row waits no more, or whose person is no more where it was."""
    waits = select(SubmissionRow.row).where(
        SubmissionRow.county == Transfer.county,
        SubmissionRow.submission_id == Transfer.submission_id,
        SubmissionRow.row == Transfer.row,
        SubmissionRow.state == RowState.PENDING,
    )
    place = _place(found, at)
    asking.give_up(session, place, TransferState.WITHDRAWN, ~waits.exists())
    elsewhere = waits.where(SubmissionRow.match == Match.TRANSFER)
    gone = ~elsewhere.exists() | ~asking.is_live_there()
    asking.give_up(session, place, TransferState.LAPSED, gone)


def withdraw_transfers(session: Session, found: Submission, at: datetime) -> None:
    """End all transfers of a submission: it is taken back, or another has taken its place."""
    asking.give_up(session, _place(found, at), TransferState.WITHDRAWN)


def _place(found: Submission, at: datetime) -> Place:
    return Place(found.county, found.union_code, found.id, at)
