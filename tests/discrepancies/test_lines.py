"""The figures of all unions side by side, on any day, in as few statements for many as for few."""

from datetime import UTC, datetime, timedelta
from html import unescape

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.clock import today
from registry.db import db, transaction
from registry.discrepancies.flags import Figures, Flag
from registry.discrepancies.queries import lines
from registry.members import tallies
from registry.review.operations import approve
from registry.submissions.operations import submit
from registry.submissions.states import Kind
from registry.trail.queries import entries
from registry.unions import queries as unions
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.clock import set_clock
from tests.factories.people import make_people
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    take_in,
)
from tests.factories.unions import COUNTY, TOWNSHIP

START = datetime(2025, 3, 3, 4, tzinfo=UTC)
LATER = timedelta(days=40)


def of_county(on):
    db.session.rollback()
    found = lines(db.session(), unions.find(db.session(), COUNTY), on)
    return {line.code: line for line in found}


def test_figures_of_any_day_and_what_does_not_agree(register_with_screens, monkeypatch):
    set_clock(monkeypatch, START)
    clerk, reviewer = make_clerk(), make_reviewer()
    number = take_in(make_roster(make_people(12)), clerk, kind=Kind.FULL)
    submit(number, actor=clerk, employees=11)
    begun = today()
    assert of_county(begun)[UNION].figures == Figures(11, begun, employees_before=None)
    approve(number, actor=reviewer)
    set_clock(monkeypatch, START + LATER)
    with transaction() as session:
        tallies.add(session, COUNTY, UNION, today(), active=-3, reference_people=40)
        tallies.add(session, COUNTY, OTHER_UNION, today(), active=3)

    found = of_county(today())
    assert len(found) == 4
    assert found[UNION].figures == Figures(11, begun, 12, 9, 0, 40, None, 0)
    assert found[UNION].flags == (Flag.BELOW_ROSTER, Flag.BASE_APART)
    assert found[OTHER_UNION].flags == (Flag.NO_HEADCOUNT,)
    assert of_county(begun)[UNION].flags == (Flag.OVER,)
    far = begun + timedelta(days=100)  # the beginning lies within the window's day then
    assert Flag.MEMBERS_DROP in of_county(far)[UNION].flags
    assert of_county(begun - timedelta(days=1))[UNION].figures == Figures()

    desks = {}
    for role, place in ((Role.AUDITOR, COUNTY), (Role.REVIEWER, TOWNSHIP), (Role.CLERK, UNION)):
        account, client = make_account(role, place), register_with_screens.test_client()
        sign_in(client, account)
        desks[role] = client, f"/unions/{place}/discrepancies", actor_of(db.session(), account.id)
    city, here, _ = desks[Role.AUDITOR]
    page = unescape(city.get(here).text)
    assert "4 家工会中 2 家对不上" in page
    assert f"/unions/{UNION}/members" in page
    assert "会员多于职工（0）" in page
    apart = city.get(f"{here}?flag=BASE_APART").text
    assert f"/unions/{OTHER_UNION}/members" not in apart
    assert "没有这样的工会" in unescape(city.get(f"{here}?unit=331083002").text)
    assert "会员多于职工（1）" in unescape(city.get(f"{here}?on={begun}").text)
    first = unescape(city.get(f"{here}?flag=ALL&sort=members").text)
    assert first.index(f"/unions/{UNION}/members") < first.index(f"/unions/{OTHER_UNION}/members")

    answer = post(city, f"{here}.csv", on=begun.isoformat())
    told = answer.data.decode("utf-8-sig").splitlines()
    assert len(told) == 5
    assert (
        f"{begun},{UNION},试验0001公司工会,11,{begun},12,12,0,0,-1,0,会员多于职工,会员多于职工：还没有说明"
        in told
    )
    assert entries(db.session(), COUNTY, action="discrepancy.export")[0].detail["unions"] == 4

    unit, units, _ = desks[Role.REVIEWER]
    assert "2 家工会中" in unescape(unit.get(units).text)
    assert unit.get(here).status_code == 404
    assert post(unit, f"{here}.csv").status_code == 404
    clerk_client, own, _ = desks[Role.CLERK]
    assert clerk_client.get(own).status_code == 403
