"""The desk for doubts about who somebody is: what waits, both sides of one, what was decided."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Integer, bindparam, func, select
from sqlalchemy.orm import Session

from registry.access.actor import within
from registry.db import begins_with, table_of
from registry.errors import NotFound
from registry.identity import mask
from registry.identity.compare import told_apart
from registry.identity.mask import SHOWN_AS, Sight
from registry.members import queries as members
from registry.members.models import Member
from registry.members.queries import MemberRecord, masked_document, masked_mobile
from registry.members.restricting import is_restricted, names_restricted
from registry.review.identities.doubts import IS_DOUBTED, doubt_of, doubts_of
from registry.review.identities.states import CaseState, Doubt, Ruling
from registry.review.identities.subjects import identity_of, twins_of
from registry.review.models import IdentityCase
from registry.review.queue import IS_WAITING
from registry.roster.labels import labels_of
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.queries import SubmissionView
from registry.submissions.risk import Risk
from registry.submissions.states import RowState
from registry.unions import queries as unions
from registry.vault.vault import of_person, vault

_YEAR = 4
_case = table_of(IdentityCase).c
_member, _row, _submission = (
    table_of(Member).c,
    table_of(SubmissionRow).c,
    table_of(Submission).c,
)


class CaseLine(NamedTuple):
    """A case in a list, the member masked."""

    id: int
    doubt: Doubt
    state: CaseState
    ruling: Ruling | None
    union_code: str
    member_id: int | None
    name: str
    submission_id: int | None
    row: int | None
    opened_by: int | None
    opened_at: datetime
    why: str
    note: str
    decided_by: int | None
    decided_at: datetime | None


class DoubtedRow(NamedTuple):
    """A waiting row that raises a doubt."""

    submission_id: int
    row: int
    union_code: str
    name: str
    document: str
    doubt: Doubt
    submitted_at: datetime


class Side(NamedTuple):
    """One of those who may be the same person: masked. `member_id` is None for what a row or a
    request says, `union_code` "" for a union outside the reader's part of the tree.
    """

    title: str
    member_id: int | None
    name: str
    document_kind: str
    document: str
    mobile: str
    sex: str
    born_on: str
    union_code: str
    state: str
    since: datetime | None


class Comparison(NamedTuple):
    """Both sides of a doubt. `numbers` says how the numbers differ; `elsewhere` is how many more
    records there are that the reader may not see; with `is_restricted` somebody in it is not shown,
    and nothing is ruled but that the register stays.
    """

    doubt: Doubt
    sides: Sequence[Side]
    numbers: str
    elsewhere: int = 0
    is_restricted: bool = False


_LINES = (
    select(
        *(_case[name] for name in CaseLine._fields if name != "name"),
        _member.full_name,
        _member.restricted_at,
    )
    .outerjoin(table_of(Member), (_member.county == _case.county) & (_member.id == _case.member_id))
    .where(_case.county == bindparam("county"))
)
_BELOW = begins_with(_case.path, "path")
_WAITING = _LINES.where(_case.state == CaseState.WAITING, _BELOW)
_ENDED = _LINES.where(_case.state.in_([CaseState.DONE, CaseState.UNDONE]), _BELOW)
_HOW_MANY = select(func.count()).where(
    _case.county == bindparam("county"), _case.state == CaseState.WAITING, _BELOW
)
_OF_UNION = _LINES.where(
    _case.union_code == bindparam("code"), _case.doubt == Doubt.ASKED
).order_by(_case.id.desc())


def waiting(
    session: Session, county: str, path: str, sight: Sight, *, after: int = 0, limit: int = 50
) -> list[CaseLine]:
    """Return the cases that wait at or below a path, the oldest first, after case `after`."""
    query = _WAITING.where(_case.id > bindparam("after")).order_by(_case.id)
    query = query.limit(bindparam("limit", type_=Integer))
    return _lines(session, query, sight, county=county, path=path, after=after, limit=limit)


def ended(
    session: Session, county: str, path: str, sight: Sight, *, before: int = 0, limit: int = 50
) -> list[CaseLine]:
    """Return the cases decided at or below a path, the last first, before case `before`."""
    query = _ENDED.order_by(_case.id.desc()).limit(bindparam("limit", type_=Integer))
    if before:
        query = query.where(_case.id < before)
    return _lines(session, query, sight, county=county, path=path, limit=limit)


def asked_by_union(
    session: Session, county: str, code: str, sight: Sight, *, limit: int = 50
) -> list[CaseLine]:
    """Return what a union asked to be corrected, the last first."""
    query = _OF_UNION.limit(bindparam("limit", type_=Integer))
    return _lines(session, query, sight, county=county, code=code, limit=limit)


def count(session: Session, county: str, path: str) -> int:
    """Return how many cases wait at or below a path."""
    return session.scalar(_HOW_MANY, {"county": county, "path": path}) or 0


def _doubted(which: ColumnElement[bool]) -> Any:
    return (
        select(
            SubmissionRow,
            Submission.union_code,
            Submission.submitted_at,
            names_restricted(_row.county, _row.person_key),
        )
        .join(
            Submission,
            (_submission.county == _row.county) & (_submission.id == _row.submission_id),
        )
        # A doubt makes the whole submission a risk: the others need not be looked through.
        .where(*IS_WAITING, _submission.risk > Risk.LOW, _row.state == RowState.PENDING, which)
        .order_by(_submission.submitted_at, _row.submission_id, _row.row)
        .limit(bindparam("limit", type_=Integer))
    )


_DOUBTED = _doubted(IS_DOUBTED)


def doubted_rows(
    session: Session, county: str, path: str, sight: Sight, *, limit: int = 200
) -> list[DoubtedRow]:
    """Return the waiting rows at or below a path that raise a doubt, the longest waiting first."""
    keeper, lines = vault(), []
    found = session.execute(_DOUBTED, {"county": county, "path": path, "limit": limit}).all()
    doubts = doubts_of(session, [row for row, *_ in found])
    for (row, union_code, submitted_at, is_hidden), doubt in zip(found, doubts, strict=True):
        if doubt is None:
            continue
        seen = sight.of(is_hidden)
        document = masked_document(keeper, row.document_sealed, row.person_key, seen)
        name = mask.name(row.full_name or "", seen)
        said = (row.submission_id, row.row, union_code, name, document, doubt, submitted_at)
        lines.append(DoubtedRow(*said))
    return lines


def case_of(session: Session, county: str, number: int, path: str) -> IdentityCase:
    """Return a case at or below a path. Raises `NotFound`."""
    case = session.get(IdentityCase, (county, number))
    if case is None or not within(case.path, path):
        raise NotFound("identity.unknown", "没有找到这件身份核对，或者它不在您的管理范围内。")
    return case


def is_taken(session: Session, case: IdentityCase) -> bool:
    """Tell whether the number that a case asks for is another person's in the county."""
    if case.doubt != Doubt.ASKED or case.person_key is None:
        return False
    other = members.by_person(session, case.county, case.person_key)
    return other is not None and other != case.member_id


