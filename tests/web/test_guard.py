"""What stands around the guards: refusals on the trail, the password asked for again, where one is
sent. Who may what where is tried in `tests/access/test_matrix.py`, for programs in
`tests/api/test_guard.py`.
"""

from datetime import timedelta

import pytest

from registry.access.doors import doors_of
from registry.access.roles import GRANTS, Role
from registry.clock import now
from registry.db import db
from registry.trail.queries import entries
from registry.web.guard import safe_next
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.clock import set_clock
from tests.factories.unions import COUNTY, TOWNSHIP, make_union, make_union_tree

UNION, SIBLING = "3310830010001", "3310830010002"
OTHER_TOWNSHIP, FOREIGN, OTHER_COUNTY = "331083002", "3310830020001", "331082"

PLACE_OF = {
    Role.CLERK: UNION,
    Role.REVIEWER: TOWNSHIP,
    Role.AUDITOR: COUNTY,
    Role.ADMINISTRATOR: COUNTY,
    Role.LOG_KEEPER: COUNTY,
}


def routes(app):
    """Return (rule, endpoint, method) of all screens of the product."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static" and not rule.rule.startswith("/api/"):
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield rule, rule.endpoint, method


def door(app, endpoint):
    return doors_of(app.view_functions[endpoint])


@pytest.fixture
def places(app):
    """Return the parameters of routes by place."""
    make_union_tree(townships=2, unions=2)
    make_union(OTHER_COUNTY, name="别的市总工会")
    codes = (UNION, SIBLING, FOREIGN, TOWNSHIP, OTHER_TOWNSHIP, COUNTY, OTHER_COUNTY)
    made = {}
    for code in codes:
        made[code] = {"code": make_union(code).code}
    return made


def address_of(app, rule, parameters):
    values = {name: parameters.get(name, "1") for name in rule.arguments}
    return app.url_map.bind("").build(rule.endpoint, values)


@pytest.mark.parametrize("role", list(Role))
def test_every_page_of_a_role_opens_at_its_place(app, client, places, role):
    sign_in(client, make_account(role, PLACE_OF[role]))
    for rule, endpoint, method in routes(app):
        permission = door(app, endpoint)[0]
        if method != "GET" or rule.arguments - {"code"} or permission not in GRANTS[role]:
            continue
        answer = client.get(address_of(app, rule, places[PLACE_OF[role]]))
        assert answer.status_code not in (403, 404, 405, 500), f"{rule} {role}"


def test_a_place_that_does_not_exist_looks_like_a_foreign_one(client, places):
    sign_in(client, make_account(Role.REVIEWER, TOWNSHIP))
    foreign = client.get(f"/unions/{OTHER_TOWNSHIP}/clerks")
    unknown = client.get("/unions/331083777/clerks")
    assert foreign.status_code == unknown.status_code == 404


def test_refusals_are_on_the_trail(client, places):
    account = make_account(Role.REVIEWER, TOWNSHIP)
    sign_in(client, account)
    client.get(f"/unions/{TOWNSHIP}/accounts")
    client.get(f"/unions/{OTHER_TOWNSHIP}/clerks")
    outside, inside = entries(db.session(), COUNTY, action="access.refused")
    assert inside[2:6] == (
        account.name,
        "access.refused",
        TOWNSHIP,
        "refused:permission.missing",
    )
    assert inside.detail == {"what": f"GET /unions/{TOWNSHIP}/accounts"}
    assert (outside.place, outside.result) == (OTHER_TOWNSHIP, "refused:place.unknown")


def test_a_refusal_holds_when_the_trail_cannot_be_written(client, places, monkeypatch):
    sign_in(client, make_account(Role.REVIEWER, TOWNSHIP))
    from registry.web import guard

    def broken(**_details):
        raise guard.SQLAlchemyError("disk full")

    monkeypatch.setattr(guard.operations, "record_refusal", broken)
    assert client.get(f"/unions/{TOWNSHIP}/accounts").status_code == 403


def test_weighty_acts_ask_for_the_password_again(client, monkeypatch):
    account = make_account(Role.CLERK, UNION)
    sign_in(client, make_account(Role.ADMINISTRATOR, COUNTY))
    set_clock(monkeypatch, now() + timedelta(minutes=31))
    page = f"/accounts/{account.id}"
    answer = client.get(f"/unions/{COUNTY}/accounts/new")
    assert answer.headers["Location"].startswith("/confirm?next=")
    answer = post(client, f"{page}/reset", page=page)
    assert answer.status_code == 403
    assert "请再次输入密码" in answer.text
    confirm = "/confirm?next=" + page
    assert post(client, confirm, page=confirm, password="wrong").status_code == 400
    from tests.factories.accounts import PASSWORD

    answer = post(client, confirm, page=confirm, password=PASSWORD)
    assert answer.headers["Location"] == page
    assert "邀请码只显示这一次" in post(client, f"{page}/reset", page=page).text


def test_a_file_asked_for_late_leads_to_the_password_and_back_to_its_page(client, monkeypatch):
    sign_in(client, make_account(Role.AUDITOR, COUNTY))
    set_clock(monkeypatch, now() + timedelta(minutes=31))
    page = f"/unions/{COUNTY}/exchange/1"
    answer = client.get(f"{page}/files/1.xlsx", headers={"Referer": f"http://localhost{page}"})
    assert answer.headers["Location"] == f"/confirm?next={page}"
    assert "再重新办理" in client.get(answer.headers["Location"]).text


def test_a_fragment_asked_for_after_the_session_ended_takes_the_whole_page_along(client):
    answer = client.get("/home", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/sign-in")


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "javascript:alert(1)",
        "home",
        "/a\r\nSet-Cookie: x=1",
        "",
        None,
    ],
)
def test_after_sign_in_nobody_is_sent_off_the_site(target):
    assert safe_next(target) is None


def test_pages_of_this_site_may_be_gone_on_to():
    assert safe_next("/unions/331083/totals?on=2018-07-31") == "/unions/331083/totals?on=2018-07-31"
