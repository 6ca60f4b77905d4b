"""What was sent: the list of a place, and what became of one roster, row by row."""

import re

import pytest

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.db import db
from registry.members.match import Match
from registry.review.operations import approve, reject, send_back
from registry.submissions import queries
from registry.submissions.operations import submit
from registry.submissions.states import Kind, State
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.numbers import spoilt
from tests.factories.people import label_row, label_rows, make_people, table
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    csv_of,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
    take_in,
)
from tests.factories.unions import TOWNSHIP, make_union_tree

LIST = f"/unions/{UNION}/submissions"
PEOPLE = make_people(8)


@pytest.fixture
def clerk(client):
    make_union_tree()
    account = make_account(Role.CLERK, UNION, name=f"clerk-{UNION}", display_name="李会计")
    sign_in(client, account)
    return actor_of(db.session(), account.id)


@pytest.fixture
def reviewer(clerk):
    return make_reviewer()


@pytest.fixture
def desk(app, reviewer):
    """The browser of a reviewer."""
    client = app.test_client()
    sign_in(client, make_account(Role.REVIEWER, TOWNSHIP))
    return client


def with_one_fault(people):
    """The persons' roster with a number of the last one spoilt, and a footer below."""
    last = label_row(people[-1], document_number=spoilt(people[-1].number))
    rows = [*label_rows(people[:-1]), last]
    return csv_of([*table(rows), ["合计", len(people)]])


def sums(page):
    """Return the whole and its parts from the sum on a page."""
    part = page.partition('class="reckoning')[2].partition("</dl>")[0]
    return [int(one.replace(",", "")) for one in re.findall(r"([\d,]+)</dd>", part)]


# --- the list


def test_a_union_sees_its_own_newest_first(client, clerk, reviewer):
    first = send_in(make_roster(PEOPLE[:2]), clerk)
    second = send_in(make_roster(PEOPLE[2:5]), clerk)
    other = send_in(make_roster(PEOPLE[5:6]), make_clerk(OTHER_UNION), union=OTHER_UNION)
    page = client.get(LIST).text
    assert page.index(f'"/submissions/{second}"') < page.index(f'"/submissions/{first}"')
    assert f'"/submissions/{other}"' not in page
    assert "待审 2 份" in page


def test_the_list_is_filtered_and_empty_ends_say_what_to_do(client, clerk, reviewer):
    assert "还没有报送过" in client.get(LIST).text
    number = send_in(make_roster(PEOPLE[:2]), clerk)
    approve(number, actor=reviewer)
    link = f'"/submissions/{number}"'
    assert link in client.get(f"{LIST}?state=CLOSED").text
    assert "没有符合条件" in client.get(f"{LIST}?state=SUBMITTED").text
    assert link in client.get(f"{LIST}?kind=INCREMENT").text
    assert "没有符合条件" in client.get(f"{LIST}?kind=FULL").text


def test_pages_of_the_list_go_back_in_time(client, clerk, monkeypatch):
    monkeypatch.setattr("registry.web.submissions.PAGE", 1)
    numbers = [send_in(make_roster([person]), clerk) for person in PEOPLE[:3]]
    seen, address = [], LIST
    while address:
        page = client.get(address).text
        seen += [int(one) for one in re.findall(r'data-open href="/submissions/(\d+)"', page)]
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found[1].replace("&amp;", "&") if found else ""
    assert seen == numbers[::-1]


def test_a_reviewer_sees_the_whole_unit_but_nobody_s_drafts(client, desk, clerk):
    number = send_in(make_roster(PEOPLE[:2]), clerk)
    draft = take_in(make_roster(PEOPLE[2:3]), clerk)
    other = send_in(make_roster(PEOPLE[5:6]), make_clerk(OTHER_UNION), union=OTHER_UNION)
    page = desk.get(f"/unions/{TOWNSHIP}/submissions").text
    assert f'"/submissions/{number}"' in page
    assert f'"/submissions/{other}"' in page
    assert f'"/submissions/{draft}"' not in page
    assert f'"/submissions/{draft}"' in client.get(LIST).text
    found = desk.get(f"/unions/{TOWNSHIP}/submissions?search=0002公司").text
    assert f'"/submissions/{other}"' in found
    assert f'"/submissions/{number}"' not in found


def test_other_unions_lists_do_not_exist(client, clerk):
    assert client.get(f"/unions/{OTHER_UNION}/submissions").status_code == 404
    assert client.get(f"/unions/{TOWNSHIP}/submissions").status_code == 404


# --- one roster


def test_every_row_of_the_file_is_accounted_for(client, clerk, reviewer):
    draft = take_in(with_one_fault(PEOPLE[:7]), clerk)
    submit(draft, actor=clerk, hold_errors=True)
    approve(draft, actor=reviewer, rows=[2, 3])
    send_back(draft, actor=reviewer, rows=[4], reason="wrong_data", note="姓名不对")
    reject(draft, actor=reviewer, rows=[5], reason="duplicate")
    page = client.get(f"/submissions/{draft}").text
    whole, *parts = sums(page)
    assert (whole, parts) == (8, [2, 1, 1, 2, 1, 1])
    assert "第 9 行：表尾" in page
    for words in ("审核中", "李会计", "通过 2 人", "退回 1 人", "驳回 1 人", "提交审核"):
        assert words in page


