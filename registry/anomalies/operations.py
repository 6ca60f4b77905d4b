"""Keeping what a search found, and closing what was looked at. One transaction each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.anomalies import looking, people, reviewers, rosters
from registry.anomalies.facts import Fact
from registry.anomalies.kinds import (
    TRANSITIONS,
    AnomalyAct,
    AnomalyKind,
    AnomalyState,
)
from registry.anomalies.models import Anomaly
from registry.clock import now
from registry.db import allocate, bulk_insert, one_of, table_of, transaction, update_many
from registry.errors import Forbidden, NotFound, StateRefused
from registry.review.notes import checked_note
from registry.trail.operations import hold, record
from registry.unions import queries as unions

Detector = Callable[[Session, str], Iterator[Fact]]

# In the order in which a search looks for them.
DETECTORS: dict[AnomalyKind, Detector] = {
    AnomalyKind.SHARED_MOBILE: people.shared_mobiles,
    AnomalyKind.NUMBER_RUN: rosters.number_runs,
    AnomalyKind.AGE: people.ages,
    AnomalyKind.SURNAME: rosters.surnames,
    AnomalyKind.GROWTH: people.growth,
    AnomalyKind.FAST: reviewers.fast,
    AnomalyKind.NEVER_BACK: reviewers.never_back,
    AnomalyKind.NIGHT: reviewers.night,
    AnomalyKind.SAME_PAIR: reviewers.same_pair,
    AnomalyKind.HARVEST: looking.harvests,
}
_COLUMNS = (
    "county",
    "id",
    "kind",
    "union_code",
    "account_id",
    "other_id",
    "subject",
    "fingerprint",
    "reason",
    "evidence",
    "state",
    "found_at",
)
_Key = tuple[str, str, bytes]


def keep(session: Session, county: str, facts: Sequence[Fact]) -> dict[str, int]:
    """Write what a whole search found, in the caller's transaction; returns how many there are
    (`count`), and how many are `new` and `gone`.

    The same facts are the same anomaly: closed, it stays so. Where the facts of an open one have
    changed it tells the new ones; what is not found any more is gone, and open again if it returns.
    """
    known = _known(session, county)
    found = {_key(fact): fact for fact in facts}
    to_say = {key: one for key, one in found.items() if key not in known}
    of_subject = {key[:2]: key for key in to_say}
    changed, gone = {}, []
    for key, (number, state) in known.items():
        if state is AnomalyState.OPEN and key not in found:
            if key[:2] in of_subject:
                changed[number] = to_say.pop(of_subject[key[:2]])
            else:
                gone.append(number)
    back = [
        number
        for key, (number, state) in known.items()
        if state is AnomalyState.GONE and key in found
    ]
    _move(session, county, gone, AnomalyAct.VANISH, AnomalyState.OPEN)
    _move(session, county, back, AnomalyAct.RETURN, AnomalyState.GONE)
    update_many(
        session,
        Anomaly,
        ("county", "id"),
        [{"county": county, "id": number, **_said(fact)} for number, fact in changed.items()],
    )
    _add(session, county, list(to_say.values()))
    return {"count": len(found), "new": len(to_say) + len(back), "gone": len(gone)}


def close(number: int, note: str, *, actor: Actor) -> None:
    """Close an anomaly with a note on what was found out.

    Raises `NotFound` outside the actor's place, `Forbidden` where it is about the actor or not for
    them to see, `InputRefused` without a note or with a number in it, `StateRefused` when it does
    not wait any more.
    """
    note = checked_note(note, needed=True)
    with transaction() as session:
        hold(session, actor.county)
        query = select(Anomaly).where(Anomaly.county == actor.county, Anomaly.id == number)
        one = session.scalars(query.with_for_update()).one_or_none()
        if one is None:
            raise NotFound("anomaly.unknown", f"没有第 {number} 号异常。")
        about = AnomalyKind(one.kind).is_about_reviewer
        needed = Permission.AUDIT_REVIEW if about else Permission.VIEW_ANOMALIES
        demand(actor, needed, unions.find(session, one.union_code).path)
        if actor.account_id in {one.account_id, one.other_id}:
            raise Forbidden("anomaly.own", "这条异常说的是您自己，请由别人核查。")
        after = TRANSITIONS.get((AnomalyState(one.state), AnomalyAct.CLOSE))
        if after is None:
            state = AnomalyState(one.state).label
            raise StateRefused("anomaly.state", f"这条异常{state}，不用再办；请刷新页面。")
        one.state, one.note = after, note
        one.closed_by, one.closed_at = actor.account_id, now()
        detail = {"anomaly": one.id, "kind": one.kind, "note": note}
        record(session, "anomaly.close", actor=actor, place=one.union_code, detail=detail)


def _known(session: Session, county: str) -> dict[_Key, tuple[int, AnomalyState]]:
    query = select(
        Anomaly.kind, Anomaly.subject, Anomaly.fingerprint, Anomaly.id, Anomaly.state
    ).where(Anomaly.county == county)
    return {
        (kind, subject, fingerprint): (number, AnomalyState(state))
        for kind, subject, fingerprint, number, state in session.execute(query)
    }


def _key(fact: Fact) -> _Key:
    return fact.kind.value, fact.subject, fact.fingerprint


def _said(fact: Fact) -> dict[str, Any]:
    return {
        "union_code": fact.union_code,
        "fingerprint": fact.fingerprint,
        "reason": fact.reason[:300],
        "evidence": fact.evidence,
        "found_at": now(),
    }


def _move(
    session: Session,
    county: str,
    numbers: Iterable[int],
    act: AnomalyAct,
    before: AnomalyState,
) -> None:
    session.execute(
        update(Anomaly)
        .where(Anomaly.county == county, one_of(Anomaly.id, list(numbers)))
        .values(state=TRANSITIONS[before, act]),
        execution_options={"synchronize_session": False},
    )


def _add(session: Session, county: str, facts: Sequence[Fact]) -> None:
    if not facts:
        return
    first = allocate(session, f"anomaly:{county}", len(facts))
    rows = [
        {
            "county": county,
            "id": first + place,
            "kind": fact.kind.value,
            "account_id": fact.account_id,
            "other_id": fact.other_id,
            "subject": fact.subject,
            "state": AnomalyState.OPEN.value,
            **_said(fact),
        }
        for place, fact in enumerate(facts)
    ]
    columns = [[row[name] for row in rows] for name in _COLUMNS]
    bulk_insert(session, table_of(Anomaly), _COLUMNS, columns)
