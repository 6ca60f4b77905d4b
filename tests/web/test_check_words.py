"""What the check page says of rows, filters and suggestions, and where it leads."""

import html
import json
import re

import pytest

from registry.review.operations import approve
from registry.submissions import corrections
from tests.factories.accounts import post
from tests.factories.clerk_desk import row_of, save, sit_down, submission
from tests.factories.numbers import spoilt
from tests.factories.people import fields_of, label_row, make_people, table
from tests.factories.rosters import (
    csv_of,
    make_reviewer,
    make_roster,
    send_in,
    take_in,
)

PEOPLE = make_people(6)


@pytest.fixture
def clerk(client):
    return sit_down(client)


def test_a_row_with_a_warning_left_is_not_called_good(client, clerk):
    number = take_in(make_roster(PEOPLE, {1: {"mobile": "138"}}), clerk)
    answer = save(client, number, 3, mobile="")
    assert row_of(number, 3).worst == "warning"
    state = re.search(r'id="state-3".*?</td>', answer.text, re.S)
    assert state is not None and "提醒" in state[0] and "已改好" not in state[0]
    assert "还有提醒" in json.loads(answer.headers["HX-Trigger"])["announce"]


def test_a_rule_whose_warnings_are_all_settled_is_no_filter(client, clerk):
    faults = {0: {"mobile": None}}
    approve(send_in(make_roster(PEOPLE, faults), clerk), actor=make_reviewer())
    number = take_in(make_roster(PEOPLE, {**faults, 1: {"mobile": "138"}}), clerk)
    page = client.get(f"/submissions/{number}?tab=warning").text
    assert submission(number).warning_count == 1
    assert re.findall(r"<strong>0</strong></a>", page) == []


def test_help_on_a_rule_is_no_filter(client, clerk):
    number = take_in(make_roster(PEOPLE, {1: {"mobile": "138"}}), clerk)
    page = client.get(f"/submissions/{number}?tab=error&code=mobile.format").text
    filters = re.search(r'<nav class="rules".*?</nav>', page, re.S)
    assert filters is not None and "怎么办" not in filters[0] and "这个问题怎么办" in page


def test_help_leads_back_to_the_row(client, clerk):
    number = take_in(make_roster(PEOPLE, {4: {"mobile": "138"}}), clerk)
    page = client.get(f"/submissions/{number}?tab=error").text
    link = re.search(r'href="(/help/mobile\.format[^"]+)">怎么办<', page)
    assert link is not None
    helped = client.get(html.unescape(link[1])).text
    assert f'href="/submissions/{number}?tab=error#row-6"' in helped


def test_a_number_that_another_row_has_suggests_no_sex_or_birthday(client, clerk):
    women = [one for one in make_people(40) if fields_of(one)["sex"] == "女"]
    men = [one for one in make_people(40) if fields_of(one)["sex"] == "男"]
    number = take_in(
        make_roster([women[0], men[0]], {1: {"document_number": women[0].number}}), clerk
    )
    page = client.get(f"/submissions/{number}").text
    suggested = {one.field for one in row_of(number, 3).findings if one.suggestion}
    assert {"sex", "born_on"} <= suggested
    assert 'id="edit-3-sex"' in page and 'data-fill="edit-3-sex"' not in page
    assert 'data-fill="edit-3-born_on"' not in page


def test_a_whole_row_opens_in_its_first_fault(client, clerk):
    number = take_in(make_roster(PEOPLE, {1: {"mobile": "138", "education": "火星"}}), clerk)
    page = client.get(f"/submissions/{number}/rows/3").text
    focused = re.findall(r'data-focus id="(\w+)"', page)
    assert len(focused) == 1
    errors = [one.field for one in row_of(number, 3).findings if one.severity == "error"]
    assert focused[0] in errors


def test_a_row_that_was_left_out_meanwhile_stays_in_sight(client, clerk):
    number = take_in(make_roster(PEOPLE, {1: {"mobile": "138"}, 2: {"mobile": "139"}}), clerk)
    version = row_of(number, 3).version
    corrections.exclude_row(number, 3, actor=clerk, excluded=True)
    answer = save(client, number, 3, mobile="13905760001", version=version)
    assert json.loads(answer.headers["HX-Trigger"])["tell"]["row"] == 3
    assert 'id="state-3"' in answer.text and "已排除" in answer.text

    # Without script the page is another one: what was looked at has the row no more.
    answer = post(client, f"/submissions/{number}/rows/3/exclude", version=version, tab="error")
    address = answer.headers["Location"]
    assert "rows=3" in address and address.endswith("#row-3")
    assert 'id="row-3"' in client.get(address).text


def test_the_last_correction_says_that_all_is_right(client, clerk):
    number = take_in(make_roster(PEOPLE, {1: {"mobile": "138"}, 2: {"mobile": "139"}}), clerk)
    first = save(client, number, 3, mobile="13905760001").text
    assert "data-all-right" not in first and 'id="all-right"' in first
    last = save(client, number, 4, mobile="13905760002").text
    assert "data-all-right" in last and "没有需要改正的行了" in last


def test_help_leads_back_without_what_was_searched_for(client, clerk):
    number = take_in(make_roster(PEOPLE, {4: {"mobile": "138"}}), clerk)
    page = client.get(f"/submissions/{number}?tab=error&q=6").text
    link = html.unescape(re.search(r'href="(/help/mobile\.format[^"]+)">怎么办<', page)[1])
    assert "q%3D" not in link and "q=" not in link
    assert f'href="/submissions/{number}?tab=error&amp;after=5#row-6"' in client.get(link).text


def test_what_was_repaired_is_shown_as_it_was_read(client, clerk):
    repaired = {"document_kind": "身份证", "changed_on": "2024年9月2日"}
    number = take_in(make_roster(PEOPLE, {1: repaired}), clerk)
    row = cells_of(client.get(f"/submissions/{number}?tab=fixed").text, 3)
    assert "居民身份证" in row["有效证件类别"] and "2024-09-02" in row["会籍变化日期"]


def test_what_is_kept_nowhere_but_in_the_table_is_not_called_empty(client, clerk):
    rows = [{**label_row(person), "所属工会": " 青禾阀门厂 工会 "} for person in PEOPLE]
    number = take_in(csv_of(table(rows)), clerk)
    row = cells_of(client.get(f"/submissions/{number}?tab=fixed").text, 3)
    assert row["所属工会"] == "（见原表）"


def test_a_row_left_out_still_shows_what_stands_in_it(client, clerk):
    wrong = {"document_number": spoilt(PEOPLE[1].number), "ethnicity": "汗族"}
    number = take_in(make_roster(PEOPLE, {1: wrong}), clerk)
    corrections.exclude_row(number, 3, actor=clerk, excluded=True)
    page = client.get(f"/submissions/{number}?tab=excluded").text
    assert "（空）" not in page and '<input class="cell-edit' not in page
    assert cells_of(page, 3)["民族"] == "汗族"
    assert f"{wrong['document_number'][:4]}**********" in page
    assert str(wrong["document_number"]) not in page


def cells_of(page, row):
    """What stands in a row's further cells, by label."""
    part = re.search(rf'id="more-{row}".*?</td>', page, re.S)
    pattern = r'<span class="more-label">([^<]+)</span>\s*<span[^>]*>([^<]*)</span>'
    return dict(re.findall(pattern, part[0]))
