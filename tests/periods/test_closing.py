"""Closing months: what is signed, in which order, and how one is opened again."""

import pytest
from sqlalchemy import select, update

from registry.access.roles import Role
from registry.clock import now
from registry.db import db, setting, transaction
from registry.errors import Forbidden, NotFound, RegistryError, StateRefused
from registry.identity.mask import Sight
from registry.members.models import Tally
from registry.periods import movements, queries
from registry.periods.bundle import export
from registry.periods.movements import After, Move
from registry.periods.operations import close, reopen
from registry.periods.verification import run_verify, verify
from registry.review.models import Decision
from registry.review.operations import approve
from registry.review.revoking import revoke
from registry.trail import queries as trail
from registry.unions.models import Headcount
from registry.vault.signing import SigningError
from tests.factories.accounts import make_actor
from tests.factories.people import make_people
from tests.factories.periods import APRIL, MARCH, admit, at, make_city, two_months
from tests.factories.rosters import UNION, make_clerk, make_reviewer, make_roster, send_in
from tests.factories.unions import COUNTY

MAY = APRIL.next


def test_months_are_joined_and_what_came_and_went_adds_up(register, monkeypatch):
    march, april = two_months(monkeypatch, make_city())
    assert (march.members, april.members, april.revision) == (4, 3, 1)
    first, second = (queries.document_of(db.session(), COUNTY, month) for month in (MARCH, APRIL))
    assert first.previous is None
    assert second.previous == {"month": "2030-03", "revision": 1, "sha256": march.digest}
    for code in (UNION, UNION[:9], COUNTY):
        place = second.places[code]
        assert (place["before"], place["figures"]["members"], place["adjusted"]) == (4, 3, 0)
        assert place["moves"] == {"ENTER": 1, "RESIGN": 1, "RETAIN": 1}
    assert second.places[UNION]["roll"]["count"] == 4
    assert sum(second.places[COUNTY]["composition"]["age"].values()) == 3
    found = verify(COUNTY)
    assert (found.closings, found.faults, found.later) == (2, [], [])


def test_a_month_is_closed_once_in_its_turn_and_sound(small_register, monkeypatch):
    city = make_city()
    at(monkeypatch, 3, 10)
    admit(make_people(2))
    with pytest.raises(StateRefused) as refused:
        close(COUNTY, MARCH, actor=city)
    assert refused.value.code == "period.not_over"
    at(monkeypatch, 4, 2)
    with transaction() as session:
        session.execute(update(Tally).values(active=Tally.active + 1))
    with pytest.raises(StateRefused, match=UNION) as refused:
        close(COUNTY, MARCH, actor=city)
    assert refused.value.code == "period.differs"
    with transaction() as session:
        session.execute(update(Tally).values(active=Tally.active - 1))
    close(COUNTY, MARCH, actor=city)
    at(monkeypatch, 6, 2)
    for month, code in ((MARCH, "closed"), (MARCH.previous, "closed"), (MAY, "gap")):
        with pytest.raises(StateRefused) as refused:
            close(COUNTY, month, actor=city)
        assert refused.value.code == f"period.{code}"
    for actor, refusal in (
        (make_actor(Role.ADMINISTRATOR, COUNTY), Forbidden),
        (make_reviewer(), NotFound),
    ):
        for act in (
            lambda one: close(COUNTY, APRIL, actor=one),
            lambda one: reopen(COUNTY, MARCH, "看看", actor=one),
            lambda one: run_verify(COUNTY, None, actor=one),
            lambda one: export(COUNTY, MARCH, 1, actor=one),
        ):
            with pytest.raises(refusal):
                act(actor)
    assert queries.newest(db.session(), COUNTY).month == str(MARCH)
    (setting("DATA") / "signing" / "ed25519.pem").unlink()
    with pytest.raises(SigningError) as missing:
        close(COUNTY, APRIL, actor=city)
    assert missing.value.code == "signing.no_key"


def test_the_newest_month_is_opened_with_a_reason_and_the_next_version_says_what_changed(
    register, monkeypatch
):
    city = make_city()
    two_months(monkeypatch, city)
    for month, reason, code in (
        (MARCH, "补报", "not_newest"),
        (APRIL, " ", "reason"),
        (APRIL, "补" * 201, "reason"),
        (APRIL, f"{'138'} 0013 8000 来电", "reason"),  # it stands on the trail
    ):
        with pytest.raises(RegistryError) as refused:
            reopen(COUNTY, month, reason, actor=city)
        assert refused.value.code == f"period.{code}"

    reopen(COUNTY, APRIL, "补报职工人数", actor=city)
    with pytest.raises(StateRefused, match="打开"):
        reopen(COUNTY, APRIL, "再来", actor=city)
    with pytest.raises(StateRefused, match="请先封2030年4月"):
        at(monkeypatch, 6, 2)
        close(COUNTY, MAY, actor=city)
    told_late = {"county": COUNTY, "union_code": UNION, "declared_on": APRIL.last_day}
    with transaction() as session:
        session.add(Headcount(**told_late, employees=12, recorded_at=now()))
    assert [one.what for one in verify(COUNTY, APRIL).later if one.place == UNION] == [
        "figures.employees",
        "figures.unions_undeclared",
        "metrics.membership_rate",
    ]
    again = close(COUNTY, APRIL, actor=city)

    assert again.revision == 2
    document = queries.document_of(db.session(), COUNTY, APRIL)
    former = queries.closing_of(db.session(), COUNTY, APRIL, 1)
    assert document.replaces == {
        "revision": 1,
        "sha256": former.digest,
        "reason": "补报职工人数",
    }
    assert {"place": UNION, "what": "figures.employees", "before": "0", "after": "12"} in (
        document.changes
    )
    may = close(COUNTY, MAY, actor=city)
    assert may.members == 3
    found = verify(COUNTY)
    assert (found.closings, found.faults, found.later) == (4, [], [])
    assert trail.verify(db.session())[1] == []


def test_what_is_recorded_later_counts_in_the_next_month(register, monkeypatch):
    city = make_city()
    people = make_people(3)
    at(monkeypatch, 3, 10)
    approve(send_in(make_roster(people), make_clerk()), actor=make_reviewer())
    at(monkeypatch, 4, 2)
    march = close(COUNTY, MARCH, actor=city)
    (decision,) = db.session.scalars(select(Decision.id))
    revoke(1, decision, actor=make_reviewer(), reason="not_employee", note="录错了单位")
    at(monkeypatch, 5, 2)
    april = close(COUNTY, APRIL, actor=city)

    assert (march.members, april.members) == (3, 0)
    place = queries.document_of(db.session(), COUNTY, APRIL).places[COUNTY]
    assert (place["moves"], place["adjusted"]) == ({"REVOKE": 3}, 0)
    assert verify(COUNTY).faults == []
    listed = movements.listed(
        db.session(), COUNTY, APRIL, Move.REVOKE, path=f"/{COUNTY}/", sight=Sight.COUNTY, limit=2
    )
    after = After(listed[-1].day, listed[-1].membership_id)
    rest = movements.listed(
        db.session(),
        COUNTY,
        APRIL,
        Move.REVOKE,
        path=f"/{COUNTY}/",
        sight=Sight.COUNTY,
        after=after,
    )
    assert (len(listed), len(rest)) == (2, 1)
