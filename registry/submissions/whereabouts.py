"""What can be said of a known member (去向), and the list of those of whom it is asked."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from registry.identity import mask
from registry.identity.mask import Sight
from registry.members.lifecycle import RETAINING
from registry.members.models import Member, Membership, MembershipState
from registry.members.queries import masked_document, masked_mobile
from registry.submissions.models import SubmissionRow
from registry.submissions.states import RowState
from registry.vault.vault import vault

_NOBODY = 0  # the number of no submission: what was said where nothing was said yet


class Reason(StrEnum):
    """What became of a member, or that nothing did."""

    LEFT = "LEFT"
    MOVED = "MOVED"
    RETIRED = "RETIRED"
    UNEMPLOYED = "UNEMPLOYED"
    LAID_OFF = "LAID_OFF"
    DIED = "DIED"
    OVERLOOKED = "OVERLOOKED"
    STILL_RETAINED = "STILL_RETAINED"

    def of(self, *, is_retained: bool) -> "Reason":
        """What this says of such a member: one is still here, or still retained, not both."""
        if self not in _NOTHING_HAPPENED:
            return self
        return Reason.STILL_RETAINED if is_retained else Reason.OVERLOOKED

    @property
    def has_happened(self) -> bool:
        """Whether it is a change, which can have a date."""
        return self not in _NOTHING_HAPPENED

    @property
    def label(self) -> str:
        """What the clerk chooses on the screen."""
        return _SAYS[self][0]

    @property
    def change(self) -> str:
        """The change that it asks for, of codes/membership_change.csv."""
        return _SAYS[self][1]

    @property
    def change_reason(self) -> str | None:
        """The reason of that change, of codes/membership_change_reason.csv."""
        return _SAYS[self][2]


_SAYS: dict[Reason, tuple[str, str, str | None]] = {
    Reason.LEFT: ("离职（退会）", "6", None),
    Reason.MOVED: ("调走（转出）", "4", "1"),
    Reason.RETIRED: ("退休（保留会籍）", RETAINING, "7"),
    Reason.UNEMPLOYED: ("失业（保留会籍）", RETAINING, "3"),
    Reason.LAID_OFF: ("下岗待岗（保留会籍）", RETAINING, "2"),
    Reason.DIED: ("去世（会籍终止）", "6", "8"),
    Reason.OVERLOOKED: ("漏写，仍在本单位", "1", None),
    Reason.STILL_RETAINED: ("会籍不变，继续保留", RETAINING, None),
}
_NOTHING_HAPPENED = (Reason.OVERLOOKED, Reason.STILL_RETAINED)
_REASON_OF = {(change, reason): one for one, (_, change, reason) in _SAYS.items()}


class Said(NamedTuple):
    """What became of a member and since when, as typed: a day, a month, or nothing.

    Without a reason what had been said is taken back.
    """

    reason: Reason | None
    on: str = ""


class AskedMember(NamedTuple):
    """A member of whom it is asked what became of them, masked, with what the clerk has said."""

    membership_id: int
    member_id: int
    name: str
    document: str
    mobile: str
    is_retained: bool
    reason: Reason | None
    on: str


def reason_of(change: str, change_reason: str | None) -> Reason:
    """Return what was said, from the row that says it."""
    return _REASON_OF.get((change, change_reason), Reason.OVERLOOKED)


def row_of(county: str, number: int | None) -> ColumnElement[bool]:
    """Return the condition that joins memberships with the rows of a submission, None for none. A
    row that the clerk left out says nothing.
    """
    return and_(
        SubmissionRow.county == county,
        SubmissionRow.submission_id == (number or _NOBODY),
        SubmissionRow.person_key == Membership.person_key,
        SubmissionRow.state != RowState.EXCLUDED,
    )


def asked_members(
    session: Session,
    county: str,
    number: int | None,
    asked: Sequence[ColumnElement[bool]],
    sight: Sight,
    *,
    limit: int,
) -> list[AskedMember]:
    """Return the members whose memberships meet the conditions, in the order of admission, with
    what the submission `number` says of each.
    """
    query = (
        select(
            Membership.id,
            Membership.state,
            Member.id.label("member_id"),
            Member.full_name,
            Member.person_key,
            Member.document_sealed,
            Member.mobile_sealed,
            Member.restricted_at,
            SubmissionRow.change,
            SubmissionRow.change_reason,
            SubmissionRow.changed_on,
        )
        .join(Member, (Member.county == Membership.county) & (Member.id == Membership.member_id))
        .outerjoin(SubmissionRow, row_of(county, number))
        .where(*asked)
    )
    keeper = vault()

    def particulars(one: Any) -> tuple[str, str, str]:
        seen = sight.of(one.restricted_at)
        return (
            mask.name(one.full_name, seen),
            masked_document(keeper, one.document_sealed, one.person_key, seen),
            masked_mobile(keeper, one.mobile_sealed, one.person_key, seen),
        )

    return [
        AskedMember(
            one.id,
            one.member_id,
            *particulars(one),
            one.state == MembershipState.RETAINED,
            reason_of(one.change, one.change_reason) if one.change is not None else None,
            one.changed_on or "",
        )
        for one in session.execute(query.order_by(Membership.id).limit(limit))
    ]
