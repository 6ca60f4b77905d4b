"""Holding closed months against what was signed: nothing here is believed that can be checked.

A document is held against its signature, its key against those that the installation has used, the
closing of the month before, the rolls, the trail, and what the register says of that day now.
"""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.db import setting
from registry.periods import documents
from registry.periods.canonical import digest
from registry.periods.comparing import Difference, differences
from registry.periods.composing import compose
from registry.periods.documents import Document
from registry.periods.labels import figure_label
from registry.periods.models import Period, PeriodClosing, PeriodReopening, PeriodRoll
from registry.periods.months import Month
from registry.periods.rolls import unpacked
from registry.periods.states import PeriodState
from registry.trail import queries as trail
from registry.vault import signing

_MOST_CLOSINGS = 10_000


class Finding(NamedTuple):
    """Something about a closing that is not as it was signed: in which place (its code, "" for the
    closing as a whole), which figure, what was signed and what is there. `code` says what kind.
    """

    month: str
    revision: int
    code: str
    text: str
    place: str = ""
    what: str = ""
    signed: str = ""
    found: str = ""


class Verified(NamedTuple):
    """What a verification found: the closings read, what was changed, and what was told later of
    unions and employees, which is no fault.
    """

    closings: int
    faults: list[Finding]
    later: list[Finding]


def check(session: Session, county: str, month: Month | None = None) -> Verified:
    """Check the closings of a month of a county, or all of them, in a transaction that sees one
    state.
    """
    faults: list[Finding] = []
    later: list[Finding] = []
    count = 0
    # Nothing before the first month is there to be joined to.
    last: _Read | None = _last_before(session, county, month) if month else None
    for closed in _months(session, county, month):
        versions = [_read(one) for one in _closings(session, county, closed)]
        for number, one in enumerate(versions):
            count += 1
            faults += _of_itself(one)
            faults += _joined(one, last, versions[number - 1] if number else None)
            faults += _of_rolls(session, one)
        faults += _of_state(session, county, closed, versions)
        for each in _of_register(session, versions[-1], last) if versions else ():
            (faults if each.code == "period.register" else later).append(each)
        last = versions[-1] if versions else last
    faults += _of_trail(session, county, month)
    return Verified(count, faults, later)


class _Read(NamedTuple):
    """A closing, and its document where the bytes are still one."""

    row: PeriodClosing
    document: Document | None

    @property
    def digest(self) -> str:
        """The digest of the document as it is."""
        return digest(self.row.document)


def faults_of(row: PeriodClosing) -> list[Finding]:
    """Hold one closing against its own signature."""
    return list(_of_itself(_read(row)))


def _read(row: PeriodClosing) -> _Read:
    try:
        return _Read(row, documents.read(row.document))
    except ValueError:
        return _Read(row, None)


def _months(session: Session, county: str, month: Month | None) -> list[str]:
    if month is not None:
        return [str(month)]
    kept = select(Period.month).where(Period.county == county)
    closed = select(PeriodClosing.month).where(PeriodClosing.county == county)
    return sorted(session.scalars(kept.union(closed)))


def _closings(session: Session, county: str, month: str) -> list[PeriodClosing]:
    query = select(PeriodClosing).where(
        PeriodClosing.county == county, PeriodClosing.month == month
    )
    return list(session.scalars(query.order_by(PeriodClosing.revision)))


def _last_before(session: Session, county: str, month: Month) -> _Read | None:
    found = _closings(session, county, str(month.previous))
    return _read(found[-1]) if found else None


def _found(one: _Read, code: str, text: str) -> Finding:
    return Finding(one.row.month, one.row.revision, code, text)


def _of_itself(one: _Read) -> Iterator[Finding]:
    """Hold the document against its digest, its signature and the columns beside it."""
    row = one.row
    if one.digest != row.digest:
        yield _found(one, "period.digest", "封账文件被改动：与登记的摘要不符。")
    public_key = row.public_key.encode()
    if signing.key_id(public_key) not in signing.trusted(setting("DATA")):
        yield _found(one, "period.key", "签名用的公钥不是本系统用过的，签名可能被换过。")
    provider = signing.provider_of(row.algorithm)
    if provider is None:
        text = f"没有能核验 {row.algorithm} 签名的设备，请检查 REGISTRY_SIGNING。"
        yield _found(one, "period.algorithm", text)
    elif not provider.verify(public_key, row.document, row.signature):
        yield _found(one, "period.signature", "签名与封账文件不符：文件或签名被改动。")
    if one.document is None:
        yield _found(one, "period.document", "封账文件已经不成文件，读不出来。")
        return
    document = one.document
    written = (document.county, str(document.month), document.revision, document.closed_at)
    at = row.closed_at.isoformat(timespec="seconds")
    if written != (row.county, row.month, row.revision, at):
        yield _found(one, "period.columns", "封账登记的月份、版本或时间与文件不一致。")


