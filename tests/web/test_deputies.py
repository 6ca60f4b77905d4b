"""Acting as a deputy: one changes desks, sees the other's queue, and nothing else of the unit."""

from datetime import timedelta

import pytest

from registry.access.roles import Role
from registry.accounts import deputies
from registry.accounts.queries import actor_of
from registry.clock import now, today
from registry.db import db
from registry.submissions import queries
from registry.submissions.states import State
from registry.trail.queries import entries
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.clock import set_clock
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_roster, send_in
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

OTHER = "331083002"
HERE = f"/unions/{OTHER}/deputies"
THERE = f"/unions/{TOWNSHIP}/queue"
DAY = timedelta(days=1)


@pytest.fixture
def unit(client):
    make_union_tree()


@pytest.fixture
def principal(unit):
    return make_account(Role.REVIEWER, TOWNSHIP)


@pytest.fixture
def deputy(unit):
    return make_account(Role.REVIEWER, OTHER)


@pytest.fixture
def named(principal, deputy):
    actor = actor_of(db.session(), principal.id)
    return deputies.name(principal.id, deputy.id, today(), today() + DAY, actor=actor)


def test_a_reviewer_names_a_deputy_and_ends_it_with_one_click(client, principal, deputy):
    sign_in(client, principal)
    page = f"/unions/{TOWNSHIP}/deputies"
    days = {"first": today().isoformat(), "last": (today() + DAY).isoformat()}
    form = {"principal": principal.id, "deputy": deputy.id, **days}
    assert post(client, page, **form).status_code == 303
    assert "代理中" in client.get(page).text
    again = post(client, page, **form)
    assert again.status_code == 400 and "已经代理本单位" in again.text
    [one] = deputies.deputies(db.session(), COUNTY, f"/{COUNTY}/")
    post(client, f"/deputies/{one.id}/end")
    assert "提前结束" in client.get(page).text


def test_nobody_is_named_for_another_by_a_field_of_the_form(client, principal, deputy, unit):
    other = make_account(Role.REVIEWER, TOWNSHIP)
    sign_in(client, other)
    days = {"first": today().isoformat(), "last": today().isoformat()}
    post(
        client,
        f"/unions/{TOWNSHIP}/deputies",
        principal=principal.id,
        deputy=deputy.id,
        **days,
    )
    found = deputies.deputies(db.session(), COUNTY, f"/{COUNTY}/")
    assert all(one.principal_id == other.id for one in found)


def test_the_administrator_names_for_anybody(client, principal, deputy):
    sign_in(client, make_account(Role.ADMINISTRATOR, COUNTY))
    days = {"first": today().isoformat(), "last": today().isoformat()}
    post(client, f"/unions/{COUNTY}/deputies", principal=principal.id, deputy=deputy.id, **days)
    assert deputies.held(db.session(), actor_of(db.session(), deputy.id))


def test_the_deputy_changes_desks_reviews_and_goes_back(client, named, deputy):
    number = send_in(make_roster(make_people(2)), make_clerk())
    sign_in(client, deputy)
    home = client.get("/home").text
    assert "您代理审核的单位" in home and "待审 1 份" in home
    assert f"/deputies/{named}/act" in client.get(f"/unions/{OTHER}/queue").text
    assert client.get(THERE).status_code == 404
    assert post(client, f"/deputies/{named}/act").location == THERE
    desk = client.get(THERE).text
    assert "您正在代" in desk and f"/submissions/{number}/review" in desk
    assert client.get(f"/unions/{OTHER}/queue").status_code == 404, "one desk at a time"
    version = queries.find(db.session(), number).version
    post(client, f"/submissions/{number}/approve", scope="all", version=version)
    assert queries.find(db.session(), number).state is State.CLOSED
    post(client, "/deputies/stop")
    assert client.get(THERE).status_code == 404
    assert "您正在代" not in client.get(f"/unions/{OTHER}/queue").text


@pytest.mark.parametrize(
    "page",
    [
        f"/unions/{TOWNSHIP}/members",
        f"/unions/{UNION}/members",
        f"/unions/{TOWNSHIP}/totals",
        f"/unions/{TOWNSHIP}/clerks",
        f"/unions/{TOWNSHIP}/transfers",
        f"/unions/{TOWNSHIP}/questions",
        f"/unions/{TOWNSHIP}/reminders",
        f"/unions/{TOWNSHIP}/reference",
        f"/unions/{TOWNSHIP}/bundles",
        f"/unions/{TOWNSHIP}/deputies",
    ],
)
def test_no_other_view_of_the_unit_opens(client, named, deputy, page):
    sign_in(client, deputy)
    assert client.get(page).status_code == 404
    post(client, f"/deputies/{named}/act")
    assert client.get(page).status_code == 403
    assert client.get("/unions/331083003/queue").status_code == 404


def test_a_members_page_does_not_open_by_its_form_either(client, named, deputy):
    number = send_in(make_roster(make_people(1)), make_clerk())
    sign_in(client, deputy)
    post(client, f"/deputies/{named}/act")
    version = queries.find(db.session(), number).version
    post(client, f"/submissions/{number}/approve", scope="all", version=version)
    for reason in ("", "与参保名单核对"):
        answer = post(client, f"/unions/{UNION}/members/1", reason=reason)
        assert answer.status_code == 403


def test_what_has_ended_is_gone_at_the_next_request(client, named, deputy):
    sign_in(client, deputy)
    post(client, f"/deputies/{named}/act")
    assert client.get(THERE).status_code == 200
    deputies.end(named, actor=actor_of(db.session(), deputy.id))
    gone = client.get(THERE)
    assert gone.status_code == 404
    assert "代理已经结束" in gone.text
    assert client.get(f"/unions/{OTHER}/queue").status_code == 200


def test_what_has_not_begun_or_is_anothers_is_not_acted_as(client, principal, deputy, monkeypatch):
    actor = actor_of(db.session(), principal.id)
    later = deputies.name(principal.id, deputy.id, today() + DAY, today() + DAY, actor=actor)
    sign_in(client, deputy)
    assert post(client, f"/deputies/{later}/act").status_code == 404
    set_clock(monkeypatch, now() + DAY)
    sign_in(client, make_account(Role.REVIEWER, OTHER))
    assert post(client, f"/deputies/{later}/act").status_code == 404


def test_signing_out_is_the_deputys_own_act(client, named, deputy):
    sign_in(client, deputy)
    post(client, f"/deputies/{named}/act")
    post(client, "/sign-out")
    [entry] = entries(db.session(), COUNTY, action="account.sign_out")
    assert (entry.place, entry.detail) == (OTHER, {})