def test_what_came_back_stands_first_with_its_reason_and_the_way_to_correct_it(
    client, clerk, reviewer
):
    number = send_in(make_roster(PEOPLE[:3]), clerk)
    outcome = send_back(number, actor=reviewer, rows=[3], reason="wrong_data", note="姓名不对")
    page = client.get(f"/submissions/{number}").text
    assert "退回的 1 人在等您改正" in page
    assert "<strong>信息有误</strong>：姓名不对" in page
    assert f'href="/submissions/{outcome.follow_up_id}"' in page
    assert PEOPLE[1].full_name in page
    assert PEOPLE[0].full_name not in page
    assert PEOPLE[0].full_name in client.get(f"/submissions/{number}?rows=PENDING").text


def test_what_was_held_back_is_linked(client, clerk):
    draft = take_in(with_one_fault(PEOPLE[:3]), clerk)
    sent = submit(draft, actor=clerk, hold_errors=True)
    page = client.get(f"/submissions/{draft}").text
    assert "提交时留下的 1 行还没有改正" in page
    assert f'href="/submissions/{sent.follow_up_id}"' in page


def test_a_clerk_learns_only_that_there_is_another_union(client, clerk, reviewer):
    other = make_clerk(OTHER_UNION)
    approve(send_in(make_roster(PEOPLE[:1]), other, union=OTHER_UNION), actor=reviewer)
    number = send_in(make_roster(PEOPLE[:2]), clerk)
    view = queries.find(db.session(), number)
    assert queries.counts_by_match(db.session(), view)[Match.TRANSFER] == 1
    page = client.get(f"/submissions/{number}").text
    assert "在其他工会在册，已请求转会，对方可以答复到" in page
    assert "有 1 人在其他工会在册" in page
    assert "试验0002公司工会" not in page
    assert OTHER_UNION not in page


def test_a_clerk_does_not_learn_the_name_behind_a_number(client, clerk, reviewer):
    approve(send_in(make_roster(PEOPLE[:1]), clerk), actor=reviewer)
    number = send_in(make_roster(PEOPLE[:1], {0: {"full_name": "欧阳某某"}}), clerk)
    page = client.get(f"/submissions/{number}").text
    assert "同号不同名" in page
    assert PEOPLE[0].full_name not in page


def test_numbers_are_masked_by_the_place_of_the_reader(client, desk, clerk):
    number, person = send_in(make_roster(PEOPLE[:1]), clerk), PEOPLE[0]
    own, unit = (one.get(f"/submissions/{number}").text for one in (client, desk))
    assert person.number[:4] + "*" * 13 + person.number[-1] in own
    assert person.number[:4] + "*" * 14 in unit
    assert person.number[-4:] + "<" not in unit
    for page in (own, unit):
        assert person.number not in page
        assert person.mobile not in page


def test_the_reviewer_sees_the_same_page_without_the_clerk_s_part(client, desk, clerk, reviewer):
    number = send_in(make_roster(PEOPLE[:3]), clerk)
    outcome = send_back(number, actor=reviewer, rows=[2], reason="wrong_data")
    page = desk.get(f"/submissions/{number}").text
    assert "审核（待审 2 人）" in page
    assert "撤回报送" not in page
    assert f'"/submissions/{outcome.follow_up_id}"' not in page


# --- withdrawing


def test_what_nobody_decided_on_can_be_withdrawn(client, clerk):
    number = send_in(make_roster(PEOPLE[:2]), clerk)
    page = client.get(f"/submissions/{number}").text
    assert "撤回报送（2 人）" in page
    answer = post(client, f"/submissions/{number}/withdraw")
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).text
    assert "核对花名册" in page
    assert "改过的内容都在" in page
    page = client.get(f"/submissions/{number}").text
    assert "这份报送已撤回" in page
    assert "没有审核" in page
    assert queries.find(db.session(), number).state is State.WITHDRAWN


def test_what_was_decided_on_meanwhile_stays_and_says_so(client, clerk, reviewer):
    number = send_in(make_roster(PEOPLE[:2]), clerk)
    approve(number, actor=reviewer, rows=[2])
    assert "撤回报送" not in client.get(f"/submissions/{number}").text
    answer = post(client, f"/submissions/{number}/withdraw")
    page = client.get(answer.headers["Location"]).text
    assert "不能再撤回" in page
    assert "什么也没有改变" in page
    assert queries.find(db.session(), number).state is State.IN_REVIEW


def test_a_reviewer_cannot_withdraw(desk, clerk):
    number = send_in(make_roster(PEOPLE[:2]), clerk)
    assert post(desk, f"/submissions/{number}/withdraw").status_code == 403
    assert queries.find(db.session(), number).state is State.SUBMITTED


def test_a_superseded_roster_says_so(client, clerk):
    first = send_in(make_roster(PEOPLE[:2]), clerk, kind=Kind.FULL)
    send_in(make_roster(PEOPLE[:3]), clerk, kind=Kind.FULL)
    page = client.get(f"/submissions/{first}").text
    assert "已被后来的全量名册替代" in page
    assert "撤回报送" not in page
