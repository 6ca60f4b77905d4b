"""A roster comes in: upload, reading, refusals; what waits for the clerk; workbooks."""

import hashlib
from io import BytesIO

import pytest
from openpyxl import load_workbook

from registry.access.roles import Role
from registry.db import db
from registry.jobs import queries as work
from registry.jobs.leases import unfinished, worker_name
from registry.jobs.work import run
from registry.review.operations import send_back
from registry.submissions import queries
from registry.submissions.by_hand import enter_by_hand
from registry.submissions.operations import submit
from registry.submissions.states import State
from tests.factories.accounts import csrf_of, make_account, post, sign_in
from tests.factories.clerk_desk import (
    ROSTER,
    acts,
    figures,
    read_all,
    save,
    sit_down,
    submission,
    upload,
)
from tests.factories.numbers import spoilt
from tests.factories.people import fields_of, make_people
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    take_in,
)
from tests.factories.unions import make_union

PEOPLE = make_people(6)
NUMBER = fields_of(PEOPLE[1])["document_number"]


@pytest.fixture
def clerk(client):
    return sit_down(client)


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
    assert figures(page) == [6, 5, 0, 1, 0]
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
    assert answer.status_code == 400
    assert "文件超过 100 字节" in answer.text
    assert "最大 100 字节" in answer.text


def test_a_quota_is_said_on_the_page(client, clerk, app):
    app.config["UPLOADS_PER_DAY"] = 0
    answer = upload(client, make_roster(PEOPLE))
    assert answer.status_code == 400
    assert "已达上限（0 个）" in answer.text


def test_another_unions_roster_does_not_exist(client, clerk):
    make_union(OTHER_UNION)
    assert client.get(f"/unions/{OTHER_UNION}/roster").status_code == 404
    other = make_clerk(OTHER_UNION)
    number = take_in(make_roster(PEOPLE), other, union=OTHER_UNION)
    for path in ("", "/progress", "/rows/2", "/submit", "/marked.xlsx", "/missing"):
        assert client.get(f"/submissions/{number}{path}").status_code == 404
    for path in ("/rows/2", "/rows/2/exclude", "/alike", "/answers", "/submit", "/discard"):
        assert post(client, f"/submissions/{number}{path}").status_code == 404
    assert submission(number).state is State.DRAFT


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

    monkeypatch.setattr("registry.jobs.work.taken_in", broken)
    address = upload(client, make_roster(PEOPLE)).headers["Location"]
    for batch in unfinished(db.session()) * 9:
        with pytest.raises(RuntimeError):
            run(batch, worker_name())
        if not unfinished(db.session()):
            break
    page = client.get(address).text
    assert "没有读完" in page and "不会重复报送" in page


def test_home_names_the_next_step(client, clerk):
    assert "还没有报送花名册" in client.get("/home").text
    number = take_in(make_roster(PEOPLE, {1: {"mobile": "138"}}), clerk)
    home = client.get("/home").text
    assert "花名册草稿有行需要改正" in home and f'href="/submissions/{number}"' in home
    save(client, number, 3, mobile="13905760001")
    assert "校验好的草稿还没有提交" in client.get("/home").text
    submit(number, actor=clerk)
    home = client.get("/home").text
    assert "已经提交，由乡镇（街道）审核" in home and "等我办理" not in home
    send_back(number, actor=make_reviewer(), rows=[2, 3], reason="other", note="请核对")
    assert "审核退回的名册" in client.get("/home").text


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
    said = load_workbook(BytesIO(marked)).properties.description
    assert said.startswith("同心册 · 账号 clerk") and "下载" in said
    again = take_in(marked, clerk)
    assert submission(again).error_count == 1


def test_rows_held_back_have_a_workbook_that_goes_back_into_their_draft(client, clerk):
    sent = take_in(make_roster(PEOPLE, {1: {"mobile": "138"}}), clerk)
    held = submit(sent, actor=clerk, hold_errors=True).follow_up_id
    page = client.get(f"/submissions/{held}").text
    assert f"/submissions/{held}/marked.xlsx" in page
    answer = client.get(f"/submissions/{held}/marked.xlsx")
    assert answer.status_code == 200 and answer.data[:2] == b"PK"

    sent_again = upload(client, answer.data, name="改好的.xlsx").headers["Location"]
    read_all()
    told = client.get(sent_again, follow_redirects=True)
    assert told.request.path == f"/submissions/{held}"
    assert f"认出这是第 {held} 号草稿的标注表" in told.text
    assert "认出这是" not in client.get(sent_again, follow_redirects=True).text


def test_who_did_not_send_the_file_says_what_they_want_it_for(app, client, clerk):
    number = take_in(make_roster(PEOPLE, {1: {"mobile": "138"}}), clerk)
    other, account = app.test_client(), make_account(Role.CLERK, UNION)
    sign_in(other, account)
    here = f"/submissions/{number}/marked.xlsx"
    asked = other.get(here)
    assert asked.mimetype == "text/html" and "这份文件是别人上传的" in asked.text
    assert post(other, here).status_code == 400
    assert post(other, here, purpose="OTHER").status_code == 400
    assert acts("draft.mark") == []
    given = post(other, here, purpose="CORRECT", words="一起改")
    assert given.data[:2] == b"PK"
    (entry,) = acts("draft.mark")
    assert (entry.actor_name, entry.detail["reason"], entry.detail["total"]) == (
        account.name,
        "核实、更正登记信息：一起改",
        len(PEOPLE),
    )
    said = load_workbook(BytesIO(given.data)).properties.description
    assert f"账号 {account.name}" in said
    assert client.get(here).data[:2] == b"PK"  # to its sender it goes without a question


def test_a_draft_without_a_file_has_no_workbook(client, clerk):
    number = enter_by_hand(UNION, fields_of(PEOPLE[0]), actor=clerk)
    assert "marked.xlsx" not in client.get(f"/submissions/{number}").text
    answer = client.get(f"/submissions/{number}/marked.xlsx")
    assert answer.status_code == 303
    assert work.progress(db.session(), "331083", number) is None


def test_a_draft_that_its_marked_workbook_replaced_leads_to_the_one_that_goes_on(client, clerk):
    number = take_in(make_roster(PEOPLE, {1: {"mobile": "138"}}), clerk)
    again = take_in(client.get(f"/submissions/{number}/marked.xlsx").data, clerk)
    page = client.get(f"/submissions/{number}").text

    assert "已由标注好的表格接着办" in page and f'href="/submissions/{again}"' in page
    assert "可以重新上传" not in page and "已撤回" not in page
    assert "还有别的草稿" not in client.get(f"/submissions/{again}").text


def test_a_new_file_beside_an_open_draft_says_so(client, clerk):
    first = take_in(make_roster(PEOPLE, {1: {"mobile": "138"}}), clerk)
    assert "还有别的草稿" not in client.get(f"/submissions/{first}").text
    second = take_in(make_roster(PEOPLE), clerk)
    page = client.get(f"/submissions/{second}").text

    assert "本会还有别的草稿没有办完" in page
    assert f'href="/submissions/{first}"' in page
