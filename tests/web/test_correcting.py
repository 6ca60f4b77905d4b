"""Correcting a draft in the page: what is shown, what is judged at once, what is refused."""

import json
import re

import pytest
from sqlalchemy import event

from registry.db import db
from registry.submissions import corrections
from registry.submissions.states import RowState
from tests.factories.accounts import csrf_of, post
from tests.factories.clerk_desk import acts, figures, row_of, save, sit_down, submission
from tests.factories.numbers import spoilt
from tests.factories.people import fields_of, label_row, make_people, table
from tests.factories.rosters import (
    FIRST_ROW,
    csv_of,
    make_clerk,
    make_roster,
    take_in,
)

PEOPLE = make_people(6)
NUMBER = fields_of(PEOPLE[1])["document_number"]


@pytest.fixture
def clerk(client):
    return sit_down(client)


def test_faulty_numbers_stand_in_full_and_sound_ones_are_masked(client, clerk):
    wrong = spoilt(NUMBER)
    number = take_in(make_roster(PEOPLE, {1: {"document_number": wrong}}), clerk)
    sound = fields_of(PEOPLE[0])
    page = client.get(f"/submissions/{number}?tab=error").text
    assert f'value="{wrong}"' in page
    (entry,) = acts("draft.open")
    assert entry.detail["opened"] == [FIRST_ROW + 1]
    whole = client.get(f"/submissions/{number}?tab=all").text
    assert sound["document_number"] not in whole and sound["mobile"] not in whole
    assert sound["document_number"][:4] in whole and sound["document_number"][-1] in whole
    assert sound["full_name"] in whole
    assert all(wrong not in json.dumps(one.detail) for one in acts("draft.open"))


def test_a_page_without_faults_opens_nothing(client, clerk):
    number = take_in(make_roster(PEOPLE), clerk)
    page = client.get(f"/submissions/{number}").text
    assert acts("draft.open") == []
    assert "提交审核（6 人）" in page


def test_the_sums_reconcile_and_skipped_rows_are_listed(client, clerk):
    lines = table([label_row(person) for person in PEOPLE])
    lines[4:4] = [[""] * len(lines[0])]
    number = take_in(csv_of([*lines, ["合计", "6 人"]]), clerk)
    page = client.get(f"/submissions/{number}").text
    total, *parts = figures(page)
    assert total == sum(parts) == 8
    assert "第 5 行：空白行" in page and "表尾" in page


def test_rules_filter_the_rows(client, clerk):
    faults = {0: {"mobile": "138"}, 1: {"document_number": spoilt(NUMBER)}}
    number = take_in(make_roster(PEOPLE, faults), clerk)
    page = client.get(f"/submissions/{number}?tab=error&code=mobile.format").text
    assert 'id="row-2"' in page and 'id="row-3"' not in page
    assert "手机号码格式不对 <strong>1</strong>" in page


def test_pages_of_fifty_rows_follow_each_other(client, clerk):
    people = make_people(120)
    faults = {place: {"mobile": "138"} for place in range(120)}
    number = take_in(make_roster(people, faults), clerk)
    seen, address = [], f"/submissions/{number}?tab=error"
    for _ in range(3):
        page = client.get(address).text
        seen += [int(row) for row in re.findall(r'<tr id="row-(\d+)"', page)]
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert seen == list(range(2, 122)) and address == ""
    back = re.search(r'rel="prev" href="([^"]+)"', page)
    assert back is not None
    middle = client.get(back[1].replace("&amp;", "&")).text
    assert re.findall(r'<tr id="row-(\d+)"', middle)[0] == "52"


def test_the_page_asks_the_database_no_more_for_more_rows(client, clerk):
    def count(number):
        statements = []

        def note(_connection, _cursor, statement, *_):
            statements.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        client.get(f"/submissions/{number}?tab=all")
        event.remove(db.engine, "before_cursor_execute", note)
        return len(statements)

    few = take_in(make_roster(PEOPLE[:2], {0: {"mobile": "1"}}), clerk)
    faults = {place: {"mobile": "1"} for place in range(45)}
    many = take_in(make_roster(make_people(45, seed=8), faults), clerk)
    assert count(many) == count(few)


def test_a_saved_cell_is_judged_at_once(client, clerk):
    number = take_in(make_roster(PEOPLE, {1: {"document_number": spoilt(NUMBER)}}), clerk)
    answer = save(client, number, 3, document_number=NUMBER)
    assert "已改好" in answer.text and 'hx-swap-oob="true"' in answer.text
    assert figures(answer.text) == [6, 6, 0, 0, 0]
    assert "没有需要改正的行了" in json.loads(answer.headers["HX-Trigger"])["announce"]
    assert row_of(number, 3).worst == "ok"
    assert "提交审核（6 人）" in answer.text


