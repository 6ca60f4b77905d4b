"""The screens of a roster for many unions, from upload to result."""

import re
from urllib.parse import unquote

import pytest

from registry.access.roles import Role
from registry.db import db
from registry.jobs.leases import LostLease
from registry.review.operations import approve
from registry.submissions.bundles import queries
from tests.factories.accounts import csrf_of, make_account, post, sign_in
from tests.factories.bundle_desk import (
    COUNTY_LIST,
    LIST,
    sit_down,
    upload,
    uploaded,
    words,
    work,
)
from tests.factories.bundles import TOWNSHIP, UNIONS, WRITTEN, make_bundle, make_unions, view
from tests.factories.clerk_desk import acts
from tests.factories.numbers import spoilt
from tests.factories.people import make_people
from tests.factories.rosters import make_reviewer, make_roster
from tests.factories.unions import make_union


@pytest.fixture
def desk(client):
    """A browser on which the township's reviewer is signed in."""
    return sit_down(client)


def test_from_upload_to_result(desk):
    people = make_people(7)
    changes = {0: {"document_number": spoilt(people[0].number)}}
    page = uploaded(desk, make_bundle(people, changes=changes))

    names = desk.get(page).text
    assert "这些工会，对不对？" in names
    assert "确认，校验并拆分（7 人，3 家工会）" in names
    answer = post(desk, f"{page}/confirm", page=page)
    assert answer.headers["Location"] == page
    assert "正在排队" in desk.get(page).text
    assert desk.get(f"{page}/progress").status_code == 200
    work()

    gone_on = desk.get(f"{page}/progress")
    assert (gone_on.status_code, gone_on.headers["HX-Redirect"]) == (204, page)
    result = words(desk.get(page).text)
    assert "共 7 行" in result
    assert "现在还有 6 人待审" in result
    for name in UNIONS.values():
        assert name in result
    assert "已拆分报送" in desk.get(LIST).text


def test_names_are_answered_on_the_page(desk):
    page = uploaded(desk, make_bundle(make_people(4), [WRITTEN[0], "漩门水产公司", "别处", ""]))
    text = desk.get(page).text
    assert "还有 3 个名称（3 人）要您确认" in text
    assert "确认，校验并拆分" not in text
    number = {one.written: one.number for one in queries.names(db.session(), view(1))}

    answer = post(
        desk,
        f"{page}/names",
        page=page,
        **{
            f"union-{number['漩门水产公司']}": "3310830010012",
            f"union-{number['别处']}": "-",
            f"union-{number['']}": "",
            f"other-{number['']}": "3310830010013 楚门文旦合作社工会委员会",
        },
    )

    assert answer.status_code == 303
    text = desk.get(page).text
    assert "已保存 3 个名称" in text
    assert "确认，校验并拆分（3 人，3 家工会）" in text
    assert "人工选定" in text
    assert "别处" in desk.get(f"{page}?show=out").text


def test_an_unknown_union_is_refused_and_what_was_typed_stays(desk):
    make_union("3310830020001", name="别的镇的工会")
    page = uploaded(desk, make_bundle(make_people(2), [WRITTEN[0], "别处"]))

    answer = post(desk, f"{page}/names", page=page, **{"union-2": "", "other-2": "别的镇的工会"})

    assert answer.status_code == 400
    assert "本单位没有这些工会：“别的镇的工会”" in answer.text
    assert 'value="别的镇的工会"' in answer.text
    assert "别的镇的工会" not in desk.get(page).text


def test_confirming_with_open_names_changes_nothing(desk):
    page = uploaded(desk, make_bundle(make_people(2), [WRITTEN[0], "别处"]))
    post(desk, f"{page}/confirm", page=page)

    assert "还有 1 个工会名称没有确认" in desk.get(page).text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (make_roster(make_people(2)), "没有“所属工会”列"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "另存为"),
    ],
)
def test_what_cannot_be_split_says_why_and_what_to_do(desk, content, said):
    text = desk.get(uploaded(desk, content)).text

    assert said in text
    assert "重新上传" in text


def test_a_cut_off_or_empty_upload_stores_nothing(desk):
    cut = upload(desk, make_bundle(make_people(1)), size="99999")
    empty = upload(desk, b"")

    assert (cut.status_code, empty.status_code) == (400, 400)
    assert "没有传完整" in cut.text
    assert "0 字节" in empty.text
    assert queries.of_place(db.session(), "331083", TOWNSHIP) == []


def test_the_same_file_again_leads_to_the_same_page(desk):
    content = make_bundle(make_people(3))
    page = uploaded(desk, content)
    again = upload(desk, content)

    assert again.headers["Location"] == page
    assert "没有重复处理" in desk.get(page).text


