"""Closing a month, opening it again, taking it out. Each is on the trail.

The figures are put together and signed before the transaction that keeps them, so that nobody waits
meanwhile: they are those at the end of a past day, which no act changes any more.
"""

from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import now
from registry.db import bulk_insert, db, setting, table_of, transaction
from registry.errors import InputRefused, StateRefused
from registry.identity.written import refuse_number
from registry.periods import documents, queries
from registry.periods.canonical import canonical, digest
from registry.periods.checks import faults_of
from registry.periods.composing import compose
from registry.periods.documents import Document, Links
from registry.periods.models import Period, PeriodClosing, PeriodReopening, PeriodRoll
from registry.periods.months import Month
from registry.periods.rolls import Roll
from registry.periods.states import TRANSITIONS, PeriodAct, PeriodState
from registry.totals.operations import one_snapshot
from registry.totals.recount import Difference, reconcile
from registry.trail.operations import hold, record
from registry.unions import queries as unions
from registry.vault import signing

REASON = 200
_NAMED = 3  # unions that a refusal names


class Closed(NamedTuple):
    """A month that has just been closed."""

    month: Month
    revision: int
    digest: str
    members: int


def close(county: str, month: Month, *, actor: Actor) -> Closed:
    """Count, sign and keep a month that has ended.

    Raises `NotFound` / `Forbidden` without the permission at the county, `StateRefused` for a month
    that has not ended (period.not_over), is closed (period.closed) or not the next (period.gap),
    while totals and members differ (period.differs) or what it is joined to is not what was signed
    (period.tampered), and `SigningError` without a key.
    """
    demand(actor, Permission.CLOSE_PERIODS, unions.find(db.session(), county).path)
    device = signing.signer()
    public_key = device.public_key()
    with one_snapshot(db.session()):
        session: Session = db.session()
        links = _links(session, county, month)
        _demand_sound(session, county)
        before = links.previous.members if links.previous else {}
        content = compose(session, county, month, before)
    at = now()
    document = documents.written(
        county,
        month,
        content,
        links,
        closed_at=at,
        closed_by=actor.name,
        signed_with={"algorithm": device.algorithm, "key": signing.key_id(public_key)},
    )
    signed = canonical(document)
    closing = PeriodClosing(
        county=county,
        month=str(month),
        revision=document["revision"],
        last_day=month.last_day,
        closed_by=actor.account_id,
        closed_at=at,
        document=signed,
        digest=digest(signed),
        algorithm=device.algorithm,
        public_key=public_key.decode(),
        signature=device.sign(signed),
    )
    signing.trust(setting("DATA"), public_key)
    members = content.places[county]["figures"]["members"]
    closed = Closed(month, closing.revision, closing.digest, members)
    with transaction() as session:
        hold(session, county)
        if _links(session, county, month) != links:
            raise StateRefused("period.moved_on", "期间有人办理了封账，请刷新页面后再办。")
        _keep(session, closing, content.rolls)
        record(
            session,
            "period.close",
            actor=actor,
            place=county,
            detail={
                "month": str(month),
                "revision": closed.revision,
                "digest": closed.digest,
                "members": members,
            },
        )
    return closed


def reopen(county: str, month: Month, reason: str, *, actor: Actor) -> None:
    """Open the newest closed month again; what was signed stays.

    Raises `NotFound` / `Forbidden` without the permission at the county, `InputRefused` without a
    reason (period.reason), `StateRefused` for any other month (period.not_newest) and for one that
    is open (period.open).
    """
    demand(actor, Permission.CLOSE_PERIODS, unions.find(db.session(), county).path)
    reason = reason.strip()
    if not 0 < len(reason) <= REASON:
        raise InputRefused("period.reason", f"请写明重新打开的原因，最多 {REASON} 个字。")
    refuse_number(reason, "period.reason")
    with transaction() as session:
        hold(session, county)
        period = queries.newest(session, county)
        if period is None or period.month != str(month):
            raise StateRefused("period.not_newest", "只有最近封账的一个月可以重新打开。")
        after = TRANSITIONS.get((PeriodState(period.state), PeriodAct.REOPEN))
        if after is None:
            raise StateRefused("period.open", f"{month.label}已经是打开的。")
        period.state = after
        session.add(
            PeriodReopening(
                county=county,
                month=period.month,
                revision=period.revision,
                reopened_by=actor.account_id,
                reopened_at=now(),
                reason=reason,
            )
        )
        detail = {"month": period.month, "revision": period.revision, "reason": reason}
        record(session, "period.reopen", actor=actor, place=county, detail=detail)


