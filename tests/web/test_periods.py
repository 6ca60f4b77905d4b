"""Pages of closed months: closing, the bridge, opening again, verifying, and who sees what."""

import io
import zipfile

from sqlalchemy import update

from registry.access.roles import Role
from registry.db import setting, transaction
from registry.members.models import Tally
from registry.vault import signing
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.people import make_people
from tests.factories.periods import LEAVES, RESTS, admit, at
from tests.factories.rosters import OTHER_UNION, UNION
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

LIST = f"/unions/{COUNTY}/periods"
APRIL = f"{LIST}/2030-04"


def test_a_city_closes_months_and_a_reviewer_sees_the_own_unit(app, client, monkeypatch):
    make_union_tree()
    signing.new_key(setting("DATA"))
    people = make_people(5)
    at(monkeypatch, 3, 10)
    admit(people[:4])
    at(monkeypatch, 4, 2)
    account = make_account(Role.AUDITOR, COUNTY, display_name="张城管")
    sign_in(client, account)
    assert "还没有封过账" in client.get(LIST).text
    assert "该封账了" not in client.get("/home").text
    refused = post(client, LIST, month="2030-04")
    assert (refused.status_code, "2030年4月还没有结束" in refused.text) == (400, True)
    assert "请写成 2018-03" in post(client, LIST, month="三月").text
    assert post(client, LIST, month="2030-03").location == f"{LIST}/2030-03"
    assert "第一个封账的月份" in client.get(f"{LIST}/2030-03").text

    at(monkeypatch, 4, 5)
    admit([people[4], people[0], people[1]], {1: LEAVES, 2: RESTS})
    at(monkeypatch, 5, 3)
    sign_in(client, account)
    assert "2030年4月该封账了" in client.get("/home").text
    assert post(client, LIST, month="2030-04").status_code == 303

    page = client.get(APRIL).text
    for link in (f"{APRIL}/moves/ENTER", f"{APRIL}/moves/RESIGN", f"{LIST}/2030-03"):
        assert f'href="{link}"' in page
    assert "封账以后还没有核验过" in page
    moved = client.get(f"{APRIL}/moves/RESIGN").text
    assert people[0].full_name[0] + "*" in moved
    assert people[0].full_name not in moved
    assert client.get(f"{APRIL}/moves/NONE").status_code == 404
    assert client.get(f"{LIST}/2029-01").status_code == 404
    assert client.get(f"/unions/{UNION}/periods/2030-04").status_code == 200
    assert client.get(f"/unions/{OTHER_UNION}/periods/2030-04").status_code == 200

    totals = f"/unions/{COUNTY}/totals?on=2030-04-30"
    assert "与签名的一致" in client.get(totals).text
    assert "已封账" not in client.get(f"/unions/{COUNTY}/totals?on=2030-04-29").text
    with transaction() as session:
        session.execute(update(Tally).values(active=9))
    assert "与封账的数不符" in client.get(totals).text
    assert post(client, f"{APRIL}/verify").location == APRIL
    assert "封账文件 3，现在的数据 9" in client.get(APRIL).text
    assert post(client, f"{LIST}/verify").location == LIST
    assert "与签名不符" in client.get(LIST).text

    refused = post(client, f"{APRIL}/reopen", reason=" ")
    assert (refused.status_code, "原因" in refused.text) == (400, True)
    assert post(client, f"{LIST}/2030-03/reopen", reason="补报").status_code == 409
    assert post(client, f"{APRIL}/reopen", reason="补报职工人数").location == LIST
    assert "补报职工人数" in client.get(LIST).text
    assert "还没有再封账" in client.get(APRIL).text
    refused = post(client, LIST, month="2030-04")
    assert "数据核对" in refused.text  # the totals were tampered with
    bundle = post(client, f"{APRIL}/1/bundle.zip").data
    assert f"rolls/{UNION}.txt" in zipfile.ZipFile(io.BytesIO(bundle)).namelist()

    reviewer = app.test_client()
    sign_in(reviewer, make_account(Role.REVIEWER, TOWNSHIP))
    page = reviewer.get(f"/unions/{TOWNSHIP}/periods/2030-04").text
    assert "会员怎么从上期变到本期" in page
    assert "导出封账文件" not in page
    assert reviewer.get(APRIL).status_code == 404
    for address in (f"/unions/{TOWNSHIP}/periods", f"/unions/{TOWNSHIP}/periods/verify"):
        assert post(reviewer, address, month="2030-05").status_code == 403
