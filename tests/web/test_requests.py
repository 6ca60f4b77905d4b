"""A member's requests on the screen: written down, decided above, the document taken."""

import json
from html import unescape

from sqlalchemy import select

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.db import db
from registry.members.models import Member
from registry.privacy.requests import ask, grant
from registry.privacy.states import Checked, RequestKind
from registry.review.operations import approve
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.people import make_people
from tests.factories.rosters import OTHER_UNION, UNION, make_roster, send_in
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

LIST = f"/unions/{UNION}/requests"
GIVEN = {"identity": "IN_PERSON", "grounds": "本人来办公室提出"}


def seen(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def test_asked_decided_shown_and_lifted(app):
    make_union_tree()
    accounts = [
        make_account(Role.CLERK, UNION),
        make_account(Role.REVIEWER, TOWNSHIP),
        make_account(Role.AUDITOR, COUNTY),
        make_account(Role.CLERK, OTHER_UNION),
    ]
    clerk, reviewer, city, other = (app.test_client() for _ in accounts)
    for client, account in zip((clerk, reviewer, city, other), accounts, strict=True):
        sign_in(client, account)
    actors = [actor_of(db.session(), account.id) for account in accounts]
    people = make_people(2)
    approve(send_in(make_roster(people), actors[0]), actor=actors[1])
    query = select(Member.id).where(Member.full_name == people[0].full_name)
    member = db.session.scalars(query).one()
    page = f"/unions/{UNION}/members/{member}"

    assert "还没有请求" in seen(clerk, LIST)
    assert f"{page}/request" in seen(clerk, page)
    assert "查阅、复制" in seen(clerk, f"{page}/request")
    assert post(clerk, f"{page}/request", kind="ACCESS").status_code == 400
    assert post(other, f"{page}/request", kind="ACCESS", **GIVEN).status_code == 404
    assert post(city, f"{page}/request", kind="ACCESS", **GIVEN).status_code == 403
    needless = post(clerk, f"{page}/request", kind="LIFT", **GIVEN)
    assert needless.status_code == 400
    assert "没有限制处理，不用再办" in unescape(needless.text)
    for kind in ("ACCESS", "RESTRICT"):
        assert post(clerk, f"{page}/request", kind=kind, **GIVEN).status_code == 303

    assert "个人信息请求待答复" in seen(reviewer, "/home")
    assert people[0].full_name in seen(reviewer, f"/unions/{TOWNSHIP}/requests")
    assert people[0].full_name not in seen(city, f"/unions/{COUNTY}/requests")
    assert other.get(f"{LIST}/1").status_code == 404
    # The number of another union's request behind one's own address.
    assert other.get(f"/unions/{OTHER_UNION}/requests/1").status_code == 404
    assert "由别人答复" in seen(clerk, f"{LIST}/1")
    assert post(clerk, f"{LIST}/1/decide", act="grant").status_code == 403
    assert post(reviewer, f"{LIST}/1/decide", act="refuse", answer="").status_code == 400
    assert post(clerk, f"{LIST}/1/document").status_code == 409
    assert post(reviewer, f"{LIST}/1/decide", act="grant").status_code == 303
    assert post(reviewer, f"{LIST}/1/decide", act="grant").status_code == 409

    given = seen(clerk, f"{LIST}/1")
    assert "打开后打印" in given
    # The file leaves the page as it is, and its buttons come back.
    assert "data-download" in given
    printed = unescape(post(clerk, f"{LIST}/1/document", form="page").text)
    for title in ("会员基本信息", "报送里的行", "处理目的", "保存多久"):
        assert title in printed
    assert people[0].number not in printed
    file = post(clerk, f"{LIST}/1/document", form="file")
    assert "attachment" in file.headers["Content-Disposition"]
    assert "no-store" in file.headers["Cache-Control"]
    assert json.loads(file.data)["member"] == member
    assert post(city, f"{LIST}/1/document").status_code == 403

    assert post(city, f"{LIST}/2/decide", act="grant").status_code == 303
    shown = seen(clerk, page)
    assert people[0].full_name not in shown
    assert "限制处理" in shown
    assert "查看完整号码</" not in shown
    assert clerk.get(f"{page}/identity").status_code == 303
    assert clerk.get(f"{page}/particulars").status_code == 409
    assert clerk.get(f"{page}/membership").status_code == 200
    assert post(clerk, page, purpose="VERIFY", field="mobile").status_code == 409
    assert people[0].full_name not in seen(clerk, f"/unions/{UNION}/members")
    assert post(clerk, f"{page}/request", kind="LIFT", **GIVEN).status_code == 303
    assert post(clerk, f"{LIST}/3/withdraw").status_code == 303
    assert "已撤回" in seen(clerk, f"{LIST}/3")


def test_the_page_of_who_was_erased_says_so(app):
    make_union_tree()
    accounts = make_account(Role.CLERK, UNION), make_account(Role.REVIEWER, TOWNSHIP)
    clerk, reviewer = (actor_of(db.session(), account.id) for account in accounts)
    (one,) = people = make_people(1)
    approve(send_in(make_roster(people), clerk), actor=reviewer)
    member = db.session.scalars(select(Member.id)).one()
    approve(send_in(make_roster(people, {0: {"change": "退会"}}), clerk), actor=reviewer)
    client, page = app.test_client(), f"/unions/{UNION}/members/{member}"
    sign_in(client, accounts[0])
    assert "已于" not in seen(client, page)

    asked = ask(UNION, member, RequestKind.ERASE, Checked.IN_PERSON, "本人提出", actor=clerk)
    grant(asked, actor=reviewer)
    shown = seen(client, page)
    assert "登记的手机号和其他信息已于 " in shown
    assert f'依据：<a href="{LIST}/{asked}">' in shown
    assert one.mobile not in shown
