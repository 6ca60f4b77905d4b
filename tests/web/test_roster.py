"""The clerk's way of a roster: upload, reading, correcting in the page, submitting."""

import hashlib
import io
import json
import re

import pytest
from sqlalchemy import event

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.clock import today
from registry.db import db
from registry.jobs import queries as work
from registry.jobs.leases import unfinished, worker_name
from registry.jobs.work import run
from registry.review.operations import approve, send_back
from registry.submissions import corrections, queries
from registry.submissions.operations import submit
from registry.submissions.states import Kind, RowState, State
from registry.trail.queries import entries
from registry.unions import queries as unions
from tests.factories.accounts import csrf_of, make_account, post, sign_in
from tests.factories.numbers import spoilt
from tests.factories.people import fields_of, label_row, make_people, table
from tests.factories.rosters import (
    FIRST_ROW,
    OTHER_UNION,
    UNION,
    csv_of,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
    take_in,
)
from tests.factories.unions import make_union

ROSTER = f"/unions/{UNION}/roster"
PEOPLE = make_people(6)
NUMBER = fields_of(PEOPLE[1])["document_number"]


@pytest.fixture
def clerk(client):
    make_union(UNION, name="玉环青禾阀门厂工会")
    account = make_account(Role.CLERK, UNION, name="clerk", display_name="王会计")
    sign_in(client, account)
    return actor_of(db.session(), account.id)


def upload(client, content, *, kind="INCREMENT", name="花名册.csv", **fields):
    data = {
        "csrf_token": csrf_of(client, ROSTER),
        "kind": kind,
        "file": (io.BytesIO(content), name),
        **fields,
    }
    return client.post(ROSTER, data=data)


def read_all():
    """Do the worker's part."""
    for batch in unfinished(db.session()):
        run(batch, worker_name())
    db.session.rollback()


def save(client, number, row, **values):
    """Save cells as the page does, by htmx; returns the fragments."""
    answer = client.post(
        f"/submissions/{number}/rows/{row}",
        data={"csrf_token": csrf_of(client), "shown": "2,3,4,5,6,7", "tab": "error", **values},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 200, answer.text
    return answer


def view(number):
    db.session.rollback()
    return queries.find(db.session(), number)


def row_of(number, row):
    db.session.rollback()
    return queries.row(db.session(), queries.find(db.session(), number), row)


def acts(action):
    return [one for one in entries(db.session(), "331083") if one.action == action]


def numbers_in(text):
    """The big figures of the check page, in their order: all, ok, warning, error, skipped."""
    return [int(one.replace(",", "")) for one in re.findall(r"(?:</span>|\">)([\d,]+)</dd>", text)]


# Upload


def test_an_upload_leads_to_its_progress_and_then_to_the_check_page(client, clerk):
    content = make_roster(PEOPLE, {1: {"document_number": spoilt(NUMBER)}})
    answer = upload(client, content, sha256=hashlib.sha256(content).hexdigest())
    assert answer.status_code == 303
    address = answer.headers["Location"]
    waiting = client.get(address).text
    assert "正在排队" in waiting and "可以离开这个页面" in waiting
    fragment = client.get(f"{address}/progress")
    assert 'hx-trigger="load delay:200ms, every 700ms"' in fragment.text

    read_all()
    done = client.get(f"{address}/progress")
    assert done.status_code == 204
    assert done.headers["HX-Redirect"] == address
    page = client.get(address).text
    assert numbers_in(page) == [6, 5, 0, 1, 0]
    assert "校验码不正确" in page


def test_an_upload_wakes_the_worker(client, clerk, monkeypatch):
    woken = []
    monkeypatch.setattr("registry.web.roster.wake", woken.append)
    upload(client, make_roster(PEOPLE))
    assert woken == unfinished(db.session())


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"sha256": "0" * 64}, "文件没有传完整"),
        ({"size": "999999"}, "文件没有传完整"),
        ({"kind": "EVERYTHING"}, "还没有保存"),
    ],
)
def test_what_did_not_arrive_whole_is_not_stored(client, clerk, fields, words):
    answer = upload(client, make_roster(PEOPLE), **fields)
    assert answer.status_code == 400
    assert words in answer.text
    assert queries.of_union(db.session(), "331083", UNION) == []


