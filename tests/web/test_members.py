"""The members' pages show what a place may see, and who looked."""

import re

import pytest

from registry.access.roles import Role
from registry.clock import today
from registry.db import db
from registry.members.counts import tallied
from registry.review.operations import approve
from registry.trail.queries import entries
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.people import make_people
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
)
from tests.factories.statements import counted_statements
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

PAGE = f"/unions/{UNION}/members"


@pytest.fixture
def people(app):
    """Three members of the union, admitted."""
    make_union_tree()
    people = make_people(3)
    approve(send_in(make_roster(people), make_clerk()), actor=make_reviewer())
    return people


def as_role(client, role, place):
    sign_in(client, make_account(role, place))
    return client


def member_page(client, page=PAGE):
    """Return the address of the first member on the list."""
    return re.search(rf'href="({page}/\d+)"', client.get(page).text)[1]


def test_the_own_union_sees_names_and_the_ends_of_numbers(client, people):
    text = as_role(client, Role.CLERK, UNION).get(PAGE).text

    for person in people:
        assert person.full_name in text
        assert f"{person.number[:4]}*************{person.number[-1]}" in text
        assert person.number not in text
        assert person.mobile not in text
    assert "共 <strong>3</strong> 人" in text


def test_the_township_sees_names_and_the_beginning_of_numbers(client, people):
    text = as_role(client, Role.REVIEWER, TOWNSHIP).get(PAGE).text

    assert people[0].full_name in text
    assert f"{people[0].number[:4]}**************" in text
    assert people[0].number[-4:] not in text


def test_the_city_sees_surnames_only_and_cannot_search_for_more(client, people):
    city = as_role(client, Role.AUDITOR, COUNTY)
    name = people[0].full_name
    text = city.get(PAGE).text

    assert all(person.full_name not in text for person in people)
    assert people[0].number[-4:] not in text
    hidden = city.get(PAGE, query_string={"search": name}).text
    wrong = city.get(PAGE, query_string={"search": f"{name[0]}某某某"}).text
    assert hidden.count("<tr>") == wrong.count("<tr>")


def test_searching_by_the_beginning_of_a_name(client, people):
    clerk = as_role(client, Role.CLERK, UNION)
    text = clerk.get(PAGE, query_string={"search": people[0].full_name}).text
    assert people[0].full_name in text
    assert people[1].full_name not in text
    assert "没有找到符合条件的会员" in clerk.get(PAGE, query_string={"search": "%"}).text


def test_pages_of_a_long_list_follow_each_other_and_back(client, app):
    make_union_tree()
    people = make_people(120)
    approve(send_in(make_roster(people), make_clerk()), actor=make_reviewer())
    clerk = as_role(client, Role.CLERK, UNION)

    seen, address, count = [], PAGE, 0
    while address and count < 5:
        text = clerk.get(address).text
        seen += re.findall(rf'<th scope="row" class="nowrap"><a href="{PAGE}/(\d+)"', text)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        address, count = following and following[1], count + 1
    assert (len(seen), len(set(seen)), count) == (120, 120, 3)
    previous = re.search(r'rel="prev" href="([^"]+)"', text)[1]
    assert f'href="{PAGE}/{seen[50]}"' in clerk.get(previous).text


def test_a_past_day_shows_who_was_a_member_then(client, people):
    clerk = as_role(client, Role.CLERK, UNION)
    text = clerk.get(PAGE, query_string={"on": "2020-01-01"}).text
    assert "当天还没有会员入库" in text
    assert people[0].full_name not in text


def test_a_federation_chooses_one_of_its_unions(client, people):
    city = as_role(client, Role.AUDITOR, COUNTY)
    text = city.get(f"/unions/{COUNTY}/members").text
    assert f'href="/unions/{TOWNSHIP}/members"' in text
    text = city.get(f"/unions/{TOWNSHIP}/members").text
    assert f'href="{PAGE}"' in text
    found = city.get(f"/unions/{COUNTY}/members", query_string={"search": UNION}).text
    assert f'href="{PAGE}"' in found
    assert OTHER_UNION not in found


def test_the_record_is_masked_with_its_history(client, people):
    clerk = as_role(client, Role.CLERK, UNION)
    text = clerk.get(member_page(clerk)).text

    assert "本地校验通过" in text
    assert "汉族" in text or "民族" in text
    assert "入会" in text
    assert people[0].number not in text
    assert people[0].mobile not in text


def test_opening_asks_for_a_reason_and_stands_on_the_trail(client, people):
    clerk = as_role(client, Role.CLERK, UNION)
    address = member_page(clerk)

    refused = post(clerk, address, address, purpose="", field="document_number")
    assert refused.status_code == 400
    assert people[0].number not in refused.text

    opened = post(clerk, address, address, words="看原件", field="mobile", purpose="VERIFY")
    assert people[0].mobile in opened.text
    assert people[0].number not in opened.text
    assert opened.headers["Cache-Control"] == "no-store"
    assert opened.headers["Refresh"] == f"60; url={address}"
    again = clerk.get(address).text
    assert people[0].mobile not in again
    assert "核对本人证件：看原件" in again
    (entry,) = entries(db.session(), COUNTY, action="member.open")
    assert people[0].number not in str(entry) and people[0].mobile not in str(entry)
    text = clerk.get(f"/unions/{UNION}/looks").text
    assert "核对本人证件：看原件" in text and "查看完整移动电话" in text