def test_paused_resumed_cancelled(desk):
    page = uploaded(desk, make_bundle(make_people(3)))
    post(desk, f"{page}/confirm", page=page)
    post(desk, f"{page}/pause", page=page)
    assert "已暂停" in desk.get(page).text
    assert desk.get(f"{page}/progress").status_code == 204
    post(desk, f"{page}/resume", page=page)
    assert "正在排队" in desk.get(page).text
    post(desk, f"{page}/resume", page=page)
    assert "什么也没有改变" in desk.get(page).text
    post(desk, f"{page}/cancel", page=page)
    assert "没有向任何工会报送" in desk.get(page).text
    work()
    assert "文件都已删除" in desk.get(page).text
    post(desk, f"{page}/cancel", page=page)
    assert "不能放弃" in desk.get(page).text
    for act in ("bundle.pause", "bundle.resume", "bundle.cancel"):
        assert len(acts(act)) == 1


def test_the_findings_file_is_masked_harmless_and_on_the_trail(desk):
    people = make_people(4)
    changes = {
        0: {"document_number": spoilt(people[0].number), "full_name": f" {people[0].full_name} "},
        1: {"ethnicity": "=1+1"},
        3: {"ethnicity": "汉人"},
    }
    page = uploaded(desk, make_bundle(people, [*WRITTEN[:2], "=别处"], changes))
    post(desk, f"{page}/names", page=page, **{"union-3": "-"})
    early = post(desk, f"{page}/findings.csv", page=page)
    assert early.status_code == 303
    post(desk, f"{page}/confirm", page=page)
    work()

    answer = post(desk, f"{page}/findings.csv", page=page)

    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    text = answer.data.decode("utf-8-sig")
    lines = text.splitlines()
    assert lines[0] == "行号,工会代码,工会,列,项目,程度,规则,问题,说明,建议"
    assert any(
        line.startswith("2,3310830010011,") and "document.checksum" in line for line in lines
    )
    assert any(line.startswith("4,") and "没有报送" in line and "=别处" in line for line in lines)
    assert any("code.unknown" in line and line.endswith("汉族") for line in lines)
    assert lines[-1].startswith(",,,,,,,,同心册 · 账号 ")
    assert "已自动整理" not in text
    assert not any(cell.startswith("=") for line in lines for cell in line.split(","))
    assert not any(person.number in text or person.mobile in text for person in people)
    assert len(acts("bundle.findings")) == 1


def test_a_bundle_is_found_at_its_own_place_only(app, desk):
    page = uploaded(desk, make_bundle(make_people(3)))
    make_union("3310830020001")
    number = page.rpartition("/")[2]
    city = app.test_client()
    sign_in(city, make_account(Role.AUDITOR, "331083"))

    assert city.get(page).status_code == 200
    assert city.get(f"{COUNTY_LIST}/{number}").status_code == 404
    assert city.get(f"/unions/331083002/bundles/{number}").status_code == 404
    assert post(city, f"{COUNTY_LIST}/{number}/cancel").status_code == 404
    assert city.get("/unions/3310830010011/bundles").status_code == 404


def clerk_with_a_draft(app, desk, content=None):
    """Return a client of a clerk, and the number of the draft that a split bundle left there;
    by default its one row has a wrong number.
    """
    if content is None:
        people = make_people(3)
        content = make_bundle(people, changes={0: {"document_number": spoilt(people[0].number)}})
    page = uploaded(desk, content)
    post(desk, f"{page}/confirm", page=page)
    work()
    clerk = app.test_client()
    sign_in(clerk, make_account(Role.CLERK, "3310830010011"))
    return clerk, queries.parts(db.session(), view(1))[0].draft_id


def test_the_clerk_is_told_where_the_draft_comes_from(app, desk):
    clerk, draft = clerk_with_a_draft(app, desk)

    text = words(clerk.get(f"/submissions/{draft}").text)
    assert "由上级工会代为上传的名册中需要改正的 1 行" in text
    assert "需要改正" in clerk.get("/home").text


def test_the_clerk_keeps_a_row_that_another_union_has_too(app, desk):
    people = make_people(5)
    clerk, draft = clerk_with_a_draft(app, desk, make_bundle([*people[:4], people[0]]))
    assert ">只留这一行<" in clerk.get(f"/submissions/{draft}").text

    done = post(clerk, f"/submissions/{draft}/rows/2/keep", tab="error")

    text = words(clerk.get(done.headers["Location"]).text)
    assert "已留下第 2 行" in text and "不在这份草稿里" in text
    assert "提交审核（1 人）" in text


def test_rows_of_a_bundle_are_called_by_their_numbers_in_excel(app, desk):
    page = uploaded(desk, make_bundle(make_people(3)))
    post(desk, f"{page}/confirm", page=page)
    work()
    number = queries.parts(db.session(), view(1))[0].submission_id
    other = app.test_client()
    sign_in(other, make_account(Role.REVIEWER, TOWNSHIP, name="second"))

    for address in (f"/submissions/{number}", f"/submissions/{number}/review"):
        text = words(other.get(address).text)
        assert " Excel 行 姓名" in text and "序号" not in text, address