def test_a_value_that_is_still_wrong_says_so(client, clerk):
    number = take_in(make_roster(PEOPLE, {1: {"mobile": "138"}}), clerk)
    answer = save(client, number, 3, mobile="1390000")
    assert 'value="1390000"' in answer.text and "手机号码" in answer.text
    assert "还需改正" in json.loads(answer.headers["HX-Trigger"])["announce"]


def test_duplicates_on_the_page_are_refreshed_with_the_row(client, clerk):
    number = take_in(make_roster(PEOPLE, {1: {"document_number": PEOPLE[0].number}}), clerk)
    fields = fields_of(PEOPLE[1])
    answer = save(client, number, 3, document_number=fields["document_number"])
    assert 'id="cell-2-document_number"' in answer.text
    assert row_of(number, 2).worst == row_of(number, 3).worst == "ok"


def test_rows_that_the_page_does_not_show_are_not_sent(client, clerk):
    number = take_in(make_roster(PEOPLE, {1: {"document_number": PEOPLE[0].number}}), clerk)
    answer = save(client, number, 3, document_number=NUMBER, shown="3")
    assert 'id="cell-2-document_number"' not in answer.text


def test_a_row_that_somebody_else_changed_is_shown_anew(client, clerk):
    number = take_in(make_roster(PEOPLE, {1: {"mobile": "138"}}), clerk)
    version = row_of(number, 3).version
    corrections.edit_row(number, 3, {"mobile": "13905760001"}, actor=clerk)
    answer = save(client, number, 3, mobile="13905760002", version=version)
    told = json.loads(answer.headers["HX-Trigger"])["tell"]["text"]
    assert "刚被他人改动过" in told and "13905760002" in told
    opened = corrections.open_for_correction(number, [3], clerk)
    assert corrections.shown(opened[3], "mobile") == "13905760001"


def test_suggestions_are_one_click(client, clerk):
    wrong = "男" if fields_of(PEOPLE[1])["sex"] == "女" else "女"
    number = take_in(make_roster(PEOPLE, {1: {"sex": wrong}}), clerk)
    page = client.get(f"/submissions/{number}").text
    right = "女" if wrong == "男" else "男"
    assert re.search(rf'data-fill="edit-3-sex"\s+data-value="{right}"', page)


def test_one_wrong_value_is_corrected_in_all_rows(client, clerk):
    faults = {place: {"ethnicity": "汗族"} for place in (0, 2, 4)}
    number = take_in(make_roster(PEOPLE, faults), clerk)
    page = client.get(f"/submissions/{number}").text
    assert "全部改正（3 行）" in page
    offered = save(client, number, 2, ethnicity="汉族").text
    assert "其余 2 行也改成“汉族”" in offered
    answer = post(
        client,
        f"/submissions/{number}/alike",
        field="ethnicity",
        fault="code.unknown",
        row=4,
        value="汉族",
    )
    assert answer.status_code == 303
    assert "已把 2 行" in client.get(answer.headers["Location"]).text
    assert submission(number).error_count == 0


def test_numbers_are_never_corrected_in_many_rows(client, clerk):
    number = take_in(make_roster(PEOPLE, {1: {"mobile": "138"}, 2: {"mobile": "138"}}), clerk)
    fields = {"field": "mobile", "fault": "mobile.format", "row": 3, "value": "13905760001"}
    assert post(client, f"/submissions/{number}/alike", **fields).status_code == 400
    assert submission(number).error_count == 2


def test_a_row_is_left_out_and_taken_in_again(client, clerk):
    number = take_in(make_roster(PEOPLE, {1: {"mobile": "138"}}), clerk)
    address = f"/submissions/{number}/rows/3/exclude"
    answer = client.post(
        address, data={"csrf_token": csrf_of(client)}, headers={"HX-Request": "true"}
    )
    assert "已排除" in answer.text and figures(answer.text) == [6, 5, 0, 0, 1]
    assert row_of(number, 3).state is RowState.EXCLUDED
    assert 'id="row-3"' in client.get(f"/submissions/{number}?tab=excluded").text
    assert post(client, address, take_in="1").status_code == 303
    assert row_of(number, 3).state is RowState.DRAFT and submission(number).error_count == 1


def test_a_missing_column_is_asked_once(client, clerk):
    lines = table([label_row(person) for person in PEOPLE])
    place = lines[0].index("民族")
    number = take_in(csv_of([[*line[:place], *line[place + 1 :]] for line in lines]), clerk)
    page = client.get(f"/submissions/{number}").text
    assert "请为整张表填一次" in page and submission(number).error_count == 6
    assert page.count("必填项“民族”没有填写") == 0
    answer = post(client, f"/submissions/{number}/answers", ethnicity="汉族", sex="男")
    assert answer.status_code == 303 and submission(number).error_count == 0
    assert submission(number).answers == {"ethnicity": "汉族"}
    post(client, f"/submissions/{number}/answers", ethnicity="火星族")
    assert submission(number).answers == {"ethnicity": "汉族"}