def test_a_reason_never_holds_a_number(client, people):
    clerk = as_role(client, Role.CLERK, UNION)
    address = member_page(clerk)
    answer = post(
        clerk, address, address, purpose="OTHER", words=f"核对 {people[0].number}", field="mobile"
    )
    assert answer.status_code == 400
    assert entries(db.session(), COUNTY, action="member.open") == []


def test_the_city_may_not_open_anybody(client, people):
    city = as_role(client, Role.AUDITOR, COUNTY)
    address = member_page(city)
    assert "显示证件号码" not in city.get(address).text
    assert post(city, address, address, purpose="VERIFY", field="mobile").status_code == 403


def test_a_member_of_another_union_is_not_there(client, people):
    clerk = as_role(client, Role.CLERK, OTHER_UNION)
    other = f"/unions/{OTHER_UNION}/members"
    for member_id in range(1, 6):
        assert clerk.get(f"{other}/{member_id}").status_code == 404
        answer = post(clerk, f"{other}/{member_id}", other, purpose="VERIFY", field="mobile")
        assert answer.status_code == 404


def test_who_left_is_remembered_without_what_came_later(client, people):
    left = {0: {"change": "退会", "changed_on": "2024-10-06"}}
    reviewer = make_reviewer()
    approve(send_in(make_roster(people[:1], left), make_clerk()), actor=reviewer)
    other = make_clerk(OTHER_UNION)
    new = {0: {"mobile": "13905769999", "education": "小学"}}
    approve(send_in(make_roster(people[:1], new), other, union=OTHER_UNION), actor=reviewer)
    clerk = as_role(client, Role.CLERK, UNION)

    assert people[0].full_name not in clerk.get(PAGE).text
    ended = clerk.get(PAGE, query_string={"state": "ENDED"}).text
    assert people[0].full_name in ended
    address = re.search(rf'href="({PAGE}/\d+)"', ended)[1]
    text = clerk.get(address).text
    assert "退会" in text
    assert "小学" not in text
    assert "139******99" not in text
    assert OTHER_UNION not in text
    assert "其他工会" not in text
    assert post(clerk, address, address, purpose="VERIFY", field="mobile").status_code == 404


def test_the_new_union_learns_only_that_there_was_another(client, people):
    left = {0: {"change": "除名", "changed_on": "2024-10-06"}}
    reviewer = make_reviewer()
    approve(send_in(make_roster(people[:1], left), make_clerk()), actor=reviewer)
    other = make_clerk(OTHER_UNION)
    approve(send_in(make_roster(people[:1]), other, union=OTHER_UNION), actor=reviewer)
    clerk = as_role(client, Role.CLERK, OTHER_UNION)

    page = f"/unions/{OTHER_UNION}/members"
    text = clerk.get(member_page(clerk, page)).text

    assert "其他工会" in text
    assert "除名：" not in text
    assert "试验0001公司工会" not in text


def test_finding_by_number_goes_to_the_member_and_is_on_the_trail(client, people):
    reviewer = as_role(client, Role.REVIEWER, TOWNSHIP)
    page = f"/unions/{TOWNSHIP}/members"
    found = post(reviewer, f"{page}/look-up", page, number=people[1].number)
    assert found.status_code == 303
    assert people[1].full_name in reviewer.get(found.location).text
    assert people[1].number not in found.location
    missing = post(reviewer, f"{page}/look-up", page, number=make_people(1, 9)[0].number)
    assert missing.status_code == 400
    assert "管理范围内没有" in missing.text
    assert len(entries(db.session(), COUNTY, action="member.look_up")) == 2


def test_the_counts_shown_are_the_tallies(client, people):
    counts = tallied(db.session(), COUNTY, today(), [UNION])
    assert list(counts) == [UNION]
    assert counts[UNION].active == 3
    assert tallied(db.session(), COUNTY, today(), []) == {}


def test_lists_ask_few_questions_whatever_their_length(client, people):
    clerk = as_role(client, Role.CLERK, UNION)
    with counted_statements() as few:
        clerk.get(PAGE)
    approve(send_in(make_roster(make_people(45, 7)), make_clerk()), actor=make_reviewer())
    with counted_statements() as many:
        clerk.get(PAGE)
    assert many.count == few.count


def test_who_took_files_along_and_whom_they_held_is_read_on_the_unions_pages(client, people):
    clerk = as_role(client, Role.CLERK, UNION)
    page = f"/unions/{UNION}/looks"
    assert "谁下载过本会的名册文件" not in clerk.get(page).text
    assert clerk.get(f"/unions/{UNION}/roster/prefilled.xlsx").status_code == 200
    text = clerk.get(page).text
    (link,) = re.findall(rf'href="({page}/files/\d+)"', text)
    assert "谁下载过本会的名册文件" in text and "基层经办员" in text
    held = clerk.get(link).text
    assert all(person.full_name in held and person.number not in held for person in people)
    assert "3 人" in held

    # of another union, or no file
    elsewhere = as_role(client.application.test_client(), Role.CLERK, OTHER_UNION)
    there = f"/unions/{OTHER_UNION}/looks"
    assert elsewhere.get(link.replace(UNION, OTHER_UNION)).status_code == 404
    assert elsewhere.get(f"{there}/files/1").status_code == 404
    assert elsewhere.get(link).status_code == 404