def test_no_file_and_an_empty_file_are_said_in_plain_words(client, clerk):
    answer = post(client, ROSTER, page=ROSTER, kind="FULL")
    assert answer.status_code == 400 and "请先选择花名册文件" in answer.text
    answer = upload(client, b"")
    assert answer.status_code == 400 and "空的" in answer.text


def test_a_file_that_is_too_large_is_refused(tmp_path, client, clerk, app):
    app.config["UPLOAD_BYTES"] = 100
    answer = upload(client, make_roster(PEOPLE))
    assert answer.status_code == 400 and "MB" in answer.text


def test_a_quota_is_said_on_the_page(client, clerk, app):
    app.config["UPLOADS_PER_DAY"] = 0
    answer = upload(client, make_roster(PEOPLE))
    assert answer.status_code == 400 and "上限" in answer.text


def test_another_unions_roster_does_not_exist(client, clerk):
    make_union(OTHER_UNION)
    assert client.get(f"/unions/{OTHER_UNION}/roster").status_code == 404
    other = make_clerk(OTHER_UNION)
    number = take_in(make_roster(PEOPLE), other, union=OTHER_UNION)
    for path in ("", "/progress", "/rows/2", "/submit", "/marked.xlsx", "/missing"):
        assert client.get(f"/submissions/{number}{path}").status_code == 404
    for path in ("/rows/2", "/rows/2/exclude", "/alike", "/answers", "/submit", "/discard"):
        assert post(client, f"/submissions/{number}{path}").status_code == 404
    assert view(number).state is State.DRAFT


def test_a_reviewer_does_not_see_a_draft(client, clerk):
    number = take_in(make_roster(PEOPLE), clerk)
    reviewer = make_account(Role.REVIEWER, "331083001")
    client.post("/sign-out", data={"csrf_token": csrf_of(client)})
    sign_in(client, reviewer)
    assert client.get(f"/submissions/{number}").status_code == 403


def test_the_same_file_again_takes_the_draft_up(client, clerk):
    first = upload(client, make_roster(PEOPLE)).headers["Location"]
    read_all()
    again = upload(client, make_roster(PEOPLE))
    assert again.headers["Location"] == first
    assert "接着办理" in client.get(first).text
    submit(int(first.rsplit("/", 1)[1]), actor=clerk)
    assert upload(client, make_roster(PEOPLE)).headers["Location"] == first
    assert "没有重复报送" in client.get(first).text


def test_a_file_that_is_no_roster_says_what_to_do(client, clerk):
    address = upload(client, b"\x89PNG\r\n\x1a\n" + bytes(200), name="a.xlsx").headers["Location"]
    read_all()
    for path in (f"{address}/progress", address):
        page = client.get(path).text
        assert "另存为" in page and "重新上传" in page and "file.not_a_workbook" in page
    assert "没有办完的草稿" not in client.get(ROSTER).text


