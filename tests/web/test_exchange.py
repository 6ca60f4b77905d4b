"""The pages of batches for the higher federation."""

import re
from io import BytesIO

import pytest

from registry.access.roles import Role
from registry.db import db
from registry.jobs.leases import unfinished, worker_name
from registry.jobs.work import run
from registry.review.operations import approve
from tests.factories.accounts import csrf_of, make_account, post, sign_in
from tests.factories.app import make_app, running
from tests.factories.exchange import receipt
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_reviewer, make_roster, send_in
from tests.factories.unions import COUNTY, make_union_tree

LIST = f"/unions/{COUNTY}/exchange"


@pytest.fixture
def app(tmp_path):
    """The site on SQLite, with three members."""
    with running(make_app(tmp_path)) as app:
        make_union_tree()
        number = send_in(make_roster(make_people(3)), make_clerk())
        approve(number, actor=make_reviewer())
        yield app


def _is_told_to_the_union(app, people):
    clerk = app.test_client()
    sign_in(clerk, make_account(Role.CLERK, UNION))
    looks = clerk.get(f"/unions/{UNION}/looks").text
    assert "下载向上级报送的文件（第 1 批第 1 个，完整信息）" in looks and "按季度报送" in looks
    held = clerk.get(re.search(rf"/unions/{UNION}/looks/files/\d+", looks)[0]).text
    assert all(one.full_name in held and one.number not in held for one in people)


def test_a_batch_is_made_downloaded_handed_over_and_answered(app):
    account = make_account(Role.AUDITOR, COUNTY)
    client = app.test_client()
    sign_in(client, account)
    assert "还没有报送过" in client.get(LIST).text
    assert post(client, LIST, reason="").status_code == 400
    made = post(client, LIST, reason="按季度报送")
    page = made.location
    assert made.status_code == 303
    assert "正在排队" in client.get(page).text and "正在排队" in client.get(f"{page}/progress").text
    assert "还没有生成完" in post(client, LIST, reason="再来一次").text
    for number in unfinished(db.session()):
        run(number, worker_name())
    assert client.get(f"{page}/progress").headers["HX-Redirect"] == page

    people = make_people(3)
    shown = client.get(page).text
    assert "登记已报送（3 人）" in shown
    assert not any(one.number in shown or one.full_name in shown for one in people)
    file = client.get(f"{page}/files/1.xlsx")
    assert "attachment" in file.headers["Content-Disposition"]
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    _is_told_to_the_union(app, people)
    assert post(client, f"{page}/send").status_code == 303
    assert "报送" in client.get(page).text

    answer = receipt(file.data, {0: ("退回", "姓名不符"), 2: ("？", "")})
    sent = {"csrf_token": csrf_of(client), "file": (BytesIO(answer), "回执.xlsx")}
    assert client.post(f"{page}/receipts", data=sent).status_code == 303
    shown = client.get(page).text
    assert "姓名不符" in shown and "第 4 行：处理结果没有填，或者看不懂" in shown
    assert "姓名不符" in client.get(f"{LIST}/refused").text
    for show, name in (("WAITING", people[2]), ("ACCEPTED", people[1])):
        assert f"{name.full_name[0]}*" in client.get(f"{page}?show={show}").text
    wrong = {"csrf_token": csrf_of(client), "file": (BytesIO("姓名\n".encode()), "回执.csv")}
    assert client.post(f"{page}/receipts", data=wrong).status_code == 400
    assert post(client, f"{page}/settle").status_code == 303
    assert "已删除" in client.get(page).text
    assert post(client, f"{page}/cancel").status_code == 303
    assert "不能这样办理" in client.get(page).text
    report = post(client, f"{LIST}/differences.csv")
    assert report.status_code == 200 and "上级退回后未更正：姓名不符" in report.text
    assert people[0].number not in report.text


def test_nobody_else_has_the_pages(app):
    for role, place in ((Role.CLERK, "3310830010001"), (Role.REVIEWER, "331083001")):
        client = app.test_client()
        sign_in(client, make_account(role, place))
        assert client.get(f"/unions/{place}/exchange").status_code == 403
        assert client.get(LIST).status_code == 404
    client = app.test_client()
    sign_in(client, make_account(Role.AUDITOR, COUNTY))
    assert client.get("/unions/331083001/exchange").status_code == 404
    assert client.get(f"{LIST}/99").status_code == 404
