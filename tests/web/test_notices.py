"""The notice on the screen: read by everybody, published by the city, asked for anew of clerks."""

from html import unescape

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.db import db
from registry.notices import queries
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.people import fields_of, make_people
from tests.factories.rosters import OTHER_UNION, UNION, make_roster, take_in
from tests.factories.unions import COUNTY, make_union_tree

PUBLISH = f"/unions/{COUNTY}/notices"


def test_a_new_version_is_asked_for_before_the_next_roster(app):
    make_union_tree()
    accounts = [make_account(Role.AUDITOR, COUNTY), make_account(Role.CLERK, UNION)]
    city, clerk = (app.test_client() for _ in accounts)
    assert city.get("/notices").status_code == 303
    for client, account in zip((city, clerk), accounts, strict=True):
        sign_in(client, account)
    actor = actor_of(db.session(), accounts[1].id)
    first, second = (take_in(make_roster(make_people(2, n)), actor) for n in (1, 2))

    page = unescape(clerk.get(f"/submissions/{first}/submit").text)
    assert "个人信息告知书（第 1 版）" in page
    assert 'name="is_told"' not in page
    assert post(clerk, f"/submissions/{first}/submit", notice="1").status_code == 303
    assert queries.confirmation(db.session(), COUNTY, first).was_shown

    assert "个人信息告知书第 1 版</a>告知会员。" in unescape(
        clerk.get(f"/submissions/{first}").text
    )
    assert "发布新版本" not in clerk.get("/notices").text
    assert post(clerk, f"/unions/{UNION}/notices", purpose="甲", body="乙").status_code == 403
    assert 'href="/notices"' in city.get("/home").text
    assert f'action="{PUBLISH}"' in city.get("/notices").text
    assert post(city, PUBLISH, purpose="", body="乙").status_code == 400
    assert post(city, PUBLISH, purpose="目的二", body="全文二").status_code == 303
    same = post(city, PUBLISH, purpose="目的二", body="全文二")
    assert same.status_code == 400
    assert "没有发布新版本" in same.text

    address = f"/submissions/{second}/submit"
    # The form still shows the version before.
    late = post(clerk, address, notice="1", is_told="y")
    assert late.location == address
    page = unescape(clerk.get(address).text)
    assert "告知书有新版本（第 2 版）" in page
    assert "处理目的：目的二" in page
    untold = post(clerk, address, notice="2")
    assert untold.status_code == 400
    assert "请看过并告知会员以后打勾" in untold.text
    assert post(clerk, address, notice="2", is_told="y").status_code == 303
    assert queries.confirmation(db.session(), COUNTY, second).version == 2

    text = unescape(clerk.get("/notices?version=1").text)
    assert "已被后来的版本代替" in text
    assert "全文二" not in text
    assert clerk.get("/notices?version=7").status_code == 404
    assert clerk.get("/notices?version=x").status_code == 200


def test_one_person_by_hand_is_told_too(app, monkeypatch):
    make_union_tree()
    account = make_account(Role.CLERK, OTHER_UNION)
    client = app.test_client()
    sign_in(client, account)
    monkeypatch.setattr(queries, "is_news", lambda *_: True)
    values = fields_of(make_people(1)[0])
    address = f"/unions/{OTHER_UNION}/person"
    shown = post(client, address, **values)
    assert 'name="is_told"' in shown.text
    again = post(client, address, step="submit", notice="1", **values)
    assert again.status_code == 200
    assert "请看过并告知会员以后打勾" in again.text
    told = {"notice": "1", "is_told": "y"}
    assert post(client, address, step="submit", **told, **values).status_code == 303
