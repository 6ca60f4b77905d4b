"""A draft leaves the desk: submitted, held back, discarded, or come back with a reason."""

import pytest

from registry.clock import today
from registry.db import db
from registry.review.operations import approve, send_back
from registry.submissions import queries
from registry.submissions.operations import submit
from registry.submissions.states import Kind, State
from registry.unions import queries as unions
from tests.factories.accounts import csrf_of, post
from tests.factories.clerk_desk import ROSTER, acts, sit_down, submission
from tests.factories.people import fields_of, make_people
from tests.factories.rosters import UNION, make_reviewer, make_roster, send_in, take_in

PEOPLE = make_people(6)


@pytest.fixture
def clerk(client):
    return sit_down(client)


def test_a_full_roster_declares_the_number_of_employees(client, clerk):
    number = take_in(make_roster(PEOPLE), clerk, kind=Kind.FULL)
    address = f"/submissions/{number}/submit"
    assert "提交审核（6 人）" in client.get(address).text
    for wrong, words in (("", "请填写现有职工人数"), ("0", "1 到 1,000,000"), ("很多", "整数")):
        answer = post(client, address, employees=wrong)
        assert answer.status_code == 400 and words in answer.text
    assert submission(number).state is State.DRAFT
    assert post(client, address, employees="80").status_code == 303
    assert submission(number).state is State.SUBMITTED
    union = unions.find(db.session(), UNION)
    assert unions.headcount(db.session(), union, today()) == 80
    following = take_in(make_roster(PEOPLE[:5]), clerk, kind=Kind.FULL)
    assert 'value="80"' in client.get(f"/submissions/{following}/submit").text


def test_faulty_rows_are_held_back_only_when_said(client, clerk):
    number = take_in(make_roster(PEOPLE, {1: {"mobile": "138"}}), clerk)
    address = f"/submissions/{number}/submit"
    assert "其余 1 行留在草稿" in client.get(address).text
    refused = post(client, address)
    assert submission(number).state is State.DRAFT
    assert "需要改正" in client.get(refused.headers["Location"]).text
    assert post(client, address, hold="y").status_code == 303
    (draft,) = queries.of_union(db.session(), "331083", UNION, states=[State.DRAFT])
    assert draft.error_count == 1
    assert "留下的 1 行" in client.get(f"/submissions/{draft.id}").text


def test_a_double_click_makes_one_submission(client, clerk):
    number = take_in(make_roster(PEOPLE), clerk)
    for _ in range(2):
        answer = post(client, f"/submissions/{number}/submit")
        assert answer.status_code == 303
    assert "没有重复提交" in client.get(answer.headers["Location"]).text
    assert len(acts("submission.submit")) == 1


def test_extra_fields_change_nothing(client, clerk):
    number = take_in(make_roster(PEOPLE), clerk)
    post(client, f"/submissions/{number}/submit", employees="7", state="CLOSED", union_code="1")
    assert submission(number).state is State.SUBMITTED and submission(number).employees is None


def test_members_left_out_of_a_full_roster_are_listed_masked(client, clerk):
    approve(send_in(make_roster(PEOPLE), clerk), actor=make_reviewer())
    number = take_in(make_roster(PEOPLE[:5]), clerk, kind=Kind.FULL)
    assert "1 名会员不在这份名册里" in client.get(f"/submissions/{number}/submit").text
    page = client.get(f"/submissions/{number}/missing").text
    absent = fields_of(PEOPLE[5])
    assert absent["full_name"] in page and absent["document_number"] not in page
    assert fields_of(PEOPLE[0])["full_name"] not in page


def test_a_big_change_is_said_before_submitting(client, clerk):
    number = take_in(make_roster(PEOPLE), clerk)
    assert "人员变动较大" not in client.get(f"/submissions/{number}/submit").text
    approve(submit(number, actor=clerk).submission_id, actor=make_reviewer())
    number = take_in(make_roster(make_people(3, seed=5)), clerk)
    assert "使 3 人加入、0 人离开" in client.get(f"/submissions/{number}/submit").text


def test_more_members_than_employees_is_said_and_not_refused(client, clerk):
    number = take_in(make_roster(PEOPLE), clerk, kind=Kind.FULL)
    answer = post(client, f"/submissions/{number}/submit", employees="5")
    assert submission(number).state is State.SUBMITTED
    page = client.get(answer.headers["Location"]).text
    assert page.count("多于申报的职工 5 人。") == 2 and "确实如此可以提交" not in page


def test_a_draft_is_discarded(client, clerk):
    number = take_in(make_roster(PEOPLE), clerk)
    assert post(client, f"/submissions/{number}/discard").headers["Location"].endswith("/roster")
    assert submission(number).state is State.WITHDRAWN
    assert "没有办完的草稿" not in client.get(ROSTER).text


def test_what_is_submitted_is_not_discarded_or_changed_here(client, clerk):
    number = send_in(make_roster(PEOPLE), clerk)
    refused = post(client, f"/submissions/{number}/discard")
    assert refused.status_code == 409 and f'href="/submissions/{number}"' in refused.text
    answer = client.post(
        f"/submissions/{number}/rows/2",
        data={"csrf_token": csrf_of(client), "mobile": "13905760001"},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith(f"/submissions/{number}")
    assert submission(number).state is State.SUBMITTED


def test_rows_sent_back_say_why(client, clerk):
    sent = send_in(make_roster(PEOPLE), clerk)
    outcome = send_back(
        sent, actor=make_reviewer(), rows=[3], reason="wrong_data", note="姓名与证件不符"
    )
    page = client.get(f"/submissions/{outcome.follow_up_id}").text
    assert "审核员退回了 1 人" in page and page.count("姓名与证件不符") == 2
    assert 'id="row-3"' in page and "审核退回" in page
    assert "审核退回 1 人" in client.get(ROSTER).text