def of_row(
    session: Session, submission: SubmissionView, row: int, sight: Sight, path: str
) -> Comparison | None:
    """Return both sides of the doubt that a waiting row raises, None where it raises none."""
    found = session.get(SubmissionRow, (submission.county, submission.id, row))
    if found is None or found.state != RowState.PENDING:
        return None
    doubt = doubt_of(session, found)
    if doubt is None:
        return None
    if doubt is Doubt.TWIN:
        ids = twins_of(session, submission.county, found, found.mobile_key)
    else:
        key = found.person_key or b""
        number = members.by_person(session, submission.county, key)
        ids = [number] if number is not None else []
    records = [members.record_of(session, submission.county, one, sight) for one in ids]
    seen = [one for one in records if _is_seen(session, one, path)]
    is_hidden = any(one.line.is_restricted for one in records)
    is_hidden |= is_restricted(session, submission.county, found.person_key)
    if is_hidden:
        mine, numbers = _hidden("这份名册", submission.union_code), ""
    else:
        mine = _told("这份名册", found, sight, submission.union_code, found.clean)
        kept = (_kept(session, submission.county, one.line.member_id) for one in seen)
        numbers = _numbers([found, *kept])
    sides = [mine, *(_side(session, one, path) for one in seen)]
    return Comparison(doubt, sides, numbers, len(records) - len(seen), is_hidden)