def test_a_whole_row_is_corrected_without_any_script(client, clerk):
    number = take_in(make_roster(PEOPLE), clerk)
    address = f"/submissions/{number}/rows/3"
    page = client.get(address).text
    assert f'value="{NUMBER}"' in page and [e.detail["opened"] for e in acts("draft.open")] == [[3]]
    fields = fields_of(PEOPLE[1])
    same = {name: fields[name] for name in ("full_name", "document_number", "mobile")}
    answer = post(client, address, **{**same, "mobile": "13905760009"})
    assert answer.status_code == 303
    (edit,) = acts("draft.edit")
    assert edit.detail["fields"] == ["mobile"]


def test_text_from_the_file_never_becomes_markup(client, clerk):
    number = take_in(make_roster(PEOPLE, {1: {"ethnicity": "<script>x()</script>"}}), clerk)
    page = client.get(f"/submissions/{number}").text
    assert "<script>x()" not in page and "&lt;script&gt;" in page


def test_what_was_corrected_is_undone_from_the_page(client, clerk):
    number = take_in(make_roster(PEOPLE, {1: {"ethnicity": "汗族"}}), clerk)
    answer = save(client, number, 3, ethnicity="汉族")
    assert "撤销：第 3 行 民族 汗族 → 汉族" in answer.text and 'id="steps-line"' in answer.text
    done = post(client, f"/submissions/{number}/undo", step="1", tab="error")
    assert done.status_code == 303 and done.headers["Location"].endswith("?tab=error#row-3")
    page = client.get(f"/submissions/{number}?tab=error").text
    assert "已撤销：第 3 行 民族 汗族 → 汉族" in page and "data-undo" not in page
    assert row_of(number, 3).worst == "error"
    again = post(client, f"/submissions/{number}/undo", step="1", tab="error")
    assert "已经撤销过了" in client.get(again.headers["Location"]).text


def test_the_page_tells_who_else_is_at_the_draft(client, clerk):
    number = take_in(make_roster(PEOPLE, {1: {"full_name": ""}}), clerk)
    other = make_clerk()
    corrections.edit_row(number, 3, {"full_name": "叶某"}, actor=other)
    page = client.get(f"/submissions/{number}?tab=all").text
    assert "也在改这份名册" in page and "data-undo" not in page
    assert "第 3 行 姓名 （空） → 叶某" in page


def test_one_of_a_group_is_kept_in_one_act(client, clerk):
    number = take_in(make_roster([*PEOPLE, PEOPLE[0], PEOPLE[0]]), clerk)
    page = client.get(f"/submissions/{number}?tab=error").text
    assert page.count(">只留这一行<") == 3 and "各留第一行（2 行不报）" in page
    group = {"tab": "all", "rows": "2,8,9", "mark": "8", "back": "tab=error&row=8"}
    done = post(client, f"/submissions/{number}/rows/8/keep", **group)
    assert done.headers["Location"].endswith("?tab=error#row-8")
    view = submission(number)
    assert (view.error_count, view.ok_count, view.skipped_count) == (0, 6, 2)
    refused = post(client, f"/submissions/{number}/rows/8/keep", tab="error")
    assert "没有和它重复的行" in client.get(refused.headers["Location"]).text


def test_groups_that_are_the_same_are_resolved_with_one_click(client, clerk):
    number = take_in(make_roster([*PEOPLE, *PEOPLE[:3]]), clerk)
    assert "各留第一行（3 行不报）" in client.get(f"/submissions/{number}?tab=error").text
    post(client, f"/submissions/{number}/keep-first", tab="error")
    assert (submission(number).error_count, submission(number).skipped_count) == (0, 3)
    page = client.get(f"/submissions/{number}?tab=error").text
    assert "撤销：3 组相同的行各留第一行，3 行不报" in page


def test_the_rows_around_a_row_are_shown_without_those_on_the_page(client, clerk):
    number = take_in(make_roster(make_people(12), {5: {"mobile": "138"}}), clerk)
    address = f"/submissions/{number}/rows/7/around"
    opened = len(acts("draft.open"))
    near = client.get(f"{address}?tab=error&shown=7,8", headers={"HX-Request": "true"}).text
    assert re.findall(r'<tr id="row-(\d+)"', near) == ["4", "5", "6", "9", "10"]
    assert "cell-edit" not in near and "<button" not in near
    assert len(acts("draft.open")) == opened
    whole = client.get(f"{address}?tab=error&code=mobile.format")
    assert whole.status_code == 303
    page = client.get(whole.headers["Location"]).text
    assert re.findall(r'<tr id="row-(\d+)"', page) == [str(row) for row in range(4, 11)]
    back = re.search(r'<a href="([^"]+)">回到刚才的位置', page)
    assert back is not None and back[1].replace("&amp;", "&").endswith(
        "?tab=error&code=mobile.format#row-7"
    )