def test_a_failure_says_what_is_safe(client, clerk, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("disk")

    monkeypatch.setattr("registry.jobs.work.prepare", broken)
    address = upload(client, make_roster(PEOPLE)).headers["Location"]
    for batch in unfinished(db.session()) * 9:
        with pytest.raises(RuntimeError):
            run(batch, worker_name())
        if not unfinished(db.session()):
            break
    page = client.get(address).text
    assert "没有读完" in page and "不会重复报送" in page


# The check page


def test_faulty_numbers_stand_in_full_and_sound_ones_are_masked(client, clerk):
    wrong = spoilt(NUMBER)
    number = take_in(make_roster(PEOPLE, {1: {"document_number": wrong}}), clerk)
    sound = fields_of(PEOPLE[0])
    page = client.get(f"/submissions/{number}?tab=error").text
    assert f'value="{wrong}"' in page
    (entry,) = acts("draft.open")
    assert entry.detail["rows"] == [FIRST_ROW + 1]
    whole = client.get(f"/submissions/{number}?tab=all").text
    assert sound["document_number"] not in whole and sound["mobile"] not in whole
    assert sound["document_number"][:4] in whole and sound["document_number"][-4:] in whole
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
    total, *parts = numbers_in(page)
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
    assert numbers_in(answer.text) == [6, 6, 0, 0, 0]
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
    assert view(number).error_count == 0


def test_numbers_are_never_corrected_in_many_rows(client, clerk):
    number = take_in(make_roster(PEOPLE, {1: {"mobile": "138"}, 2: {"mobile": "138"}}), clerk)
    fields = {"field": "mobile", "fault": "mobile.format", "row": 3, "value": "13905760001"}
    assert post(client, f"/submissions/{number}/alike", **fields).status_code == 400
    assert view(number).error_count == 2


def test_a_row_is_left_out_and_taken_in_again(client, clerk):
    number = take_in(make_roster(PEOPLE, {1: {"mobile": "138"}}), clerk)
    address = f"/submissions/{number}/rows/3/exclude"
    answer = client.post(
        address, data={"csrf_token": csrf_of(client)}, headers={"HX-Request": "true"}
    )
    assert "已排除" in answer.text and numbers_in(answer.text) == [6, 5, 0, 0, 1]
    assert row_of(number, 3).state is RowState.EXCLUDED
    assert 'id="row-3"' in client.get(f"/submissions/{number}?tab=excluded").text
    assert post(client, address, take_in="1").status_code == 303
    assert row_of(number, 3).state is RowState.DRAFT and view(number).error_count == 1


def test_a_missing_column_is_asked_once(client, clerk):
    lines = table([label_row(person) for person in PEOPLE])
    place = lines[0].index("民族")
    number = take_in(csv_of([[*line[:place], *line[place + 1 :]] for line in lines]), clerk)
    page = client.get(f"/submissions/{number}").text
    assert "请为整张表填一次" in page and view(number).error_count == 6
    assert page.count("必填项“民族”没有填写") == 0
    answer = post(client, f"/submissions/{number}/answers", ethnicity="汉族", sex="男")
    assert answer.status_code == 303 and view(number).error_count == 0
    assert view(number).answers == {"ethnicity": "汉族"}
    post(client, f"/submissions/{number}/answers", ethnicity="火星族")
    assert view(number).answers == {"ethnicity": "汉族"}


def test_a_whole_row_is_corrected_without_any_script(client, clerk):
    number = take_in(make_roster(PEOPLE), clerk)
    address = f"/submissions/{number}/rows/3"
    page = client.get(address).text
    assert f'value="{NUMBER}"' in page and [e.detail["rows"] for e in acts("draft.open")] == [[3]]
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


# Submitting


def test_a_full_roster_declares_the_number_of_employees(client, clerk):
    number = take_in(make_roster(PEOPLE), clerk, kind=Kind.FULL)
    address = f"/submissions/{number}/submit"
    assert "提交审核（6 人）" in client.get(address).text
    for wrong, words in (("", "请填写现有职工人数"), ("0", "1 到 1,000,000"), ("很多", "整数")):
        answer = post(client, address, employees=wrong)
        assert answer.status_code == 400 and words in answer.text
    assert view(number).state is State.DRAFT
    assert post(client, address, employees="80").status_code == 303
    assert view(number).state is State.SUBMITTED
    union = unions.find(db.session(), UNION)
    assert unions.headcount(db.session(), union, today()) == 80
    following = take_in(make_roster(PEOPLE[:5]), clerk, kind=Kind.FULL)
    assert 'value="80"' in client.get(f"/submissions/{following}/submit").text


def test_faulty_rows_are_held_back_only_when_said(client, clerk):
    number = take_in(make_roster(PEOPLE, {1: {"mobile": "138"}}), clerk)
    address = f"/submissions/{number}/submit"
    assert "其余 1 行留在草稿" in client.get(address).text
    refused = post(client, address)
    assert view(number).state is State.DRAFT
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
    assert view(number).state is State.SUBMITTED and view(number).employees is None


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
    assert view(number).state is State.SUBMITTED
    assert "多于申报的职工 5 人" in client.get(answer.headers["Location"]).text


def test_a_draft_is_discarded(client, clerk):
    number = take_in(make_roster(PEOPLE), clerk)
    assert post(client, f"/submissions/{number}/discard").headers["Location"].endswith("/roster")
    assert view(number).state is State.WITHDRAWN
    assert "没有办完的草稿" not in client.get(ROSTER).text


def test_what_is_submitted_is_not_discarded_or_changed_here(client, clerk):
    number = send_in(make_roster(PEOPLE), clerk)
    assert post(client, f"/submissions/{number}/discard").status_code == 409
    answer = client.post(
        f"/submissions/{number}/rows/2",
        data={"csrf_token": csrf_of(client), "mobile": "13905760001"},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith(f"/submissions/{number}")
    assert view(number).state is State.SUBMITTED


def test_rows_sent_back_say_why(client, clerk):
    sent = send_in(make_roster(PEOPLE), clerk)
    outcome = send_back(
        sent, actor=make_reviewer(), rows=[3], reason="wrong_data", note="姓名与证件不符"
    )
    page = client.get(f"/submissions/{outcome.follow_up_id}").text
    assert "审核员退回了 1 人" in page and page.count("姓名与证件不符") == 2
    assert 'id="row-3"' in page and "审核退回" in page
    assert "审核退回 1 人" in client.get(ROSTER).text


# Home and workbooks


def test_home_names_the_next_step(client, clerk):
    assert "还没有报送花名册" in client.get("/home").text
    number = take_in(make_roster(PEOPLE, {1: {"mobile": "138"}}), clerk)
    home = client.get("/home").text
    assert "花名册草稿有行需要改正" in home and f'href="/submissions/{number}"' in home
    save(client, number, 3, mobile="13905760001")
    assert "校验好的草稿还没有提交" in client.get("/home").text
    submit(number, actor=clerk)
    home = client.get("/home").text
    assert "1 份名册在乡镇（街道）审核" in home and "等我办理" not in home
    send_back(number, actor=make_reviewer(), rows=[2, 3], reason="other", note="请核对")
    assert "审核员退回的人员" in client.get("/home").text


def test_workbooks_come_as_attachments(client, clerk):
    number = take_in(make_roster(PEOPLE, {1: {"mobile": "138"}}), clerk)
    for address in (f"{ROSTER}/blank.xlsx", f"/submissions/{number}/marked.xlsx"):
        answer = client.get(address)
        assert answer.status_code == 200 and answer.data[:2] == b"PK"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
    assert len(acts("draft.mark")) == 1


def test_a_marked_workbook_does_not_ask_again_for_what_was_corrected(client, clerk):
    number = take_in(make_roster(PEOPLE, {1: {"mobile": "138"}, 2: {"sex": "?"}}), clerk)
    save(client, number, 3, mobile="13905760001")
    marked = client.get(f"/submissions/{number}/marked.xlsx").data
    again = take_in(marked, clerk)
    assert view(again).error_count == 1


def test_a_draft_without_a_file_has_no_workbook(client, clerk):
    sent = take_in(make_roster(PEOPLE, {1: {"mobile": "138"}}), clerk)
    held = submit(sent, actor=clerk, hold_errors=True).follow_up_id
    answer = client.get(f"/submissions/{held}/marked.xlsx")
    assert answer.status_code == 303
    assert work.progress(db.session(), "331083", held) is None
