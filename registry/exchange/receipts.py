"""Reading back what the higher federation took: one transaction, said twice changes nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.clock import now, today
from registry.db import allocate, db, one_of, table_of, transaction, update_many
from registry.errors import InputRefused, StateRefused
from registry.exchange import answers, marks
from registry.exchange.answers import Answer, Answers
from registry.exchange.models import ExchangeBatch, ExchangeItem, ExchangeReceipt
from registry.exchange.operations import county_of, drop, end_answered, move, taken
from registry.exchange.states import Act, BatchState, Outcome, Standing
from registry.identity.written import blinded
from registry.members.models import Member
from registry.trail.operations import record
from registry.vault.vault import PERSON, vault

CHUNK = 5000
LISTED = 1000  # rows that are kept with their reason
NAME_LENGTH = 200
NO_REASON = "上级没有写原因"

UNKNOWN = "不是这一批报送的人"
UNCLEAR = "处理结果没有填，或者看不懂"
CROSSED = "备注里的编号和证件号码不是同一个人"
CONTRARY = "和已经登记的结果不一致"

_item, _member = table_of(ExchangeItem).c, table_of(Member).c


class _Sent(NamedTuple):
    number: int
    member_id: int
    outcome: str | None


@dataclass(slots=True)
class _Sorted:
    """The rows of a receipt by what becomes of them."""

    accepted: dict[_Sent, None] = field(default_factory=dict)
    refused: dict[_Sent, str] = field(default_factory=dict)
    same: int = 0
    listed: list[tuple[int, str]] = field(default_factory=list)


def read_back(
    number: int, content: bytes, *, file_name: str, actor: Actor, claimed_sha256: str = ""
) -> int:
    """Read a receipt for a batch; returns its number, that of the first time for the same file.

    Raises RosterRefused, `InputRefused` (upload.cut_off, exchange.other_batch, .not_of_batch and
    those of `answers.read`), `StateRefused` for a batch that waits for none.
    """
    county_of(db.session(), actor.county, actor)
    digest = hashlib.sha256(content).hexdigest()
    if claimed_sha256 and claimed_sha256.lower() != digest:
        raise InputRefused("upload.cut_off", "文件没有传完整，请检查网络后重新上传。")
    found = answers.read(content, today())
    files: list[str] = []
    with transaction() as session:
        batch = taken(session, number, actor)
        before = session.scalar(
            select(ExchangeReceipt.id).where(
                ExchangeReceipt.county == batch.county,
                ExchangeReceipt.batch_id == batch.id,
                ExchangeReceipt.sha256 == digest,
            )
        )
        if before is not None:
            return before
        if batch.state != BatchState.SENT:
            raise StateRefused(
                "exchange.no_receipt",
                f"第 {batch.id} 批{BatchState(batch.state).label}，现在不能读入回执。",
            )
        _demand_batch(batch, found)
        told = _sort(session, batch, found)
        _apply(session, batch, told)
        if batch.open_count:
            move(batch, Act.READ)
        else:
            files = end_answered(session, batch, actor)
        kept = _keep(session, batch, file_name, digest, found, told, actor)
    drop(files)
    return kept


def _demand_batch(batch: ExchangeBatch, found: Answers) -> None:
    for one in found.rows:
        if one.mark and (one.mark.county, one.mark.batch_id) != (batch.county, batch.id):
            other = marks.label(one.mark.county, one.mark.batch_id)
            raise InputRefused(
                "exchange.other_batch",
                f"这份回执是另一批的：第 {one.row} 行写着 {other}，这里是"
                f" {marks.label(batch.county, batch.id)}。没有登记任何结果。",
            )


def _sort(session: Session, batch: ExchangeBatch, found: Answers) -> _Sorted:
    by_number, by_key = _sent(session, batch)
    keys = vault().keyed_hashes(PERSON, [one.key for one in found.rows])
    told = _Sorted()
    said: dict[int, bool] = {}
    known = False
    for one, key in zip(found.rows, keys, strict=True):
        sent = _whom(one, key, by_number, by_key)
        known = known or isinstance(sent, _Sent)
        if isinstance(sent, str):
            told.listed.append((one.row, sent))
        elif one.accepted is None:
            told.listed.append((one.row, UNCLEAR))
        else:
            _take(told, said, sent, one, accepted=one.accepted)
    if not known:
        raise InputRefused(
            "exchange.not_of_batch",
            "回执里没有一行是这一批报送的人，请核对是不是选错了文件。没有登记任何结果。",
        )
    return told


def _take(
    told: _Sorted, said: dict[int, bool], sent: _Sent, one: Answer, *, accepted: bool
) -> None:
    before = said.setdefault(sent.number, accepted)
    known = None if sent.outcome is None else sent.outcome == Outcome.ACCEPTED
    if accepted != before or known not in (None, accepted):
        told.listed.append((one.row, CONTRARY))
    elif known is not None or sent in told.accepted or sent in told.refused:
        told.same += 1
    elif accepted:
        told.accepted[sent] = None
    else:
        told.refused[sent] = one.reason or NO_REASON


def _whom(
    one: Answer, key: bytes | None, by_number: dict[int, _Sent], by_key: dict[bytes, _Sent]
) -> _Sent | str:
    """Return whom a row is of, or why it cannot be told."""
    marked = by_number.get(one.mark.number) if one.mark else None
    named = by_key.get(key) if key is not None else None
    if one.mark and key is not None and marked != named:
        return CROSSED
    return marked or named or UNKNOWN


def _sent(session: Session, batch: ExchangeBatch) -> tuple[dict[int, _Sent], dict[bytes, _Sent]]:
    """Return what was sent, by number and by person."""
    query = (
        select(_item.number, _item.member_id, _item.outcome, _member.person_key)
        .join(table_of(Member), (_member.county == _item.county) & (_member.id == _item.member_id))
        .where(_item.county == batch.county, _item.batch_id == batch.id)
    )
    by_number: dict[int, _Sent] = {}
    by_key: dict[bytes, _Sent] = {}
    for number, member_id, outcome, key in session.connection().execute(query):
        by_number[number] = by_key[bytes(key)] = _Sent(number, member_id, outcome)
    return by_number, by_key


def _apply(session: Session, batch: ExchangeBatch, told: _Sorted) -> None:
    answered = [one.member_id for one in (*told.accepted, *told.refused)]
    _stand_no_more(session, batch.county, answered, Standing.REFUSED)
    _stand_no_more(
        session, batch.county, [one.member_id for one in told.accepted], Standing.CURRENT
    )
    numbers = [one.number for one in told.accepted]
    for start in range(0, len(numbers), CHUNK):
        _update(
            session,
            {"standing": Standing.CURRENT.value, "outcome": Outcome.ACCEPTED.value},
            ExchangeItem.county == batch.county,
            ExchangeItem.batch_id == batch.id,
            one_of(ExchangeItem.number, numbers[start : start + CHUNK]),
        )
    reasons = blinded(list(told.refused.values()))
    update_many(
        session,
        ExchangeItem,
        ("county", "batch_id", "number"),
        [
            {
                "county": batch.county,
                "batch_id": batch.id,
                "number": one.number,
                "standing": Standing.REFUSED.value,
                "outcome": Outcome.REFUSED.value,
                "reason": reason,
            }
            for one, reason in zip(told.refused, reasons, strict=True)
        ],
    )
    batch.accepted_count += len(told.accepted)
    batch.refused_count += len(told.refused)
    batch.open_count -= len(answered)


def _stand_no_more(
    session: Session, county: str, members: Sequence[int], standing: Standing
) -> None:
    """What was said of these members before stands for nothing more."""
    for start in range(0, len(members), CHUNK):
        _update(
            session,
            {"standing": None},
            ExchangeItem.county == county,
            ExchangeItem.standing == standing.value,
            one_of(ExchangeItem.member_id, members[start : start + CHUNK]),
        )


def _update(session: Session, values: dict[str, Any], *whose: Any) -> None:
    session.execute(
        update(ExchangeItem).where(*whose).values(values),
        execution_options={"synchronize_session": False},
    )


def _keep(
    session: Session,
    batch: ExchangeBatch,
    file_name: str,
    digest: str,
    found: Answers,
    told: _Sorted,
    actor: Actor,
) -> int:
    """Write what became of the rows, and the act on the trail."""
    counts = {
        "row_count": found.total,
        "accepted_count": len(told.accepted),
        "refused_count": len(told.refused),
        "same_count": told.same,
        "unknown_count": len(told.listed),
        "skipped_count": found.skipped,
    }
    number = allocate(session, f"exchange_receipt:{batch.county}")
    plain = file_name.replace("\\", "/").rpartition("/")[2][:NAME_LENGTH]
    session.add(
        ExchangeReceipt(
            county=batch.county,
            id=number,
            batch_id=batch.id,
            file_name=blinded([plain])[0] or "",
            sha256=digest,
            read_by=actor.account_id,
            read_at=now(),
            listed=msgspec.json.encode(told.listed[:LISTED]).decode(),
            **counts,
        )
    )
    record(
        session,
        "exchange.receipt",
        actor=actor,
        place=batch.county,
        detail={"exchange": batch.id, "sha256": digest, **counts},
    )
    return number
