"""The check page offers a member's number by key and mask, never in full."""

import re

from registry.members.match import Match
from registry.review.operations import approve
from tests.factories.clerk_desk import ROSTER, acts, row_of, save, sit_down
from tests.factories.people import label_row, make_people, table
from tests.factories.rosters import UNION, make_reviewer, make_roster, send_in, take_in
from tests.factories.workbooks import saved, workbook_of

# Of some persons the number as Excel keeps it reads, by chance, as their own.
PEOPLE = make_people(3, seed=4)


def roster_with_cut_numbers():
    """The numbers as Excel keeps them: numbers with their last three digits lost."""
    rows = [label_row(one, document_number=int(one.number[:15] + "000")) for one in PEOPLE]
    return saved(workbook_of(table(rows)))


def test_one_click_takes_the_members_number(client):
    clerk = sit_down(client)
    approve(send_in(make_roster(PEOPLE), clerk), actor=make_reviewer())
    number = take_in(roster_with_cut_numbers(), clerk)
    page = client.get(f"/submissions/{number}").text
    [key, *_] = re.findall(r'data-value="(K-[A-Z2-7]{24})"', page)
    first = PEOPLE[0]
    mask = first.number[:4] + "*" * 13 + first.number[-1]

    assert f"（{mask}），使用会员库中的号码" in page
    assert not any(one.number in page for one in PEOPLE)
    answer = save(client, number, 2, document_number=key, version="1").text
    assert first.number not in answer and mask in answer
    assert row_of(number, 2).match is Match.UNCHANGED
    assert first.number not in client.get(f"/submissions/{number}/rows/2").text


def test_the_prefilled_roster_is_offered_where_there_are_members(client):
    clerk = sit_down(client)
    assert "下载预填好的花名册" not in client.get(ROSTER).text
    approve(send_in(make_roster(PEOPLE), clerk), actor=make_reviewer())

    assert "下载预填好的花名册（3 名会员）" in client.get(ROSTER).text
    answer = client.get(f"/unions/{UNION}/roster/prefilled.xlsx")
    assert answer.status_code == 200 and answer.data[:2] == b"PK"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert [one.detail["members"] for one in acts("roster.blank")] == [3]