def change_key() -> str:
    """Make a new Ed25519 key for what is signed from now on; returns its number."""
    number = signing.new_key(setting("DATA"))
    with transaction() as session:
        for county in unions.counties(session):
            record(
                session,
                "keys.signing",
                actor=None,
                actor_name="operator",
                county=county,
                place=county,
                detail={"key": number},
            )
    return number


def next_month(session: Session, county: str) -> Month | None:
    """Return the one month that may be closed next, None where none was closed yet: then any that
    has ended may.
    """
    newest = queries.newest(session, county)
    if newest is None:
        return None
    month = Month.named(newest.month)
    return month if newest.state == PeriodState.OPEN else month.next


def _links(session: Session, county: str, month: Month) -> Links:
    """Return what the closing of a month is joined to; raises `StateRefused` where it may not be
    closed.
    """
    if now() < month.settles_at:
        raise StateRefused(
            "period.not_over",
            f"{month.label}还没有结束，到 {month.next.first_day} 凌晨 1 时以后才能封账。",
        )
    newest = queries.newest(session, county)
    if newest is None:
        return Links()
    known = Month.named(newest.month)
    if (newest.state, newest.month) == (PeriodState.OPEN, str(month)):
        return _again(session, county, month, newest.revision)
    if month <= known:
        raise StateRefused(
            "period.closed", f"{month.label}已经封账，或者早于第一个封账的月份；不能再封。"
        )
    due = known if newest.state == PeriodState.OPEN else known.next
    if month != due:
        raise StateRefused("period.gap", f"请先封{due.label}的账，再封{month.label}的。")
    return Links(*_joinable(session, county, known))


def _again(session: Session, county: str, month: Month, revision: int) -> Links:
    replaced, replaced_digest = _joinable(session, county, month)
    reopened = session.get_one(PeriodReopening, (county, str(month), revision))
    before: tuple[Document | None, str] = (None, "")
    if replaced.previous is not None:
        before = _joinable(session, county, month.previous)
    return Links(*before, replaced, replaced_digest, reopened.reason)


def _joinable(session: Session, county: str, month: Month) -> tuple[Document, str]:
    """Return a month's last document and its digest; raises `StateRefused` (period.tampered) where
    it is not what was signed: nothing is built on that.
    """
    closing = queries.closing_of(session, county, month)
    faults = faults_of(closing)
    if faults:
        raise StateRefused(
            "period.tampered",
            f"{month.label}的封账与签名不符（{faults[0].text}）请先核验、查明，"
            "从导出的封账文件恢复，再封账。",
        )
    return documents.read(closing.document), closing.digest


def _demand_sound(session: Session, county: str) -> None:
    """Raise `StateRefused` (period.differs) where the recount finds anything."""
    found: list[Difference] = reconcile(session, county)[1]
    if not found:
        return
    codes = list(dict.fromkeys(one.union for one in found))
    names = unions.names_of(session, codes[:_NAMED])
    listed = "、".join(f"{names.get(code, '')}（{code}）" for code in codes[:_NAMED])
    raise StateRefused(
        "period.differs",
        f"汇总数与会员有 {len(found):,} 处不一致，涉及 {len(codes):,} 家工会：{listed}"
        f"{'等' if len(codes) > _NAMED else ''}。请先在“数据核对”里查明、改正，再封账。",
    )


def _keep(session: Session, closing: PeriodClosing, rolls: dict[str, Roll]) -> None:
    county, month, revision = closing.county, closing.month, closing.revision
    period = session.get(Period, (county, month))
    if period is None:
        session.add(Period(county=county, month=month, state=PeriodState.CLOSED, revision=1))
    else:
        period.state = TRANSITIONS[PeriodState(period.state), PeriodAct.CLOSE]
        period.revision = revision
    session.flush()
    session.add(closing)
    session.flush()
    names = ("county", "month", "revision", "union_code", "content")
    codes = sorted(rolls)
    packed = [rolls[code].packed for code in codes]
    same = [[one] * len(codes) for one in (county, month, revision)]
    bulk_insert(session, table_of(PeriodRoll), names, [*same, codes, packed])
