"""Matching roster rows against the register, a chunk of keys at a time; never a query per row."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.db import one_of
from registry.members.lifecycle import GOING, RETAINING
from registry.members.match import Match
from registry.members.models import Member, Membership, MembershipState, Person

CHUNK = 5000

_decode = msgspec.json.Decoder(dict[str, str]).decode


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the register, column-wise; only rows with a sound number are asked.

    `particulars` are the rows' clean fields as JSON, as stored in `Member.particulars`.
    """

    keys: Sequence[bytes]
    names: Sequence[str]
    changes: Sequence[str]
    particulars: Sequence[str]
    mobile_keys: Sequence[bytes | None]

    def part(self, part: slice) -> "Question":
        """Return what is asked of some of the rows."""
        return Question(*(column[part] for column in self.columns()))

    def columns(self) -> tuple[Sequence[Any], ...]:
        """Return the columns in the order in which they are named."""
        return (self.keys, self.names, self.changes, self.particulars, self.mobile_keys)


class Answer(NamedTuple):
    """The match of one row. `name_differs` tells a conflict of names also beside a transfer;
    `has_twin` that the county has this name and mobile under another document number, no more.
    `is_restricted`: a member of this union of whom nothing but the membership may change.
    """

    match: Match | None  # None: a change asked of somebody who is no member of this union
    changed: tuple[str, ...] = ()
    name_differs: bool = False
    has_twin: bool = False
    is_restricted: bool = False


# Put together once. They are asked on the connection: the session's own rows cost as much again as
# to find them.
_KNOWN = (
    select(
        Person.key,
        Person.live_union,
        Member.full_name,
        Member.particulars,
        Member.mobile_key,
        Membership.state,
        Person.same_as,
        Member.restricted_at,
    )
    .outerjoin(Member, (Member.county == bindparam("county")) & (Member.person_key == Person.key))
    .outerjoin(
        Membership,
        (Membership.county == bindparam("county")) & (Membership.id == Person.live_membership),
    )
)
_OF_MOBILE = select(Member.mobile_key, Member.full_name, Member.person_key).where(
    Member.county == bindparam("county"), Member.restricted_at.is_(None)
)

_NEW = Answer(Match.NEW)
_UNCHANGED = Answer(Match.UNCHANGED)


def stays_new(
    person_key: InstrumentedAttribute[bytes | None], change: InstrumentedAttribute[str]
) -> ColumnElement[bool]:
    """Return the condition by which a row is NEW whatever else it says: nobody has its number, and
    it does not ask for leave.
    """
    is_known = select(Person.key).where(Person.key == person_key).exists()
    return ~is_known & change.not_in(GOING)


def match_rows(
    session: Session, county: str, union_code: str, question: Question
) -> Iterator[Answer]:
    """Yield the answer for each row, in order."""
    return match_many(session, county, [union_code] * len(question.keys), question)


def match_many(
    session: Session, county: str, union_codes: Sequence[str], question: Question
) -> Iterator[Answer]:
    """Yield the answer for each row, in order, where each is of the union named beside it."""
    for start in range(0, len(question.keys), CHUNK):
        part = slice(start, start + CHUNK)
        yield from _answers(session, county, union_codes[part], question.part(part))


def _answers(
    session: Session, county: str, union_codes: Sequence[str], asked: Question
) -> list[Answer]:
    """Answer a chunk. Most rows of a first roster name nobody known, most of the next say again
    what is known: only the others are looked at closely.
    """
    known = _known(session, county, asked.keys)
    answers = [_NEW] * len(asked.keys)
    rows = zip(*asked.columns(), union_codes, strict=True)
    for at, (key, name, change, particulars, mobile_key, union_code) in enumerate(rows):
        one, goes = known.get(key), change in GOING
        if one is None and not goes:
            continue
        told_again = (key, union_code, name, particulars, mobile_key, MembershipState.ACTIVE)
        if one == (*told_again, None, None) and not goes:
            answers[at] = _UNCHANGED
        else:
            answers[at] = _answer(one, union_code, name, change, particulars, mobile_key)
    for at in _twins(session, county, asked):
        answers[at] = answers[at]._replace(has_twin=True)
    return answers


def _known(session: Session, county: str, keys: Sequence[bytes]) -> dict[bytes, Any]:
    """Return what is known of these persons: live_union, full_name, particulars, mobile_key, state
    same_as and restricted_at, each None where it is not.
    """
    if not keys:
        return {}
    found = session.connection().execute(_KNOWN.where(one_of(Person.key, keys)), {"county": county})
    return {row[0]: row for row in found}


def _twins(session: Session, county: str, asked: Question) -> list[int]:
    """Return the rows whose name and mobile the county knows by another document number."""
    mobiles = {key for key in asked.mobile_keys if key is not None}
    if not mobiles:
        return []
    query = _OF_MOBILE.where(one_of(Member.mobile_key, mobiles))
    found = {tuple(row) for row in session.connection().execute(query, {"county": county})}
    if not found:
        return []
    persons = Counter((mobile, name) for mobile, name, _ in found)
    rows = enumerate(zip(asked.mobile_keys, asked.names, asked.keys, strict=True))
    # Oneself is among them, or not.
    return [at for at, row in rows if persons[row[:2]] > (row in found)]


def _answer(
    known: Any,
    union_code: str,
    name: str,
    change: str,
    particulars: str,
    mobile_key: bytes | None,
) -> Answer:
    leaves = change in GOING
    if known is not None and known.same_as is not None:
        # The register knows this person by another number: somebody has to look at both.
        return Answer(None if leaves else Match.CONFLICT, has_twin=True)
    if known is None or known.live_union is None:
        differs = known is not None and known.full_name is not None and known.full_name != name
        if leaves:
            return Answer(None)
        return Answer(Match.CONFLICT if differs else Match.NEW, name_differs=differs)
    differs = known.full_name is not None and known.full_name != name
    if known.live_union != union_code:
        return Answer(None if leaves else Match.TRANSFER, name_differs=differs)
    if known.restricted_at is not None:
        # Only the membership goes on: nothing that is kept is laid beside what the row says.
        again = _answer_of_membership(known.state, change, ())
        return again._replace(is_restricted=True)
    if differs:
        return Answer(Match.CONFLICT, name_differs=True)
    changed = changed_fields(known.particulars or "{}", particulars)
    if mobile_key is not None and mobile_key != known.mobile_key:
        changed = (*changed, "mobile")
    return _answer_of_membership(known.state, change, changed)


def _answer_of_membership(state: str, change: str, changed: tuple[str, ...]) -> Answer:
    """Return what a row does to its own union's live member, of whom it changes these fields."""
    leaves = change in GOING
    if leaves:
        # Who is retained already, as the pre-filled roster says, asks for nothing.
        rests = change == RETAINING and state == MembershipState.RETAINED
        if rests and not changed:
            return Answer(Match.UNCHANGED)
        return Answer(Match.RETAIN if change == RETAINING else Match.LEAVE)
    if state == MembershipState.RETAINED:
        changed = (*changed, "membership_state")
    return Answer(Match.CHANGED if changed else Match.UNCHANGED, changed)


def changed_fields(old: str, new: str) -> tuple[str, ...]:
    """Return the fields whose value in `new` differs from `old`; a blank never erases what is
    known.
    """
    if old == new:
        return ()
    before, after = _decode(old), _decode(new)
    return tuple(field for field, value in after.items() if before.get(field) != value)


def merged(old: str, new: str) -> str:
    """Return `old` overlaid with the fields that `new` gives."""
    return msgspec.json.encode(_decode(old) | _decode(new)).decode()
