"""The pages of a registration, from its beginning to a unit that stops; who sees and does what."""

from datetime import timedelta
from html import unescape

import pytest

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.clock import today
from registry.db import db
from registry.review.operations import approve
from registry.submissions.operations import submit
from registry.submissions.states import Kind
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.people import make_people
from tests.factories.registrations import TITLE
from tests.factories.rosters import UNION, make_roster, take_in
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

FAR = "331083002"


class Desk:
    """Somebody at the site."""

    def __init__(self, app, role, place):
        account, self.client = make_account(role, place), app.test_client()
        self.here, self.actor = f"/unions/{place}/campaigns", actor_of(db.session(), account.id)
        sign_in(self.client, account)

    def get(self, address):
        answer = self.client.get(address)
        assert answer.status_code == 200, answer.text
        return unescape(answer.text)

    def post(self, address, status=303, **fields):
        answer = post(self.client, address, **fields)
        assert answer.status_code == status, answer.text
        return unescape(answer.text)


@pytest.fixture
def desks(app):
    """A clerk, the units' reviewers, the city."""
    make_union_tree()
    places = {
        "clerk": (Role.CLERK, UNION),
        "unit": (Role.REVIEWER, TOWNSHIP),
        "far": (Role.REVIEWER, FAR),
        "city": (Role.AUDITOR, COUNTY),
    }
    return {name: Desk(app, role, place) for name, (role, place) in places.items()}


def day(days):
    return (today() + timedelta(days=days)).isoformat()


def form(**changes):
    return {
        "title": TITLE,
        "opens_on": day(-10),
        "due_on": day(89),
        "survey": day(9),
        "count": day(49),
        "verify": day(89),
        "survey_share": "50",
        "count_share": "100",
        **changes,
    }


def test_a_registration_from_its_beginning_on(desks):
    city, unit, clerk = desks["city"], desks["unit"], desks["clerk"]
    for wrong, words in (
        ({"title": ""}, "请填写活动名称"),
        ({"count": day(5)}, "三个阶段要依次完成"),
        ({"survey_share": "101"}, "1 到 100"),
        ({"units": TOWNSHIP, "pilot": FAR}, "试点单位要在活动的范围以内"),
    ):
        assert words in city.post(f"{city.here}/register", 400, **form(**wrong))
    city.post(f"{city.here}/register", **form(pilot=TOWNSHIP))
    page = f"{city.here}/1"
    assert "启动其余 1 个单位" in city.get(page)
    assert f"{TITLE}" in clerk.get("/home")
    assert "请申报职工人数、报送会员花名册，前期摸底" in clerk.get("/home")
    assert "申报职工人数：提交全量花名册时填写" in clerk.get(f"{clerk.here}/1")
    assert TITLE not in desks["far"].get("/home")

    number = take_in(make_roster(make_people(3)), clerk.actor, kind=Kind.FULL)
    submit(number, actor=clerk.actor, employees=4)
    approve(number, actor=unit.actor)
    assert "请申报" not in clerk.get("/home")

    grid = f"{page}/targets"
    cells = {f"members-{TOWNSHIP}-{day(89)}": "1o", "day": ""}
    assert "“1o”不是人数" in city.post(grid, 400, **cells)
    assert "没有看懂" in city.post(grid, 400, day="十月")
    assert "不在活动的期限" in city.post(grid, 400, **{"day": day(400)})
    table = f"\t{day(9)}\t{day(89)}\n试验3001镇\t5\t\n{FAR}\t7\t2o\n天边镇\t1\t1"
    laid = city.post(f"{grid}/paste", 200, table=table)
    for words in ("已读取 4 格", "没有叫“天边镇”的单位", "“2o”不是人数", 'value="7"'):
        assert words in laid
    assert "还没有下达目标" in city.get(grid)
    city.post(
        grid,
        **{
            f"members-{FAR}-{day(89)}": "7",
            "day": day(9),
            f"new-members-{TOWNSHIP}": "5",
            f"new-members-{COUNTY}": "20",
        },
    )
    assert "全市目标比各单位合计多 <strong>15</strong> 人" in city.get(grid)
    shown = city.get(page)
    for words in ("15.00%", "时间过去 55.00%，任务完成 15.00%", "慢于时间进度", "快于时间进度"):
        assert words in shown
    assert "15.00%" in city.get(f"/unions/{COUNTY}/totals")
    assert f"{day(9)} 的目标 5 人，完成 60.00%，时间过去 55.00%，快于" in unit.get("/home")

    # The unit passes what holds; against a gate only the city, with its reason.
    here = f"{unit.here}/1"
    assert "通过前期摸底" in unit.get(here)
    unit.post(f"{here}/pass", phase="SURVEY", note="摸底完成")
    assert "当时条件" not in unit.get(here)
    assert "还差 1" in unit.get(here)
    unit.post(f"{here}/pass", 409, phase="COUNT")
    city.post(f"{here}/pass", phase="COUNT")
    assert "请写明原因" in city.get(here)
    city.post(f"{here}/pass", phase="COUNT", note="另一家正在撤并")
    assert "当时条件没有满足：另一家正在撤并" in unit.get(here)

    city.post(f"{page}/start", unit=FAR)
    city.post(f"{here}/stop", reason=" ")
    assert "请写明原因" in city.get(here)
    city.post(f"{here}/stop", reason="整体搬迁")
    assert "整体搬迁" in unit.get(here)
    assert TITLE not in unit.get("/home")
    city.post(f"{page}/due", due_on=day(100))
    city.post(f"{page}/close")
    assert "活动已经结束" in city.get(page)
    city.post(grid, 409, **{f"members-{FAR}-{day(89)}": "8"})


def test_who_may_what(desks):
    city, unit, clerk = desks["city"], desks["unit"], desks["clerk"]
    city.post(f"{city.here}/register", **form())
    for desk, place, status in (
        (unit, TOWNSHIP, 403),
        (unit, COUNTY, 404),
        (clerk, UNION, 403),
        (clerk, TOWNSHIP, 404),
    ):
        here = f"/unions/{place}/campaigns"
        for address in (f"{here}/register", f"{here}/1/targets"):
            assert desk.client.get(address).status_code == status
        for act in ("start", "stop", "targets", "targets/paste"):
            desk.post(f"{here}/1/{act}", status, reason="停")
    clerk.post(f"{clerk.here}/1/pass", 403, phase="SURVEY")
    unit.post(f"/unions/{FAR}/campaigns/1/pass", 404, phase="SURVEY")
    unit.post(f"{unit.here}/1/close", 404)
    assert clerk.client.get(f"{clerk.here}/1/members").status_code == 404
    assert "通过前期摸底" not in clerk.get(f"{clerk.here}/1")
    city.post(f"{city.here}/begin", title="复核", opens_on=day(0), due_on=day(9))
    assert city.client.get(f"{city.here}/2/targets").status_code == 404
