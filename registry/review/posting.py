"""Lists to be posted in the workplace: who is in the register, or in a roster, told so that
colleagues may object and strangers learn next to nothing.

Everybody reads what hangs on a wall: a name is its surname and stars, as for outsiders. Only where
two look alike, as many of the last digits of their numbers as tell them apart stand beside them,
four at most, and nothing else of anybody.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.db import table_of, transaction
from registry.errors import InputRefused, NotFound, StateRefused
from registry.identity import mask
from registry.identity.mask import Sight
from registry.members.models import LIVE, Member, Membership
from registry.members.queries import masked_document
from registry.members.restricting import names_restricted
from registry.review.notes import checked_note
from registry.submissions import queries as submissions
from registry.submissions.models import SubmissionRow
from registry.submissions.queries import SubmissionView
from registry.submissions.states import REVIEWABLE, RowState, State
from registry.trail.operations import record
from registry.unions import queries as unions
from registry.unions.queries import Union
from registry.vault.vault import vault

LONGEST = 60  # days
_POSTED = (RowState.PENDING, RowState.APPROVED)


class Period(NamedTuple):
    """From which day to which the list hangs, and where to object."""

    begins_on: date
    ends_on: date
    objections: str


class Posted(NamedTuple):
    """A person on a list: the masked name, and the last digit where others look alike."""

    name: str
    tail: str


class Posting(NamedTuple):
    """A list to be posted; `submission` is the roster that it is of, None for the register."""

    union: Union
    submission: SubmissionView | None
    people: list[Posted]


_member, _membership = table_of(Member).c, table_of(Membership).c
_MEMBERS = (
    select(_member.full_name, _member.document_sealed, _member.person_key)
    .join(
        table_of(Membership),
        (_membership.county == _member.county) & (_membership.member_id == _member.id),
    )
    .where(
        _membership.county == bindparam("county"),
        _membership.union_code == bindparam("code"),
        _membership.state.in_(LIVE),
        _member.restricted_at.is_(None),
    )
)
_row = table_of(SubmissionRow).c
_ROWS = select(_row.full_name, _row.document_sealed, _row.person_key).where(
    *submissions.OF_SUBMISSION,
    _row.state.in_(_POSTED),
    ~names_restricted(_row.county, _row.person_key),
)


def post_members(union_code: str, period: Period, *, actor: Actor) -> Posting:
    """Return the list of a union's live members; making it is on the trail.

    Raises `NotFound`, `Forbidden`, `InputRefused` (posting.…, note.…).
    """
    period = _checked(period)
    with transaction() as session:
        union = unions.find(session, union_code)
        demand(actor, Permission.VIEW_MEMBERS, union.path)
        if not union.is_grassroots:
            raise NotFound("posting.union_only", "公示名单以一家基层工会为单位，请先选工会。")
        found = session.execute(_MEMBERS, {"county": union.county, "code": union.code})
        people = _told_apart(found.tuples())
        _record(session, union, people, period, actor, {})
    return Posting(union, None, people)


def post_roster(submission_id: int, period: Period, *, actor: Actor) -> Posting:
    """Return the list of those in a roster who wait or are admitted; making it is on the trail.

    Raises as `post_members`, and `StateRefused` (posting.state) for a draft and what was taken
    back.
    """
    period = _checked(period)
    with transaction() as session:
        submission = submissions.find(session, submission_id)
        demand(actor, Permission.VIEW_SUBMISSIONS, submission.path)
        if submission.state not in {*REVIEWABLE, State.CLOSED}:
            raise StateRefused(
                "posting.state", f"这份名册{submission.state.label}，没有可以公示的名单。"
            )
        union = unions.find(session, submission.union_code)
        people = _told_apart(session.execute(_ROWS, submissions.named_by(submission)).tuples())
        _record(session, union, people, period, actor, {"submission": submission.id})
    return Posting(union, submission, people)


def _checked(period: Period) -> Period:
    if not 0 <= (period.ends_on - period.begins_on).days < LONGEST:
        raise InputRefused("posting.period", f"公示期的最后一天不能早于第一天，最长 {LONGEST} 天。")
    return period._replace(objections=checked_note(period.objections, needed=True))


def _told_apart(people: Iterable[tuple[Any, ...]]) -> list[Posted]:
    """Return the people by their masked names; numbers are opened of those alone who look alike."""
    alike: dict[str, list[Callable[[], str]]] = defaultdict(list)
    keeper = vault()
    for name, sealed, key in people:

        def number(sealed: bytes | None = sealed, key: bytes | None = key) -> str:
            return masked_document(keeper, sealed, key, Sight.OWN_UNION)

        alike[mask.name(name or "", Sight.COUNTY)].append(number)
    return [
        Posted(name, tail)
        for name, numbers in sorted(alike.items())
        for tail in (sorted(one()[-1:].strip("*") for one in numbers) if len(numbers) > 1 else [""])
    ]


def _record(
    session: Session,
    union: Union,
    people: list[Posted],
    period: Period,
    actor: Actor,
    more: dict[str, int],
) -> None:
    detail: dict[str, Any] = {
        "people": len(people),
        "first_day": period.begins_on.isoformat(),
        "last_day": period.ends_on.isoformat(),
        **more,
    }
    record(session, "member.post", actor=actor, place=union.code, detail=detail)
