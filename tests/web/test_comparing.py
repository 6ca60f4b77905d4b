"""A draft beside the register: what it would change, before it is sent and at review."""

import re

import pytest

from registry.access.roles import Role
from registry.db import db
from registry.review.operations import approve
from registry.submissions import absences
from registry.submissions.accounting import account_for_rest
from registry.submissions.operations import submit
from registry.submissions.states import Kind
from registry.submissions.whereabouts import Reason, Said
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.clerk_desk import sit_down, submission
from tests.factories.people import fields_of, make_people
from tests.factories.rosters import (
    OTHER_UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
    take_in,
)
from tests.factories.unions import make_union

PEOPLE = make_people(9)
NEW_MOBILE = "13905760001"


@pytest.fixture
def clerk(client):
    """A clerk of a union with six members, of whom two have no mobile: that was approved."""
    clerk = sit_down(client)
    make_union(OTHER_UNION, name="玉环红杏船厂工会")
    no_mobile = {0: {"mobile": None}, 1: {"mobile": None}}
    approve(send_in(make_roster(PEOPLE[:6], no_mobile), clerk), actor=make_reviewer())
    approve(
        send_in(make_roster(PEOPLE[8:]), make_clerk(OTHER_UNION), union=OTHER_UNION),
        actor=make_reviewer(),
    )
    return clerk


@pytest.fixture
def number(clerk):
    """Two as they were without a mobile, one changed, one missing, two new (one without a mobile),
    one of another union."""
    people = [*PEOPLE[:5], *PEOPLE[6:9]]
    changes = {
        0: {"mobile": None},
        1: {"mobile": None},
        2: {"mobile": NEW_MOBILE, "education": "博士研究生"},
        5: {"mobile": None},
    }
    return take_in(make_roster(people, changes), clerk, kind=Kind.FULL)


def tabs(page):
    found = re.search(r'<nav class="tabs" aria-label="与会员库比对">(.*?)</nav>', page, re.S)[1]
    return re.findall(r">([^<> ]+) <span class=\"count", found)


def test_the_differences_come_first_and_the_same_last(client, number):
    page = client.get(f"/submissions/{number}/compare").text

    assert tabs(page) == ["在其他工会在册", "信息变更", "新会员", "名册中没有", "无变化"]
    assert fields_of(PEOPLE[8])["full_name"] in page
    assert "玉环红杏船厂工会" not in page and "其他工会的会员" in page


def test_a_change_is_told_field_by_field_and_masked(client, number):
    page = client.get(f"/submissions/{number}/compare?part=CHANGED").text

    before = fields_of(PEOPLE[2])
    assert f"<del>{before['education']}</del>" in page and "<ins>博士研究生</ins>" in page
    mobile = before["mobile"]
    assert f"<del>{mobile[:3]}******{mobile[-2:]}</del>" in page
    assert "<ins>139******01</ins>" in page
    assert mobile not in page and NEW_MOBILE not in page
    assert before["document_number"] not in page


def test_the_submit_page_leads_to_each_list(client, number):
    page = client.get(f"/submissions/{number}/submit").text

    for part in ("TRANSFER", "CHANGED", "NEW", "UNCHANGED"):
        assert f"/submissions/{number}/compare?part={part}" in page
    assert "其中 1 行有提醒" not in page  # the transfer is a warning too
    assert "其中 2 行有提醒" in page


def test_what_was_approved_with_a_warning_is_not_asked_again(client, number):
    found = submission(number)
    assert (found.ok_count, found.warning_count) == (4, 4)

    page = client.get(f"/submissions/{number}").text

    assert "提醒中有 2 行已入库、没有变化，不用再核对" in page
    assert re.findall(r'id="row-(\d+)"', page) == ["7", "9"]
    everything = client.get(f"/submissions/{number}?tab=all").text
    assert len(re.findall(r'id="row-(\d+)"', everything)) == 8


def test_a_draft_of_settled_rows_only_opens_on_all_of_them(client, clerk):
    number = take_in(make_roster(PEOPLE[:2], {0: {"mobile": None}, 1: {"mobile": None}}), clerk)
    page = client.get(f"/submissions/{number}").text
    assert len(re.findall(r'id="row-(\d+)"', page)) == 2
    assert "行有提醒" not in client.get(f"/submissions/{number}/submit").text


def test_persons_who_wait_in_another_submission_are_told_and_not_refused(client, clerk):
    waiting = send_in(make_roster(PEOPLE[6:8]), clerk)
    number = take_in(make_roster(PEOPLE[7:8]), clerk)

    page = client.get(f"/submissions/{number}/submit").text

    assert "其中 1 人在另一份还没有审核的报送里也有" in page and f"报送 {waiting}" in page
    assert post(client, f"/submissions/{number}/submit").status_code == 303
    full = take_in(make_roster(PEOPLE[:7]), clerk, kind=Kind.FULL)
    assert f"报送 {waiting}" in client.get(f"/submissions/{full}/submit").text


def test_a_full_roster_says_nothing_of_those_it_replaces(client, clerk):
    send_in(make_roster(PEOPLE[:7]), clerk, kind=Kind.FULL)
    again = take_in(make_roster(PEOPLE[:8]), clerk, kind=Kind.FULL)
    assert "另一份还没有审核" not in client.get(f"/submissions/{again}/submit").text


def test_after_sending_there_is_nothing_to_compare(client, clerk):
    number = send_in(make_roster(PEOPLE[6:7]), clerk)
    assert client.get(f"/submissions/{number}/compare").status_code == 303


@pytest.fixture
def reviewer(app, clerk, number):
    """The roster sent with what was said of the missing; its reviewer signed in."""
    account_for_rest(number, Said(Reason.RETIRED, "2026-01"), actor=clerk)
    submit(number, actor=clerk, employees=50, account_for_all=True)
    browser = app.test_client()
    sign_in(browser, make_account(Role.REVIEWER, "331083001", name="other-reviewer"))
    return browser


def test_the_reviewer_sees_both_and_passes_the_same_at_once(reviewer, number):
    absent = absences.linked(db.session(), submission(number)).id
    page = reviewer.get(f"/submissions/{number}/review").text
    assert "另有 1 名不在名册中的会员：退休（保留会籍） 1 人" in page
    assert f"/submissions/{absent}/review" in page
    assert "通过无变化的 4 人" in page
    queue = reviewer.get("/unions/331083001/queue").text
    # One block with the union's name: on a phone the two would fall into two columns.
    assert re.search(r"<div>[^<]+<br><span[^>]*>不在名册中的会员（花名册.csv）</span></div>", queue)
    # What an unchanged row warns of is no doubt to be looked at.
    doubts = reviewer.get(f"/submissions/{number}/review?part=WARNING").text
    assert re.findall(r'name="rows" value="(\d+)"', doubts) == ["7"]

    version = re.search(r'name="version" value="(\d+)"', page)[1]
    answer = post(
        reviewer, f"/submissions/{number}/approve", part="UNCHANGED", whole="1", version=version
    )

    assert "已通过 4 人" in reviewer.get(answer.headers["Location"]).text
    other = reviewer.get(f"/submissions/{absent}/review").text
    assert "打开那份名册" in other and "退休（保留会籍）" in other and "2026-01" in other
