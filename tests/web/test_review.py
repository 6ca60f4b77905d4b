"""One roster under review: the riskiest first, decisions without surprises."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.clock import now
from registry.db import db
from registry.identity.mask import Sight
from registry.review.operations import approve
from registry.review.queries import differences
from registry.submissions import queries
from registry.submissions.operations import withdraw
from registry.submissions.states import RowState, State
from registry.trail.queries import entries
from tests.factories.accounts import PASSWORD, make_account, post, sign_in
from tests.factories.clock import set_clock
from tests.factories.people import make_people
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
    take_in,
)
from tests.factories.unions import TOWNSHIP, make_union_tree

FAR_UNION = "3310830020001"
PEOPLE = make_people(8)


@pytest.fixture
def reviewer(client):
    make_union_tree()
    account = make_account(Role.REVIEWER, TOWNSHIP, name="reviewer", display_name="王审核")
    sign_in(client, account)
    return actor_of(db.session(), account.id)


@pytest.fixture
def clerk(reviewer):
    return make_clerk()


def page_of(number, **asked):
    words = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"/submissions/{number}/review?{words}"


def decide(client, number, act, **fields):
    """Send a decision from the review page and return the page that it leads to."""
    answer = post(client, f"/submissions/{number}/{act}", page=page_of(number), **fields)
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["Location"]).text


def states_of(number):
    found = queries.rows(db.session(), queries.find(db.session(), number))
    return {row.row: row.state for row in found}


def version_of(number):
    return queries.find(db.session(), number).version


def send_mixed(reviewer, clerk):
    """A union with five members sends one of each: conflict, transfer, leaving, changed, new, as
    they are; returns the number. Rows 2 to 7.
    """
    approve(send_in(make_roster(PEOPLE[:4]), clerk), actor=reviewer)
    other = make_clerk(OTHER_UNION)
    approve(send_in(make_roster(PEOPLE[4:5]), other, union=OTHER_UNION), actor=reviewer)
    changes = {
        0: {"full_name": "欧阳某某"},
        1: {"change": "退会", "changed_on": "2018-05-01"},
        2: {"education": "博士研究生"},
    }
    return send_in(make_roster(PEOPLE[:6], changes), clerk)


# --- one roster


def test_the_riskiest_part_stands_first_and_the_counts_reconcile(client, reviewer, clerk):
    number = send_mixed(reviewer, clerk)
    page = client.get(page_of(number)).text
    tabs = re.findall(r"part=([A-Z]+)", page.partition('class="tabs"')[2].partition("</nav>")[0])
    assert tabs == ["CONFLICT", "TRANSFER", "LEAVE", "CHANGED", "NEW", "UNCHANGED", "ALL"]
    assert "全部通过（4 人）" in page
    sums = [
        int(one) for one in re.findall(r"</span>(\d+)</dd>|>(\d+)</dd>", page) for one in one if one
    ]
    assert sums[0] == sum(sums[1:]) == 6


def test_a_conflict_shows_both_names_and_a_change_every_field(client, reviewer, clerk):
    number = send_mixed(reviewer, clerk)
    page = client.get(page_of(number)).text
    assert f"<del>{PEOPLE[0].full_name}</del>" in page
    assert "<ins>欧阳某某</ins>" in page
    # from the county the surnames alone
    found = queries.find(db.session(), number)
    row = queries.rows(db.session(), found)[:1]
    (changes,) = differences(db.session(), found, row, Sight.COUNTY).values()
    assert changes[0].after == "欧阳**"
    assert set(changes[0].before[1:]) == {"*"}
    page = client.get(page_of(number, part="CHANGED")).text
    assert '<span class="change-field">学历</span>' in page
    assert "<ins>博士研究生</ins>" in page
    assert "退会 2018-05-01" in client.get(page_of(number, part="LEAVE")).text


def test_no_number_is_shown_in_full(client, reviewer, clerk):
    number = send_mixed(reviewer, clerk)
    for address in (page_of(number, part="ALL"), f"/submissions/{number}/review/rows/2"):
        page = client.get(address).text
        for person in PEOPLE:
            assert person.number not in page
            assert person.mobile not in page
            assert person.number[-4:] + "<" not in page
        assert PEOPLE[0].number[:4] + "*" * 14 in page
    assert f"{PEOPLE[0].born_on.year} 年" in page and PEOPLE[0].born_on.isoformat() not in page


def test_the_other_union_is_named_only_within_ones_own_unit(client, reviewer, clerk):
    near, far = make_clerk(OTHER_UNION), make_clerk(FAR_UNION)
    approve(send_in(make_roster(PEOPLE[:1]), near, union=OTHER_UNION), actor=reviewer)
    approve(
        send_in(make_roster(PEOPLE[1:2]), far, union=FAR_UNION), actor=make_reviewer("331083002")
    )
    number = send_in(make_roster(PEOPLE[:2]), clerk)
    page = client.get(page_of(number)).text
    assert "现在是<strong>试验0002公司工会</strong>的会员" in page
    assert "现在是其他工会的会员" in page
    assert page.count("现在是<strong>") == 1
    assert "331083002" not in page


def test_chosen_rows_are_approved_and_the_outcome_is_said(client, reviewer, clerk):
    number = send_in(make_roster(PEOPLE[:4]), clerk)
    page = decide(client, number, "approve", rows=[2, 4])
    assert "已通过 2 人并入库。仍待审 2 人。" in page
    assert [row for row, state in states_of(number).items() if state is RowState.APPROVED] == [2, 4]


def test_all_that_can_be_admitted_goes_at_once_and_what_stays_is_named(client, reviewer, clerk):
    number = send_mixed(reviewer, clerk)
    page = client.get(page_of(number)).text
    assert "这些人不会入库，继续留在待审：同号不同名 1 人、在其他工会在册 1 人。" in page
    page = decide(client, number, "approve", scope="all", version=version_of(number))
    assert (
        "已通过 4 人并入库。仍待审 2 人，其中 1 人在其他工会在册，待转会，1 人同号不同名。" in page
    )
    assert "剩下的 2 人还不能直接通过" in page


def test_a_whole_part_reaches_over_its_pages(client, reviewer, clerk, monkeypatch):
    monkeypatch.setattr("registry.web.review_page.PAGE", 2)
    number = send_in(make_roster(PEOPLE[:5]), clerk)
    page = client.get(page_of(number)).text
    assert "选中这一类全部 5 人" in page
    version = version_of(number)
    page = decide(client, number, "approve", whole=1, part="NEW", rows=[2, 3], version=version)
    assert "已通过 5 人并入库。这份名册已全部办结。" in page


def test_pages_of_rows_go_forth_and_back(client, reviewer, clerk, monkeypatch):
    monkeypatch.setattr("registry.web.review_page.PAGE", 2)
    number = send_in(make_roster(PEOPLE[:6]), clerk)
    page, seen = client.get(page_of(number)).text, []
    for direction in ("next", "next", "prev", "prev"):
        seen.append(re.findall(r'name="rows" value="(\d+)"', page))
        href = re.search(rf'rel="{direction}" href="([^"]+)"', page)[1].replace("&amp;", "&")
        page = client.get(href).text
    seen.append(re.findall(r'name="rows" value="(\d+)"', page))
    assert seen == [["2", "3"], ["4", "5"], ["6", "7"], ["4", "5"], ["2", "3"]]


def test_who_decided_on_the_last_page_goes_on_with_the_first(client, reviewer, clerk, monkeypatch):
    monkeypatch.setattr("registry.web.review_page.PAGE", 2)
    number = send_in(make_roster(PEOPLE[:3]), clerk)
    page = decide(client, number, "approve", rows=[4], part="NEW", after=3)
    assert re.findall(r'name="rows" value="(\d+)"', page) == ["2", "3"]


def test_nothing_chosen_is_said_and_changes_nothing(client, reviewer, clerk):
    number = send_in(make_roster(PEOPLE[:2]), clerk)
    assert "请先勾选要处理的行" in decide(client, number, "approve")
    answer = post(client, f"/submissions/{number}/send-back", **{"send-back-reason": "other"})
    assert answer.status_code == 400
    assert set(states_of(number).values()) == {RowState.PENDING}


# --- refusals and stale pages


def test_rows_decided_meanwhile_are_said_plainly_and_nothing_changes(client, reviewer, clerk):
    number = send_in(make_roster(PEOPLE[:3]), clerk)
    approve(number, actor=make_reviewer(), rows=[2])
    page = decide(client, number, "approve", rows=[2, 3])
    assert "第 2 行不在待审状态" in page
    assert states_of(number)[3] is RowState.PENDING


@pytest.mark.parametrize("choice", [{"scope": "all"}, {"whole": 1, "part": "NEW"}])
def test_a_stale_page_decides_nothing_beyond_what_it_showed(client, reviewer, clerk, choice):
    number = send_in(make_roster(PEOPLE[:3]), clerk)
    shown = version_of(number)
    approve(number, actor=make_reviewer(), rows=[2])
    page = decide(client, number, "approve", version=shown, **choice)
    assert "这份名册刚刚有人处理过" in page
    assert states_of(number)[3] is RowState.PENDING


def test_a_roster_withdrawn_meanwhile_is_refused_plainly(client, reviewer, clerk):
    number = send_in(make_roster(PEOPLE[:2]), clerk)
    withdraw(number, actor=clerk)
    page = decide(client, number, "approve", rows=[2])
    assert "这份名册已撤回，没有待审的行" in page
    assert "全部通过（" not in page


def test_who_sent_a_roster_sees_it_but_does_not_review_it(app, reviewer):
    client, both = app.test_client(), make_account([Role.CLERK, Role.REVIEWER], UNION)
    sign_in(client, both)
    number = send_in(make_roster(PEOPLE[:2]), actor_of(db.session(), both.id))
    page = client.get(page_of(number)).text
    assert "这份名册是您报送的" in page
    assert "全部通过（" not in page
    assert 'name="rows"' not in page
    answer = post(client, f"/submissions/{number}/approve", rows=[2])
    assert answer.status_code == 403
    assert set(states_of(number).values()) == {RowState.PENDING}


def test_approval_wants_a_password_given_lately(client, reviewer, clerk, monkeypatch):
    number = send_in(make_roster(PEOPLE[:2]), clerk)
    set_clock(monkeypatch, now() + timedelta(minutes=31))
    approve = {"address": f"/submissions/{number}/approve", "page": page_of(number), "rows": [2]}
    answer = post(client, **approve)
    assert answer.status_code == 403
    assert "请再次输入密码" in answer.text
    assert set(states_of(number).values()) == {RowState.PENDING}
    assert post(client, **approve, **{"confirm-password": PASSWORD}).status_code == 303
    assert states_of(number) == {2: RowState.APPROVED, 3: RowState.PENDING}


def test_others_have_no_way_in(app, client, reviewer, clerk):
    number = send_in(make_roster(PEOPLE[:2]), clerk)
    draft = take_in(make_roster(PEOPLE[2:3]), clerk)
    assert client.get(page_of(draft)).status_code == 404
    assert client.get(f"/submissions/{draft}/review/rows/2").status_code == 404
    for role, place, status in (
        (Role.CLERK, UNION, 403),
        (Role.CLERK, OTHER_UNION, 404),
        (Role.REVIEWER, "331083002", 404),
        (Role.AUDITOR, "331083", 403),
    ):
        client = app.test_client()
        sign_in(client, make_account(role, place))
        assert client.get(page_of(number)).status_code == status
        assert post(client, f"/submissions/{number}/approve", rows=[2]).status_code == status
        assert post(client, f"/submissions/{number}/reject", rows=[2]).status_code == status


# --- sending back, rejecting


def test_rows_go_back_with_reason_and_note_into_a_draft(client, reviewer, clerk):
    number = send_in(make_roster(PEOPLE[:3]), clerk)
    fields = {"send-back-reason": "wrong_data", "send-back-note": "姓名与证件不符"}
    page = decide(client, number, "send-back", rows=[3], **fields)
    assert "已退回 1 人，原因：信息有误。仍待审 2 人。" in page
    assert states_of(number)[3] is RowState.SENT_BACK
    draft = queries.of_union(db.session(), "331083", UNION, states=[State.DRAFT])[0]
    assert [row.row for row in queries.rows(db.session(), draft)] == [3]


@pytest.mark.parametrize(
    ("reason", "note", "said"),
    [
        ("", "", "请选择退回或驳回的原因"),
        ("other", "  ", "请写明具体原因"),
        ("wrong_data", "号码 331083199001011234 不对", "不要写完整的证件号码"),
        ("wrong_data", "长" * 501, "说明最多 500 个字"),
    ],
)
def test_a_reason_that_cannot_be_taken_keeps_what_was_filled_in(
    client, reviewer, clerk, reason, note, said
):
    number = send_in(make_roster(PEOPLE[:3]), clerk)
    answer = post(
        client,
        f"/submissions/{number}/send-back",
        rows=[2, 4],
        **{"send-back-reason": reason, "send-back-note": note},
    )
    assert answer.status_code == 400
    assert said in answer.text
    assert "什么也没有改变" in answer.text
    assert 'data-reopen="send-back"' in answer.text
    assert re.findall(r'value="(\d+)"[^>]* checked', answer.text) == ["2", "4"]
    assert set(states_of(number).values()) == {RowState.PENDING}


def test_rows_are_rejected_for_good(client, reviewer, clerk):
    number = send_in(make_roster(PEOPLE[:2]), clerk)
    page = decide(client, number, "reject", rows=[2, 3], **{"reject-reason": "duplicate"})
    assert "已驳回 2 人，原因：重复报送。这份名册已全部办结。" in page
    assert queries.of_union(db.session(), "331083", UNION, states=[State.DRAFT]) == []


def test_the_next_in_the_queue_is_offered(client, reviewer, clerk):
    first = send_in(make_roster(PEOPLE[:1]), clerk)
    second = send_in(make_roster(PEOPLE[1:3]), make_clerk(OTHER_UNION), union=OTHER_UNION)
    page = decide(client, first, "approve", rows=[2])
    assert "这份名册已全部办结" in page
    assert f'<a href="/submissions/{second}/review">试验0002公司工会</a>' in page
    page = decide(client, second, "approve", rows=[2, 3])
    assert "没有别的名册可以审核了" in page


def test_what_only_waits_for_a_transfer_is_not_offered_next(client, reviewer, clerk):
    other = make_clerk(OTHER_UNION)
    approve(send_in(make_roster(PEOPLE[:1]), other, union=OTHER_UNION), actor=reviewer)
    stuck = send_in(make_roster(PEOPLE[:1]), clerk)
    number = send_in(make_roster(PEOPLE[1:2]), clerk)
    page = client.get(page_of(number)).text
    assert f"/submissions/{stuck}/review" not in page
    desk = client.get(f"/unions/{TOWNSHIP}/queue").text
    assert "只剩要等转会或要核实的人" in desk


def test_a_full_number_needs_a_reason_and_stands_on_the_trail(client, reviewer, clerk):
    number = send_in(make_roster(PEOPLE[:1]), clerk)
    page, person = f"/submissions/{number}/review/rows/2", PEOPLE[0]
    for asked, said in (
        ({"purpose": "", "field": "mobile"}, "请选择查看理由"),
        ({"purpose": "OTHER", "field": "mobile"}, "请写明理由"),
        ({"purpose": "VERIFY"}, "请点要显示的那一项"),
    ):
        answer = post(client, f"{page}/open", page=page, **asked)
        assert answer.status_code == 400
        assert said in answer.text
        assert person.number not in answer.text and person.mobile not in answer.text
    asked = {"purpose": "BENEFIT", "words": "与参保名单核对", "field": "document_number"}
    answer = post(client, f"{page}/open", page=page, **asked)
    assert person.number in answer.text and person.mobile not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Refresh"] == f"60; url={page}"
    (entry,) = entries(db.session(), "331083", action="row.open")
    assert (entry.place, entry.detail["row"]) == (UNION, 2)
    assert entry.detail["reason"] == "办理补助、慰问、互助保障：与参保名单核对"
    assert entry.detail["field"] == "document_number"
    assert person.number not in str(entry.detail)


def test_a_row_that_is_not_there_is_not_found(client, reviewer, clerk):
    number = send_in(make_roster(PEOPLE[:1]), clerk)
    assert client.get(f"/submissions/{number}/review/rows/99").status_code == 404


def test_no_page_asks_the_database_row_by_row(client, reviewer, clerk):
    people = make_people(40, seed=7)
    other = make_clerk(OTHER_UNION)
    approve(send_in(make_roster(people[:20]), other, union=OTHER_UNION), actor=reviewer)
    small = send_in(make_roster(people[:1] + people[20:21]), clerk)
    large = send_in(make_roster(people), clerk)
    asked = []
    event.listen(db.engine, "before_cursor_execute", lambda *_: asked.append(1))
    costs = []
    for number in (small, large):
        asked.clear()
        assert client.get(page_of(number, part="ALL")).status_code == 200
        costs.append(len(asked))
    assert costs[1] <= costs[0] + 1  # from the last one the queue is asked once more


def test_who_raises_no_doubt_passes_in_bulk_and_the_doubtful_stay(client, reviewer, clerk):
    approve(send_in(make_roster(PEOPLE[:2]), clerk), actor=reviewer)
    changes = {1: {"education": "博士研究生"}, 3: {"mobile": ""}}
    number = send_in(make_roster(PEOPLE[:6], changes), clerk)
    page = client.get(page_of(number)).text
    assert "通过没有疑点的 4 人" in page
    assert "没有提醒的新会员 <strong>3</strong> 人" in page
    fields = {"part": "CLEAR", "whole": "1"}
    page = decide(client, number, "approve", version=version_of(number) - 1, **fields)
    assert "什么也没有改变" in page
    page = decide(client, number, "approve", version=version_of(number), **fields)
    assert "已通过 4 人" in page
    states = states_of(number)
    assert [row for row, state in states.items() if state is RowState.PENDING] == [3, 5]
