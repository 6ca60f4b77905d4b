"""A search finds what it should, keeps what was said of it, tells it again when facts change."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from registry.access.roles import Role
from registry.anomalies import operations
from registry.anomalies.kinds import AnomalyKind, AnomalyState
from registry.clock import today
from registry.db import db, transaction
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.jobs import anomalies as jobs
from registry.members import tallies
from registry.members.models import Member
from registry.members.particulars import said
from registry.review.operations import approve
from registry.trail.queries import entries, verify
from tests.factories.accounts import make_actor
from tests.factories.anomalies import kept, one_family, search
from tests.factories.clock import set_clock
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_reviewer, make_roster, send_in
from tests.factories.unions import COUNTY, TOWNSHIP

NIGHT = datetime(2026, 3, 3, 16, tzinfo=UTC)  # midnight in Shanghai
FAR_TOWNSHIP, FAR_UNION = "331083002", "3310830020001"
CODES = {AnomalyKind(kind) for kind in ("SURNAME", "SHARED_MOBILE", "FAST")}


@pytest.fixture
def city(register):
    """The city admin."""
    return make_actor(Role.AUDITOR, COUNTY)


def by_kind(found):
    return {AnomalyKind(one.kind): one for one in found}


def test_what_looks_doubtful_is_found_once_and_told_with_its_numbers(city, monkeypatch):
    set_clock(monkeypatch, NIGHT)
    clerk, reviewer = make_clerk(), make_reviewer()
    people = make_people(48)
    number = one_family(people[:40], clerk)
    approve(number, actor=reviewer)
    for one in people[40:44]:
        approve(send_in(make_roster([one]), clerk), actor=reviewer)
    far = send_in(
        make_roster(people[44:], {0: {"mobile": people[0].mobile}}),
        make_clerk(FAR_UNION),
        union=FAR_UNION,
    )
    approve(far, actor=make_reviewer(FAR_TOWNSHIP))
    with transaction() as session:
        is_first = Member.id == session.scalar(select(func.min(Member.id)))
        session.execute(
            update(Member).where(is_first).values(particulars='{"born_on":"2015-01-01"}')
        )
        tallies.add(session, COUNTY, UNION, today() + timedelta(days=3), active=30)

    found = by_kind(search(city))
    assert set(found) == {*CODES, AnomalyKind.NIGHT, AnomalyKind.AGE, AnomalyKind.GROWTH}
    assert "40 人中 40 人姓欧阳（100%）" in found[AnomalyKind.SURNAME].reason
    shared = found[AnomalyKind.SHARED_MOBILE]
    # Of two units: for the city alone.
    assert (shared.union_code, "41 名会员名下，分属 2 家工会" in shared.reason) == (COUNTY, True)
    fast = found[AnomalyKind.FAST]
    assert (fast.union_code, fast.account_id) == (TOWNSHIP, reviewer.account_id)
    assert "2026-03 有 1 次通过快过阅读，最快一次在 0 秒内通过 40 行" in fast.reason
    assert "审核 5 次，共 44 行" in found[AnomalyKind.NIGHT].reason
    assert found[AnomalyKind.AGE].union_code == UNION
    assert "1 人未满 16 周岁" in found[AnomalyKind.AGE].reason
    assert "44 人增加到" in found[AnomalyKind.GROWTH].reason
    assert people[0].mobile not in shared.reason + shared.evidence

    operations.close(shared.id, "已电话核实，班组长的手机。", actor=city)
    assert by_kind(search(city))[AnomalyKind.SHARED_MOBILE].state == AnomalyState.CLOSED
    assert len(kept()) == len(found)

    more = make_people(1, seed=9)
    sent = send_in(make_roster(more, {0: {"mobile": people[0].mobile}}), clerk)
    approve(sent, actor=reviewer)
    with transaction() as session:
        born = said("born_on")
        session.execute(update(Member).where(born == "2015-01-01").values(particulars="{}"))
    again = search(city)
    states = [(AnomalyKind(one.kind), AnomalyState(one.state)) for one in again]
    assert (AnomalyKind.SHARED_MOBILE, AnomalyState.CLOSED) in states
    assert (AnomalyKind.SHARED_MOBILE, AnomalyState.OPEN) in states  # 42 now
    assert (AnomalyKind.AGE, AnomalyState.GONE) in states
    # The night's facts grew while nobody had looked: it is the same one, with the new numbers.
    assert [one.reason for one in again if one.kind == AnomalyKind.NIGHT] == [
        "2026-03 在夜间（22 点至 6 点）审核 6 次，共 45 行。"
    ]
    told = entries(db.session(), COUNTY, action="anomaly.found")[0].detail
    assert told["new"] == 1
    assert told["gone"] == 1
    assert verify(db.session())[1] == []


def test_who_may_close_what(city):
    clerk, reviewer = make_clerk(), make_reviewer()
    both = make_actor([Role.AUDITOR, Role.REVIEWER], COUNTY)
    approve(one_family(make_people(40), clerk), actor=both)
    found = by_kind(search(city))
    surname, fast = (found[kind].id for kind in (AnomalyKind.SURNAME, AnomalyKind.FAST))

    for note, code in (("", "missing"), ("字" * 501, "too_long"), ("13800001234", "number")):
        with pytest.raises(InputRefused) as refused:
            operations.close(surname, note, actor=reviewer)
        assert refused.value.code == f"note.{code}"
    for number, actor, refusal in (
        (surname, clerk, Forbidden),
        (surname, make_reviewer(FAR_TOWNSHIP), NotFound),
        (fast, reviewer, NotFound),  # of the county, and about a reviewer
        (fast, both, Forbidden),  # about themself
        (999, city, NotFound),
    ):
        with pytest.raises(refusal):
            operations.close(number, "看过了。", actor=actor)
    assert {one.state for one in kept()} == {AnomalyState.OPEN}

    operations.close(surname, "一村一姓，属实。", actor=reviewer)
    operations.close(fast, "已谈话。", actor=city)
    with pytest.raises(StateRefused) as refused:
        operations.close(surname, "再看一次。", actor=city)
    assert refused.value.code == "anomaly.state"
    told = entries(db.session(), COUNTY, action="anomaly.close")
    assert [one.detail["note"] for one in told] == ["已谈话。", "一村一姓，属实。"]


def test_one_search_at_a_time_and_only_by_the_city(city):
    jobs.start(COUNTY, actor=city)
    with pytest.raises(StateRefused) as refused:
        jobs.start(COUNTY, actor=city)
    assert refused.value.code == "anomaly.searching"
    with pytest.raises(NotFound):
        jobs.start(COUNTY, actor=make_reviewer())
