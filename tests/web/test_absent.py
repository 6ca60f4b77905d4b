"""Saying why members are not in the roster: each, several, all the rest; saved at once."""

import re

import pytest

from registry.db import db
from registry.identity.mask import Sight
from registry.review.operations import approve
from registry.submissions import absences
from registry.submissions.states import Kind, State
from registry.submissions.whereabouts import Reason
from tests.factories.accounts import csrf_of, post
from tests.factories.clerk_desk import ROSTER, sit_down, submission
from tests.factories.people import fields_of, make_people
from tests.factories.rosters import make_reviewer, make_roster, send_in, take_in

PEOPLE = make_people(6)


@pytest.fixture
def clerk(client):
    """A clerk of a union with six members, signed in."""
    clerk = sit_down(client)
    approve(send_in(make_roster(PEOPLE), clerk), actor=make_reviewer())
    return clerk


@pytest.fixture
def number(clerk):
    """A full roster that leaves two of them out."""
    return take_in(make_roster(PEOPLE[:4]), clerk, kind=Kind.FULL)


def said(number):
    return absences.account(db.session(), submission(number)).said


def members(number):
    found = absences.missing_members(db.session(), submission(number), Sight.OWN_UNION)
    return {one.name: one.member_id for one in found}


def save_line(client, number, member, **values):
    """Change one line as the page does, by htmx."""
    data = {f"{name}-{member}": value for name, value in values.items()}
    return client.post(
        f"/submissions/{number}/missing",
        data={"csrf_token": csrf_of(client), f"was-{member}": "|", **data},
        headers={"HX-Request": "true"},
    )


def test_the_page_lists_them_masked_with_what_can_be_said(client, number):
    page = client.get(f"/submissions/{number}/missing").text

    assert "会员库中有 <strong>2</strong> 名会员不在这份名册里" in page
    for person in PEOPLE[4:]:
        fields = fields_of(person)
        assert fields["full_name"] in page
        assert fields["document_number"] not in page and fields["mobile"] not in page
    offered = [reason.label for reason in Reason if reason.label in page]
    assert offered == [reason.label for reason in Reason if reason is not Reason.STILL_RETAINED]
    assert fields_of(PEOPLE[0])["full_name"] not in page


def test_a_line_is_saved_at_once(client, number):
    member = members(number)[PEOPLE[4].full_name]

    answer = save_line(client, number, member, why="RETIRED", on="2026-01")

    assert "已保存" in answer.text and f'name="was-{member}" value="RETIRED|2026-01"' in answer.text
    assert "没有说明去向" in answer.text
    assert said(number) == {Reason.RETIRED: 1}
    page = client.get(f"/submissions/{number}/missing").text
    assert '<option value="RETIRED" selected>' in page and 'value="2026-01"' in page


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"why": "LEFT", "on": "2099-01-01"}, "晚于今天"),
        ({"why": "LEFT", "on": "去年"}, "日期填的“去年”读不出是哪一天"),
        ({"why": "", "on": "2026-01-01"}, "请先选择去向"),
    ],
)
def test_a_line_that_cannot_be_saved_says_why_in_its_place(client, number, values, words):
    answer = save_line(client, number, members(number)[PEOPLE[4].full_name], **values)

    assert 'role="alert"' in answer.text and words in answer.text
    assert "会籍变化日期" not in answer.text
    assert said(number) == {}


def test_who_is_in_the_roster_by_now_is_refused_on_the_page_as_it_is_now(client, clerk, number):
    one = members(number)[PEOPLE[4].full_name]
    retire(clerk, PEOPLE[4])

    answer = post(client, f"/submissions/{number}/missing", scope="chosen", why="LEFT", members=one)

    page = client.get(answer.headers["Location"]).text
    assert "这次没有保存，请看最新情况再办" in page and "刷新" not in page


def test_a_page_that_stood_open_writes_nothing_back(client, number):
    member = members(number)[PEOPLE[4].full_name]
    save_line(client, number, member, why="DIED", on="")

    post(
        client,
        f"/submissions/{number}/missing",
        scope="page",
        **{f"was-{member}": "|", f"why-{member}": "", f"on-{member}": ""},
    )

    assert said(number) == {Reason.DIED: 1}


def test_without_script_a_page_is_saved_whole(client, number):
    first, second = members(number).values()
    answer = post(
        client,
        f"/submissions/{number}/missing",
        scope="page",
        **{
            f"was-{first}": "|",
            f"why-{first}": "LEFT",
            f"on-{first}": "2026-02-03",
            f"was-{second}": "|",
            f"why-{second}": "OVERLOOKED",
            f"on-{second}": "",
        },
    )

    assert answer.status_code == 303
    assert "已说明 2 人的去向" in client.get(answer.headers["Location"]).text
    assert said(number) == {Reason.LEFT: 1, Reason.OVERLOOKED: 1}


def test_several_are_told_at_once(client, number):
    address = f"/submissions/{number}/missing"
    chosen = list(members(number).values())
    answer = post(client, address, scope="chosen", why="", members=chosen)
    assert "请先选择去向" in client.get(answer.headers["Location"]).text
    answer = post(client, address, scope="chosen", why="MOVED")
    assert "请先勾选会员" in client.get(answer.headers["Location"]).text

    post(client, address, scope="chosen", why="MOVED", on="2026-04", members=chosen)

    assert said(number) == {Reason.MOVED: 2}