@pytest.mark.parametrize("back", ["//evil.example/", "tab=nowhere", "tab=error&row=x&back=1"])
def test_a_way_back_leads_nowhere_else(client, clerk, back):
    number = take_in(make_roster(PEOPLE, {1: {"mobile": "138"}}), clerk)
    page = client.get(f"/submissions/{number}", query_string={"rows": "3", "back": back}).text
    assert "evil" not in page and "nowhere" not in page


def test_rows_are_found_by_name_and_number_within_a_rule(client, clerk):
    faults = {place: {"mobile": "138"} for place in range(3)}
    number = take_in(make_roster(PEOPLE, faults), clerk)

    def found(**query):
        page = client.get(f"/submissions/{number}", query_string=query).text
        return re.findall(r'<tr id="row-(\d+)"', page)

    name = fields_of(PEOPLE[1])["full_name"]
    assert found(tab="error", q=name) == ["3"]
    assert found(tab="error", code="mobile.format", q="4") == ["4"]
    assert found(tab="error", q="7") == [] and found(tab="all", q="7") == ["7"]
    assert found(tab="error", q="%") == [] and found(q="没有此人") == []


def test_the_draft_opens_where_the_clerk_left(client, clerk):
    people = make_people(120)
    number = take_in(make_roster(people, {place: {"mobile": "138"} for place in range(120)}), clerk)
    view = {"tab": "error", "code": "mobile.format", "after": "51"}
    save(client, number, 60, mobile=people[58].mobile, **view)
    page = client.get(f"/submissions/{number}").text
    assert re.findall(r'<tr id="row-(\d+)"', page)[0] == "52"
    assert 'data-start="60"' in page and 'class="rule-now"' in page


def test_what_was_typed_into_a_whole_row_stands_there_again(client, clerk):
    number = take_in(make_roster(PEOPLE, {1: {"full_name": ""}}), clerk)
    form = client.get(f"/submissions/{number}/rows/3").text
    was = dict(re.findall(r'name="(was-\w+)" value="([^"]*)"', form))
    typed = {name.removeprefix("was-"): text for name, text in was.items()}
    corrections.edit_row(number, 3, {"full_name": "叶某", "education": "小学"}, actor=make_clerk())
    typed["full_name"] = "陈某"
    answer = post(client, f"/submissions/{number}/rows/3", version="1", **was, **typed)
    assert answer.status_code == 409
    assert 'value="陈某"' in answer.text and "现在这里是“叶某”" in answer.text
    assert answer.text.count("现在这里是") == 1 and "刚被他人改动过" in answer.text
    version = re.search(r'name="version" value="(\d+)"', answer.text)[1]
    was = dict(re.findall(r'name="(was-\w+)" value="([^"]*)"', answer.text))
    typed["education"] = "小学"
    post(client, f"/submissions/{number}/rows/3", version=version, **was, **typed)
    assert (row_of(number, 3).full_name, row_of(number, 3).clean["education"]) == ("陈某", "81")


def test_an_answer_given_meanwhile_is_told(client, clerk):
    lines = table([label_row(person) for person in PEOPLE])
    place = lines[0].index("民族")
    number = take_in(csv_of([line[:place] + line[place + 1 :] for line in lines]), clerk)
    corrections.answer_columns(number, {"ethnicity": "汉族"}, actor=make_clerk())
    sent = {"ethnicity": "满族", "was-ethnicity": ""}
    answer = post(client, f"/submissions/{number}/answers", **sent)
    page = client.get(answer.headers["Location"]).text
    assert "刚被他人改动过" in page and "民族“满族”，没有保存" in page
    assert submission(number).answers == {"ethnicity": "汉族"}


def test_several_suggestions_are_offered_and_none_is_chosen(client, clerk):
    faults = {place: {"is_migrant_worker": "不详"} for place in range(3)}
    number = take_in(make_roster(PEOPLE, faults), clerk)
    page = client.get(f"/submissions/{number}?tab=error").text
    offered = re.search(r'<form class="alike".*?</form>', page, re.DOTALL)[0]
    assert "全部改为 是" in offered and "全部改为 否" in offered and " selected" not in offered
    sent = {"field": "is_migrant_worker", "fault": "code.unknown", "row": "2"}
    post(client, f"/submissions/{number}/alike", **sent, value="", suggested="否")
    assert submission(number).error_count == 0