def test_the_clerk_cannot_give_up_rows_that_stand_nowhere_else(app, desk):
    clerk, draft = clerk_with_a_draft(app, desk)
    where = f"/submissions/{draft}"

    assert "放弃草稿" not in clerk.get(where).text
    refused = post(clerk, f"{where}/discard", page=where)
    assert refused.status_code == 409
    assert "放弃了这些人就没有地方再报" in refused.text
    assert "不报此行" in refused.text
    assert f'href="{where}"' in refused.text and "返回这份名册" in refused.text
    assert "需要改正的 1 行" in words(clerk.get(where).text)


def test_with_its_last_row_left_out_a_bundles_draft_can_be_given_up_at_once(app, desk):
    clerk, draft = clerk_with_a_draft(app, desk)
    where = f"/submissions/{draft}"
    exclude = f"{where}/rows/2/exclude"
    htmx = {"HX-Request": "true"}

    fields = {"csrf_token": csrf_of(clerk, where), "tab": "error", "shown": "2"}
    answer = clerk.post(exclude, data=fields, headers=htmx).text
    assert "或者放弃这份草稿" in answer
    assert 'data-dialog="discard"' in answer and '<dialog class="dialog" id="discard"' in answer
    # It is no draft to be submitted.
    assert "去提交" not in clerk.get("/home").text
    assert clerk.get(f"{where}/submit").headers["Location"] == where
    assert "需要改正的 1 行" in words(clerk.get(where).text)
    # Taken in again, it has no way out any more.
    assert "放弃草稿" not in clerk.post(exclude, data={**fields, "take_in": "1"}, headers=htmx).text

    clerk.post(exclude, data=fields, headers=htmx)
    post(clerk, f"{where}/discard", page=where)
    told = words(clerk.get("/unions/3310830010011/roster").text) + words(clerk.get(where).text)
    assert "已放弃" in told and "可以重新上传" not in told


def test_who_may_load_a_register_sends_larger_files_and_no_one_else(app, client):
    make_unions()
    app.config["MAX_CONTENT_LENGTH"] = 3000
    content = make_bundle(make_people(60))
    sign_in(client, make_account(Role.AUDITOR, "331083"))
    assert "历史名册导入" in client.get("/home").text
    assert "合并报送" not in client.get("/home").text
    assert upload(client, content, COUNTY_LIST).status_code == 303
    reviewer = app.test_client()
    sign_in(reviewer, make_account(Role.REVIEWER, TOWNSHIP))
    assert "合并报送" in reviewer.get("/home").text
    assert upload(reviewer, content).status_code == 413


def test_what_waits_to_be_confirmed_stands_on_the_home_page(desk):
    uploaded(desk, make_bundle(make_people(3)))

    assert "合并名册待核对工会" in desk.get("/home").text


def test_what_the_result_says_of_review_is_as_it_is_now(desk):
    page = uploaded(desk, make_bundle(make_people(3)))
    post(desk, f"{page}/confirm", page=page)
    work()
    assert "现在还有 3 人待审" in words(desk.get(page).text)

    for part in queries.parts(db.session(), view(1)):
        approve(part.submission_id, actor=make_reviewer())

    text = words(desk.get(page).text)
    assert "现在没有待审的了" in text
    assert "已报送待审" not in text


def test_the_uploader_is_not_offered_to_review_what_he_sent(app, desk):
    page = uploaded(desk, make_bundle(make_people(3)))
    post(desk, f"{page}/confirm", page=page)
    work()
    number = queries.parts(db.session(), view(1))[0].submission_id
    other = app.test_client()
    sign_in(other, make_account(Role.REVIEWER, TOWNSHIP, name="second"))

    assert "审核（待审 1 人）" not in desk.get(f"/submissions/{number}").text
    assert "审核（待审 1 人）" in other.get(f"/submissions/{number}").text


def test_a_file_without_a_dot_in_its_name_keeps_it(desk):
    answer = upload(desk, make_bundle(make_people(3)), name="合并名册")
    page = answer.headers["Location"]
    work()
    post(desk, f"{page}/confirm", page=page)
    work()

    answer = post(desk, f"{page}/findings.csv", page=page)

    named = unquote(answer.headers["Content-Disposition"])
    assert named.endswith("问题清单-合并名册.csv")


def test_the_page_says_that_the_file_is_being_opened(desk, monkeypatch):
    said = []

    def opening(self, bundle):
        db.session.rollback()
        said.append(desk.get(f"{LIST}/1").text)
        raise LostLease

    monkeypatch.setattr("registry.jobs.bundle_work.BundleWork._open", opening)
    uploaded(desk, make_bundle(make_people(3)))

    assert "正在打开文件" in said[0]


def test_given_up_before_the_unions_were_settled_it_had_come_that_far(desk):
    page = uploaded(desk, make_bundle(make_people(3)))
    post(desk, f"{page}/cancel", page=page)

    step = re.search(r'aria-current="step".*?</li>', desk.get(page).text, re.S)
    assert "核对工会" in step[0]