def _joined(one: _Read, last: _Read | None, before: _Read | None) -> Iterator[Finding]:
    """Hold the document against the closings that it names: of the month before, and of the same
    month.
    """
    document = one.document
    if document is None:
        return
    expected = last and {
        "month": last.row.month,
        "revision": last.row.revision,
        "sha256": last.digest,
    }
    if document.previous != expected:
        yield _found(one, "period.chain", "与上一个月的封账接不上：上月的被改动、删除或调换。")
    named = document.replaces and (document.replaces["revision"], document.replaces["sha256"])
    if named != (before and (before.row.revision, before.digest)):
        yield _found(one, "period.chain", "与本月上一版封账接不上：上一版被改动或删除。")


def _of_rolls(session: Session, one: _Read) -> Iterator[Finding]:
    """Hold the kept rolls against their digests in the document."""
    if one.document is None:
        return
    places = one.document.places
    expected = {code: place["roll"] for code, place in places.items() if "roll" in place}
    query = select(PeriodRoll.union_code, PeriodRoll.content).where(
        PeriodRoll.county == one.row.county,
        PeriodRoll.month == one.row.month,
        PeriodRoll.revision == one.row.revision,
    )
    for code, content in session.execute(query.execution_options(yield_per=100)):
        lines = unpacked(content)
        roll = {"count": lines.count(b"\n"), "sha256": digest(lines)}
        signed = expected.pop(code, None)
        if signed != roll:
            name = places[code]["name"] if code in places else ""
            said = "保存的会员名单被改动" if signed else "多出一份会员名单"
            yield _found(one, "period.roll", f"{name}（{code}）：{said}。")._replace(
                place=code,
                what="roll",
                signed=str(signed["count"]) if signed else "",
                found=str(roll["count"]),
            )
    for code in sorted(expected):
        text = f"{places[code]['name']}（{code}）：保存的会员名单不见了。"
        yield _found(one, "period.roll", text)._replace(place=code, what="roll")


def _of_state(
    session: Session, county: str, month: str, versions: list[_Read]
) -> Iterator[Finding]:
    """Hold the month's state against its closings and what opened them again."""
    period = session.get(Period, (county, month))
    query = select(PeriodReopening.revision).where(
        PeriodReopening.county == county, PeriodReopening.month == month
    )
    reopened = set(session.scalars(query))
    numbers = [one.row.revision for one in versions]
    last = len(numbers)
    is_closed = period is not None and period.state == PeriodState.CLOSED
    if period is None and not numbers and not reopened:
        yield Finding(
            month, 0, "period.missing", "没有封账的记录：这个月没有封过账，或者记录被整个删除。"
        )
    elif (
        period is None
        or numbers != list(range(1, period.revision + 1))
        or reopened != set(range(1, last if is_closed else last + 1))
    ):
        yield Finding(month, last, "period.state", "封账的状态与各版封账、重新打开的记录不一致。")


def _of_register(session: Session, one: _Read, last: _Read | None) -> Iterator[Finding]:
    """Hold the document against what the register says of that day now."""
    document = one.document
    if document is None:
        return
    before = last.document.members if last and last.document else {}
    county, month = one.row.county, Month.named(one.row.month)
    now = compose(session, county, month, before).places
    for difference in differences(document.places, now):
        code = "period.register" if difference.is_firm else "period.later"
        yield _found(one, code, _text(difference))._replace(
            place=difference.place,
            what=difference.what,
            signed=difference.before,
            found=difference.after,
        )


def _text(one: Difference) -> str:
    subject = f"{one.name}（{one.place}）{figure_label(one.what)}"
    if one.what == "roll.sha256":
        return f"{subject}：与当天在会的人对不上。"
    return f"{subject}：封账文件 {one.before or '没有'}，现在的数据 {one.after or '没有'}。"


def _of_trail(session: Session, county: str, month: Month | None) -> Iterator[Finding]:
    """Hold the closings against the trail: what was taken away altogether is found here."""
    query = select(PeriodClosing.month, PeriodClosing.revision, PeriodClosing.digest).where(
        PeriodClosing.county == county
    )
    kept = {tuple(row) for row in session.execute(query)}
    entries = trail.entries(session, county, action="period.close", limit=_MOST_CLOSINGS)
    told = {(e.detail["month"], e.detail["revision"], e.detail["digest"]) for e in entries}
    for text, some in (
        ("操作留痕里有这一次封账，封账记录里没有，或者内容不同。", told - kept),
        ("封账记录里有这一次封账，操作留痕里没有，或者内容不同。", kept - told),
    ):
        for at, revision, _ in sorted(some):
            if month is None or at == str(month):
                yield Finding(at, revision, "period.trail", text)