def retire(clerk, person):
    roster = make_roster([person], {0: {"change": "保留会籍", "change_reason": "退休"}})
    approve(send_in(roster, clerk), actor=make_reviewer())


def test_who_is_retained_already_is_told_and_not_asked_again(client, clerk):
    retire(clerk, PEOPLE[5])
    number = take_in(make_roster(PEOPLE[:4]), clerk, kind=Kind.FULL)
    words = "另有 1 名已经保留会籍的会员没有列出：不用说明，继续保留"
    for page in ("submit", "missing"):
        text = client.get(f"/submissions/{number}/{page}").text
        assert words in text and PEOPLE[5].full_name not in text
    post(client, f"/submissions/{number}/missing", scope="rest", why="LEFT")
    post(client, f"/submissions/{number}/submit", employees="80")
    detail = client.get(f"/submissions/{number}").text
    assert "没有列出 2 名现有会员：离职（退会） 1 人；其余 1 名会籍不变" in detail

    number = take_in(make_roster(PEOPLE[:5]), clerk, kind=Kind.FULL)
    assert words in client.get(f"/submissions/{number}/submit").text
    assert "要说明去向的人没有" in client.get(f"/submissions/{number}/missing").text
    post(client, f"/submissions/{number}/submit", employees="80")
    assert submission(number).state is State.SUBMITTED


def test_a_roster_to_verify_offers_the_retained_what_can_be_said_of_them(client, clerk):
    retire(clerk, PEOPLE[5])
    number = take_in(make_roster(PEOPLE[:5]), clerk, kind=Kind.REVERIFY)
    page = client.get(f"/submissions/{number}/missing").text
    line = page[page.index("<tbody") :]
    assert "会籍不变，继续保留" in line and "漏写，仍在本单位" not in line
    post(client, f"/submissions/{number}/missing", scope="rest", why="OVERLOOKED")
    assert "已说明：会籍不变，继续保留 1 人" in client.get(f"/submissions/{number}/submit").text


def test_a_full_roster_is_sent_when_all_are_accounted_for(client, number):
    address = f"/submissions/{number}/submit"
    answer = post(client, address, employees="80")
    assert answer.headers["Location"].endswith(address)
    page = client.get(address).text
    # Said by the refusal as it stands on the button.
    assert "人没有说明去向" in page and page.count("这 2 人全部：漏写，仍在本单位") == 2
    assert submission(number).state is State.DRAFT
    assert 'value="80"' in page

    back = post(
        client, f"/submissions/{number}/missing", scope="rest", why="OVERLOOKED", back="submit"
    )
    assert back.headers["Location"].endswith(address)
    page = client.get(address).text
    assert "都已说明" in page and 'value="80"' in page
    post(client, address, employees="80")

    assert submission(number).state is State.SUBMITTED
    detail = client.get(f"/submissions/{number}").text
    assert "没有列出 2 名现有会员：漏写，仍在本单位 2 人" in detail
    assert "Excel 第" in re.sub("<[^>]+>", "", detail)
    # Those who are in no file have no row in Excel.
    absent = client.get(re.search(r'href="([^"]+)">看这些人的审核结果', detail)[1]).text
    assert PEOPLE[4].full_name in absent and "Excel" not in absent


def test_the_number_of_employees_typed_stays_while_the_missing_are_seen_to(client, number):
    address = f"/submissions/{number}/submit"
    assert f'hx-post="/submissions/{number}/employees"' in client.get(address).text

    assert post(client, f"/submissions/{number}/employees", employees="85").status_code == 204
    assert 'value="85"' in client.get(address).text
    # What is no number of employees is judged when the roster is sent.
    assert post(client, f"/submissions/{number}/employees", employees="很多").status_code == 204
    assert 'value="85"' in client.get(address).text
    assert submission(number).state is State.DRAFT
    post(client, f"/submissions/{number}/missing", scope="rest", why="OVERLOOKED")
    post(client, address, employees="90")
    answer = post(client, f"/submissions/{number}/employees", employees="85")
    assert answer.status_code == 409 and submission(number).employees == 90


def test_its_own_draft_leads_to_the_roster(client, number):
    post(client, f"/submissions/{number}/missing", scope="rest", why="LEFT")
    absent = absences.linked(db.session(), submission(number)).id

    answer = client.get(f"/submissions/{absent}")

    assert answer.headers["Location"].endswith(f"/submissions/{number}/missing")
    assert f"/submissions/{absent}" not in client.get(ROSTER).text


def test_there_is_nothing_to_say_of_an_increment_or_after_sending(client, clerk):
    number = send_in(make_roster(PEOPLE[:2]), clerk)
    assert client.get(f"/submissions/{number}/missing").status_code == 303
    answer = post(client, f"/submissions/{number}/missing", scope="rest", why="LEFT")
    assert "不用说明去向" in client.get(answer.headers["Location"], follow_redirects=True).text
