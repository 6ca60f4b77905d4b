"""The dashboard and the large screen: what they show, to whom, and what they never show."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import update

from registry.access.roles import Role
from registry.campaigns.aiming import set_targets
from registry.clock import now, today
from registry.db import transaction
from registry.review.operations import approve
from registry.submissions.models import Submission
from registry.submissions.operations import submit
from registry.submissions.states import Kind
from tests.factories.accounts import make_account, make_actor, sign_in
from tests.factories.people import make_people
from tests.factories.registrations import begin
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
    take_in,
)
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

PEOPLE = make_people(21)
PAGE, SCREEN = f"/unions/{COUNTY}/dashboard", f"/unions/{COUNTY}/screen"


@pytest.fixture
def site(app):
    """A union with 21 of 30 employees in, one with 2 in, and a roster that waits for a week."""
    make_union_tree()
    clerk, other, reviewer = make_clerk(), make_clerk(OTHER_UNION), make_reviewer()
    number = take_in(make_roster(PEOPLE), clerk, kind=Kind.FULL)
    submit(number, actor=clerk, employees=30)
    approve(number, actor=reviewer)
    approve(send_in(make_roster(make_people(2, 3)), other, union=OTHER_UNION), actor=reviewer)
    late = send_in(make_roster(make_people(2, 4), {0: {"mobile": ""}}), clerk)
    with transaction() as session:
        session.execute(
            update(Submission)
            .where(Submission.id == late)
            .values(submitted_at=now() - timedelta(days=7, hours=1))
        )
    return app


def browser(app, role, place):
    client = app.test_client()
    sign_in(client, make_account(role, place))
    return client


def charts(text):
    """Return what the charts of a page are drawn from, by kind."""
    found = [json.loads(unescape(one)) for one in re.findall(r'data-chart="([^"]*)"', text)]
    return {one["kind"]: one for one in found}


def test_the_city_sees_how_far_it_is_what_moved_and_what_waits(site):
    city = browser(site, Role.AUDITOR, COUNTY)
    text = city.get(PAGE).text
    assert 'href="/unions/331083/dashboard"' in city.get("/home").text
    assert "76.66%" in text  # 23 of 30
    assert "1 份超过 5 天" in text
    assert "等了 7 天" in text
    assert f'href="/help/mobile.missing?back={PAGE}"' in text
    assert f'href="/unions/{TOWNSHIP}/dashboard"' in text
    drawn = charts(text)
    assert drawn["growth"]["members"] == [0, 23]
    assert drawn["ranking"]["labels"][0] == "76.66%"
    # The tables beside the charts say the same.
    assert all(day in text.split("data-chart", 2)[1] for day in drawn["growth"]["days"])
    assert not any(person.full_name in text for person in PEOPLE)

    before = city.get(PAGE, query_string={"on": (today() - timedelta(days=1)).isoformat()}).text
    assert "还没有会员入库" in before
    assert "积压在哪里" not in before
    assert "没有看懂" in city.get(PAGE + "?on=gestern").text
    # What only who reviews may open is no link for the city.
    assert f"/unions/{TOWNSHIP}/queue" not in text


def test_a_unit_sees_its_own_unions_and_a_union_has_no_dashboard(site):
    reviewer = browser(site, Role.REVIEWER, TOWNSHIP)
    page = f"/unions/{TOWNSHIP}/dashboard"
    text = reviewer.get(page).text
    assert "70.00%" in text  # 21 of 30
    assert f'href="/unions/{UNION}/queue"' in text or f'href="/unions/{TOWNSHIP}/queue"' in text
    assert reviewer.get(PAGE).status_code == 404
    assert reviewer.get("/unions/331083002/screen.json").status_code == 404
    own = reviewer.get(f"/unions/{UNION}/dashboard")
    assert (own.status_code, "一家工会的数字请看统计分析" in own.text) == (404, True)
    clerk = browser(site, Role.CLERK, UNION)
    assert clerk.get(f"/unions/{UNION}/dashboard").status_code == 403
    assert "dashboard" not in clerk.get("/home").text


def test_the_screen_names_no_person_and_no_small_union(site):
    reviewer = browser(site, Role.REVIEWER, TOWNSHIP)
    page = f"/unions/{TOWNSHIP}/screen"
    text, shown = reviewer.get(page).text, reviewer.get(page + ".json").json
    assert shown["figures"] == {
        "members": "23",
        "done": "—",
        "pace": "还没有目标",
        "rate": "76.66%",
        "entered": "23",
        "unions": "2 / 2",
        "pending": "2",
    }
    big, small = "试验0001公司工会", "试验0002公司工会"
    assert shown["ranking"]["names"] == [big]
    assert shown["events"] == [
        f"今天 {big} 入库 21 人，报送 2 份名册",
        "今天 其他 1 个单位 入库 2 人，报送 1 份名册",
    ]
    for said in (text, json.dumps(shown, ensure_ascii=False)):
        assert small not in said
        assert not any(person.full_name in said for person in PEOPLE)
    assert f'data-screen="{page}.json"' in text
    assert "数据截至" in text
    assert "会员不到 20 人的单位不单独显示" in text

    # With targets it says how far the unit is beside the time: a day of a hundred, 23 of 230.
    city = make_actor(Role.AUDITOR, COUNTY)
    number = begin(city, pilot=[TOWNSHIP])
    due = today() + timedelta(days=99)
    set_targets(number, {(TOWNSHIP, due): 230, (COUNTY, due): 1000}, actor=city)
    figures = reviewer.get(page + ".json").json["figures"]
    assert (figures["done"], figures["pace"]) == ("10.00%", "时间过去 1.00%，超前 9.0 个百分点")
    drawn = charts(reviewer.get(f"/unions/{TOWNSHIP}/dashboard").text)["growth"]
    assert (drawn["days"][-1], drawn["targets"][-1], drawn["members"][-1]) == (
        due.isoformat(),
        230,
        None,
    )
    seen = browser(site, Role.AUDITOR, COUNTY).get(PAGE).text
    assert "落后" not in seen
    assert "任务完成 2.30%（23 / 1,000 人）" in seen
    assert "目标完成度" in charts(seen)["ranking"]["title"]

    # Signed out, the screen is led to the sign-in and says so; it gets no figures.
    answer = site.test_client().get(SCREEN + ".json")
    assert (answer.status_code, answer.json) == (303, None)