def of_case(session: Session, case: IdentityCase, sight: Sight, path: str) -> Comparison:
    """Return both sides of a case; of one that was decided, who the member was before too."""
    ids = [one for one in (case.member_id, case.other_id) if one is not None]
    records = [members.record_of(session, case.county, one, sight) for one in ids]
    sides = [_side(session, one, path) for one in records]
    told: list[Any] = [_kept(session, case.county, one) for one in ids]
    if any(one.line.is_restricted for one in records):
        return Comparison(Doubt(case.doubt), sides, "", is_restricted=True)
    if case.former_key is not None:
        sides.append(_former(case, sight))
    elif case.document_sealed is not None:
        title = "申请改为" if case.doubt == Doubt.ASKED else "名册上写的"
        sides.append(_told(title, case, sight, case.union_code))
        told.append(case)
    is_waiting = case.state == CaseState.WAITING
    return Comparison(Doubt(case.doubt), sides, _numbers(told) if is_waiting else "")


def _is_seen(session: Session, record: MemberRecord, path: str) -> bool:
    return within(unions.find(session, record.line.union_code).path, path)


def _kept(session: Session, county: str, member_id: int) -> Member:
    return session.get_one(Member, (county, member_id))


def _numbers(told: Sequence[Any]) -> str:
    """Return how the numbers of the first two differ, in words."""
    keeper, numbers = vault(), []
    for one in told[:2]:
        if one.person_key is None or one.document_sealed is None:
            return ""
        context = of_person("document_number", one.person_key)
        numbers.append(keeper.open(one.document_sealed, context).decode())
    return told_apart(*numbers) if len(numbers) > 1 else ""


def _side(session: Session, record: MemberRecord, path: str) -> Side:
    line = record.line
    said = labels_of(line.particulars)
    inside = within(unions.find(session, line.union_code).path, path)
    return Side(
        title=f"会员库：{line.member_id} 号",
        member_id=line.member_id if inside else None,
        # Whose union lies elsewhere is seen as from above, wherever one works.
        name=line.name if inside or line.is_restricted else mask.name(line.name, Sight.COUNTY),
        document_kind="" if line.is_restricted else record.document_kind,
        document=line.document,
        mobile=line.mobile,
        sex=said.get("sex", ""),
        born_on=said.get("born_on", "")[:_YEAR],
        union_code=line.union_code if inside else "",
        state=line.state.label,
        since=record.admitted_at,
    )


def _told(title: str, told: Any, sight: Sight, union_code: str, clean: str = "") -> Side:
    """Return what a row or a request says; a request has only the number to say sex and birth."""
    keeper, mobile = vault(), getattr(told, "mobile_sealed", None)
    if clean:
        said = labels_of(msgspec.json.decode(clean, type=dict[str, str]))
    else:
        of_number = identity_of(keeper, told)
        given = {"sex": of_number.sex, "born_on": of_number.born_on}
        said = labels_of({name: value for name, value in given.items() if value})
    return Side(
        title=title,
        member_id=None,
        name=mask.name(told.full_name or "", sight),
        document_kind=told.document_kind or "",
        document=masked_document(keeper, told.document_sealed, told.person_key, sight),
        mobile=masked_mobile(keeper, mobile, told.person_key, sight),
        sex=said.get("sex", ""),
        born_on=said.get("born_on", "")[:_YEAR],
        union_code=union_code,
        state="",
        since=None,
    )


def _hidden(title: str, union_code: str) -> Side:
    """Return the side of who is restricted: nothing but that."""
    return Side(
        title=title,
        member_id=None,
        name=SHOWN_AS,
        document_kind="",
        document="",
        mobile="",
        sex="",
        born_on="",
        union_code=union_code,
        state="",
        since=None,
    )


def _former(case: IdentityCase, sight: Sight) -> Side:
    return Side(
        title="更正以前",
        member_id=None,
        name=mask.name(case.former_name or "", sight),
        document_kind=case.former_kind or "",
        document=masked_document(vault(), case.former_sealed, case.former_key, sight),
        mobile="",
        sex="",
        born_on="",
        union_code=case.union_code,
        state="",
        since=None,
    )


def _lines(session: Session, query: Any, sight: Sight, **asked: Any) -> list[CaseLine]:
    return [_line(one, sight) for one in session.execute(query, asked)]


def _line(one: Any, sight: Sight) -> CaseLine:
    return CaseLine(
        id=one.id,
        doubt=Doubt(one.doubt),
        state=CaseState(one.state),
        ruling=Ruling(one.ruling) if one.ruling else None,
        union_code=one.union_code,
        member_id=one.member_id,
        name=mask.name(one.full_name or "", sight.of(one.restricted_at)),
        submission_id=one.submission_id,
        row=one.row,
        opened_by=one.opened_by,
        opened_at=one.opened_at,
        why=one.why or "",
        note=one.note or "",
        decided_by=one.decided_by,
        decided_at=one.decided_at,
    )
