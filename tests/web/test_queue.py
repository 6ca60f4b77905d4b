"""The queue: what waits in one's own unit, the longest waiting first."""

import re

import pytest

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.db import db
from registry.review.operations import approve
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.people import make_people
from tests.factories.rosters import OTHER_UNION, UNION, make_clerk, make_roster, send_in, take_in
from tests.factories.unions import TOWNSHIP, make_union_tree

QUEUE = f"/unions/{TOWNSHIP}/queue"
FAR_UNION = "3310830020001"
PEOPLE = make_people(5)


@pytest.fixture
def reviewer(client):
    make_union_tree()
    account = make_account(Role.REVIEWER, TOWNSHIP)
    sign_in(client, account)
    return actor_of(db.session(), account.id)


@pytest.fixture
def clerk(reviewer):
    return make_clerk()


def test_the_longest_waiting_stands_first_with_what_is_in_it(client, reviewer, clerk):
    first = send_in(make_roster(PEOPLE[:2]), clerk)
    second = send_in(make_roster(PEOPLE[2:5]), make_clerk(OTHER_UNION), union=OTHER_UNION)
    page = client.get(QUEUE).text
    assert page.index(f"/submissions/{first}/review") < page.index(f"/submissions/{second}/review")
    for words in ("试验0001公司工会", "待审 2 份，共 5 人", "新会员", clerk.display_name):
        assert words in page


def test_the_queue_holds_only_what_waits_in_ones_own_unit(client, reviewer, clerk):
    far = send_in(make_roster(PEOPLE[:1]), make_clerk(FAR_UNION), union=FAR_UNION)
    draft = take_in(make_roster(PEOPLE[1:2]), clerk)
    page = client.get(QUEUE).text
    assert "没有待审的名册" in page
    for number in (far, draft):
        assert f"/submissions/{number}/" not in page


def test_the_queue_is_searched_and_filtered(client, reviewer, clerk):
    number = send_in(make_roster(PEOPLE[:2]), clerk)
    approve(number, actor=reviewer, rows=[2])
    assert f"/submissions/{number}/review" in client.get(f"{QUEUE}?search=0001公司").text
    assert "没有符合条件" in client.get(f"{QUEUE}?search=没有的").text
    assert f"/submissions/{number}/review" in client.get(f"{QUEUE}?state=IN_REVIEW").text
    assert "没有符合条件" in client.get(f"{QUEUE}?state=SUBMITTED").text


def test_pages_of_the_queue_follow_the_waiting_time(client, reviewer, clerk, monkeypatch):
    monkeypatch.setattr("registry.web.review.PAGE", 1)
    numbers = [send_in(make_roster([person]), clerk) for person in PEOPLE[:3]]
    seen, address = [], QUEUE
    while address:
        page = client.get(address).text
        seen += [int(one) for one in re.findall(r"/submissions/(\d+)/review", page)]
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found[1].replace("&amp;", "&") if found else ""
    assert seen == numbers


def test_the_queue_is_narrowed_by_what_it_counts(client, reviewer, clerk):
    number = send_in(make_roster(PEOPLE[:2]), clerk)
    page = client.get(QUEUE).text
    for words in ("风险中", "中（1）", "高（0）", "增量（1）", "没人认领（1）", "我认领的（0）"):
        assert words in page
    here = f"/submissions/{number}/review"
    for asked, there in (
        ("risk=2", True),
        ("risk=3", False),
        ("kind=INCREMENT", True),
        ("kind=FULL", False),
        ("who=NOBODY", True),
        ("who=MINE", False),
        ("risk=nonsense&kind=x&who=y&order=z", True),
        ("order=AGE", True),
    ):
        assert (here in client.get(f"{QUEUE}?{asked}").text) is there, asked


def test_a_roster_is_taken_and_put_back(client, reviewer, clerk):
    number = send_in(make_roster(PEOPLE[:2]), clerk)
    page = f"/submissions/{number}/review"
    assert post(client, f"/submissions/{number}/take", page=page).status_code == 303
    assert "我认领的（1）" in client.get(QUEUE).text
    other = client.application.test_client()
    sign_in(other, make_account(Role.REVIEWER, TOWNSHIP))
    text = other.get(page).text
    assert f"{reviewer.display_name} 认领了这份名册" in text
    assert "全部通过（2 人）" in text, "a warning, no lock"
    assert f"{reviewer.display_name} 在审" in other.get(QUEUE).text
    answer = post(other, f"/submissions/{number}/take", page=page)
    assert "已由另一位审核员认领" in other.get(answer.headers["Location"]).text
    post(client, "/sign-out")
    assert "认领了这份名册" not in other.get(page).text


def test_nobody_else_takes_or_releases(client, reviewer, clerk):
    number = send_in(make_roster(PEOPLE[:2]), clerk)
    for role, place, status in ((Role.REVIEWER, "331083002", 404), (Role.CLERK, UNION, 403)):
        stranger = client.application.test_client()
        sign_in(stranger, make_account(role, place))
        for act in ("take", "release"):
            assert post(stranger, f"/submissions/{number}/{act}").status_code == status


def test_what_is_done_moves_to_the_other_tab(client, reviewer, clerk):
    number = send_in(make_roster(PEOPLE[:3]), clerk)
    approve(number, actor=reviewer)
    assert "没有待审的名册" in client.get(QUEUE).text
    page = client.get(f"{QUEUE}/closed").text
    assert f'href="/submissions/{number}"' in page
    assert "没有符合条件" in client.get(f"{QUEUE}/closed?search=没有的").text


def test_home_says_what_waits_and_since_when(client, reviewer, clerk):
    assert "都处理完了" in client.get("/home").text
    send_in(make_roster(PEOPLE[:3]), clerk)
    page = client.get("/home").text
    assert "名册等您审核" in page
    assert "共 3 人" in page
