"""The pages of campaigns: begun, watched, prolonged, closed; who sees what; cards and reminders."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.clock import today
from registry.db import db
from registry.review.operations import approve
from registry.submissions.operations import submit
from registry.unions.models import TradeUnion
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.campaigns import TITLE, answer_rest, begin, draft_of
from tests.factories.clock import set_clock
from tests.factories.people import make_people
from tests.factories.rosters import OTHER_UNION, UNION, make_roster, send_in
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

FAR_TOWNSHIP = "331083002"
START = datetime(2025, 3, 3, 4, tzinfo=UTC)
DAY = timedelta(days=1)


class Desk:
    """Somebody at the site."""

    def __init__(self, app, role, place):
        account, self.client = make_account(role, place), app.test_client()
        self.account, self.place = account, place
        self.here = f"/unions/{place}/campaigns"
        self.actor = actor_of(db.session(), account.id)

    def get(self, address):
        answer = self.client.get(address)
        assert answer.status_code == 200, answer.text
        return unescape(answer.text)

    def post(self, address, **fields):
        return post(self.client, address, **fields)


@pytest.fixture
def desks(app, monkeypatch):
    """Two clerks with five and three members of a month ago, two units, the city."""
    make_union_tree()
    set_clock(monkeypatch, START)
    places = {
        "clerk": (Role.CLERK, UNION),
        "other": (Role.CLERK, OTHER_UNION),
        "unit": (Role.REVIEWER, TOWNSHIP),
        "far": (Role.REVIEWER, FAR_TOWNSHIP),
        "city": (Role.AUDITOR, COUNTY),
    }
    made = {name: Desk(app, role, place) for name, (role, place) in places.items()}
    for name, count in (("clerk", 5), ("other", 3)):
        people = make_people(count, seed=count)
        sent = send_in(make_roster(people), made[name].actor, union=made[name].place)
        approve(sent, actor=made["unit"].actor)
    set_clock(monkeypatch, START + 30 * DAY)
    for desk in made.values():
        sign_in(desk.client, desk.account)
    return made


def form(**changes):
    due = (today() + 20 * DAY).isoformat()
    return {"title": TITLE, "opens_on": today().isoformat(), "due_on": due, **changes}


def test_the_city_begins_one_and_sees_how_far_each_unit_is(desks):
    city = desks["city"]
    assert "还没有复核活动" in city.get(city.here)
    answer = city.post(f"{city.here}/begin", **form(note="请按时办。"))
    assert answer.status_code == 303

    page = city.get(answer.location)
    assert "20 天后截止" in page
    assert "请按时办。" in page
    assert f"/unions/{TOWNSHIP}/campaigns/1" in page
    assert FAR_TOWNSHIP not in page  # nobody there to verify
    assert TITLE in city.get(city.here)


def test_what_is_wrong_is_said_at_the_field(desks):
    city = desks["city"]
    for wrong, words in (
        ({"title": ""}, "请填写活动名称"),
        ({"due_on": "昨天"}, "截止日期"),
        ({"opens_on": (today() - DAY).isoformat()}, "开始日期不能早于今天"),
        ({"due_on": (today() - DAY).isoformat()}, "截止日期不能早于开始日期"),
    ):
        answer = city.post(f"{city.here}/begin", **form(**wrong))
        assert answer.status_code == 400
        assert words in answer.text
    assert "还没有复核活动" in city.get(city.here)


def test_a_unit_chooses_nothing_and_reaches_nobody_else(desks):
    unit, far = desks["unit"], desks["far"]
    assert 'name="units"' not in unit.get(f"{unit.here}/begin")
    answer = unit.post(f"{unit.here}/begin", **form(units=FAR_TOWNSHIP))
    assert answer.status_code == 303

    assert "还没有复核活动" in far.get(far.here)
    number = answer.location.rpartition("/")[2]
    for address in (f"{far.here}/{number}", answer.location):
        assert far.client.get(address).status_code == 404
    assert far.post(f"{unit.here}/begin", **form()).status_code == 404
    for act in ("close", "due"):
        assert far.post(f"{far.here}/{number}/{act}", due_on="2030-01-01").status_code == 404


def test_units_of_nowhere_are_refused(desks):
    city = desks["city"]
    answer = city.post(f"{city.here}/begin", **form(units=[TOWNSHIP, "331083999"]))
    assert answer.status_code == 404


def test_clerks_watch_their_own_union_and_run_nothing(desks):
    clerk = desks["clerk"]
    number = begin(desks["city"].actor)
    page = clerk.get(f"{clerk.here}/{number}")

    assert "逐人复核（5 人）" in page
    assert OTHER_UNION not in page
    assert "结束活动" not in page
    assert clerk.client.get(f"{clerk.here}/begin").status_code == 403
    assert clerk.post(f"{clerk.here}/{number}/close").status_code == 403
    assert clerk.client.get(f"/unions/{OTHER_UNION}/campaigns/{number}").status_code == 404
    assert "复核 5 人" in clerk.get(clerk.here)


def test_a_unit_sees_but_does_not_run_the_citys(desks):
    unit = desks["unit"]
    number = begin(desks["city"].actor)
    page = unit.get(f"{unit.here}/{number}")

    assert f"/unions/{UNION}/campaigns/{number}" in page
    assert "没有开始" in page
    assert "结束活动" not in page
    assert unit.post(f"{unit.here}/{number}/close").status_code == 404


def test_the_due_day_is_changed_and_the_campaign_closed(desks):
    city = desks["city"]
    number = begin(city.actor)
    page = f"{city.here}/{number}"
    later = (today() + 50 * DAY).isoformat()
    assert city.post(f"{page}/due", due_on=later).status_code == 303
    assert later in city.get(page)
    answer = city.post(f"{page}/due", due_on="2020-01-01")
    assert answer.status_code == 400
    assert "截止日期没有更改" in answer.text

    assert city.post(f"{page}/close").status_code == 303
    assert "活动已经结束" in city.get(page)
    assert city.post(f"{page}/close").status_code == 409
    assert "未复核" not in desks["clerk"].get("/home")


def test_home_tells_the_clerk_how_many_and_until_when(desks, monkeypatch):
    clerk = desks["clerk"]
    number = begin(desks["city"].actor)
    page = clerk.get("/home")
    assert f"复核活动“{TITLE}”" in page
    assert "还有 5 人未复核，20 天后截止" in page

    set_clock(monkeypatch, START + 51 * DAY)
    sign_in(clerk.client, clerk.account)
    assert "还有 5 人未复核，已过期 1 天" in clerk.get("/home")
    answer_rest(number, clerk.actor)
    assert "人未复核" not in clerk.get("/home")


def test_home_tells_unit_and_city_which_unions_are_behind(desks):
    number = begin(desks["city"].actor)
    answer_rest(number, desks["clerk"].actor)
    for name in ("unit", "city"):
        assert "没有复核完的工会，其中 1 家还没有开始；20 天后截止" in desks[name].get("/home")
    assert "没有复核完的工会" not in desks["far"].get("/home")


def test_reminders_name_the_campaign_and_can_be_copied(desks):
    begin(desks["city"].actor)
    unit = desks["unit"]
    page = unit.get(f"/unions/{TOWNSHIP}/reminders")
    due = (today() + 20 * DAY).isoformat()
    assert f"您好：复核活动“{TITLE}”还有 5 人未复核，{due} 截止。请登录" in page
    assert "未复核 3 人" in page

    answer_rest(1, desks["clerk"].actor)
    submit(draft_of(), actor=desks["clerk"].actor)
    page = unit.get(f"/unions/{TOWNSHIP}/reminders")
    assert "还有 5 人未复核" not in page
    assert "未复核 3 人" in page


def test_a_union_that_is_no_more_is_named_apart(desks):
    number = begin(desks["city"].actor)
    db.session.get(TradeUnion, OTHER_UNION).status = "dissolved"
    db.session.commit()
    unit = desks["unit"]

    page = unit.get(f"{unit.here}/{number}")
    assert f"/unions/{OTHER_UNION}/campaigns" not in page
    assert "1 家已经撤销的工会，在册 3 人没有复核" in page
    assert "未复核 3 人" not in unit.get(f"/unions/{TOWNSHIP}/reminders")


def test_one_that_has_not_begun_asks_nothing_yet(desks, monkeypatch):
    clerk = desks["clerk"]
    number = begin(desks["city"].actor, opens_on=today() + 3 * DAY)
    assert "到那天再复核" in clerk.get(f"{clerk.here}/{number}")
    assert "未复核" not in clerk.get("/home")
    assert clerk.client.get(f"{clerk.here}/{number}/members").status_code == 303
    assert "未开始" in clerk.get(clerk.here)


def test_validity_stands_with_each_member(desks, monkeypatch):
    clerk = desks["clerk"]
    members = f"/unions/{UNION}/members"
    assert (START + 365 * DAY).date().isoformat() in clerk.get(members)
    assert "没有找到" in clerk.get(f"{members}?check=overdue")

    set_clock(monkeypatch, START + 366 * DAY)
    sign_in(clerk.client, clerk.account)
    page = clerk.get(f"{members}?check=overdue")
    assert page.count("复核已过期") == 5 + 1  # and the filter's own
    first = clerk.get(members).partition(f"{members}/")[2].partition('"')[0]
    assert "复核已过期" in clerk.get(f"{members}/{first}")


def test_the_totals_say_over_which_period(desks):
    assert "最近 365 天内复核过的会员 ÷ 在会会员" in desks["city"].get(f"/unions/{COUNTY}/totals")
