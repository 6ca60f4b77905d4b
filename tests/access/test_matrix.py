"""The whole matrix: every route × who asks × own and foreign place, against a written table.

`matrix.csv` is the policy written down once more, by hand: a route that is new or behind another
door fails here until its row says so. The views themselves are taken away for the test, so that
"let in" is an answer like any other and nothing is done.
"""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import insert, update

from registry.access.doors import asks_lately, doors_of
from registry.access.roles import DEPUTY, GRANTS, Permission, Role
from registry.accounts import deputies, operations
from registry.accounts.models import Account
from registry.accounts.queries import actor_of
from registry.clock import now, today
from registry.db import db, table_of, transaction
from registry.submissions.models import Submission
from registry.web import errors, guard
from tests.factories.accounts import make_account, make_actor, sign_in
from tests.factories.app import make_app, running
from tests.factories.clock import set_clock
from tests.factories.unions import COUNTY, TOWNSHIP, make_union, make_union_tree

UNION, SIBLING = "3310830010001", "3310830010002"
OTHER_TOWNSHIP, FOREIGN = "331083002", "3310830020001"
FAR = "3310820010001"  # in another county
PLACES = (COUNTY, TOWNSHIP, UNION, SIBLING, FOREIGN, FAR)
PLACE_OF = {
    Role.CLERK: UNION,
    Role.REVIEWER: TOWNSHIP,
    Role.AUDITOR: COUNTY,
    Role.ADMINISTRATOR: COUNTY,
    Role.LOG_KEEPER: COUNTY,
}
# Which places each role has, written down: the code of a place begins with that of the one above.
INSIDE = {
    UNION: {UNION},
    TOWNSHIP: {TOWNSHIP, UNION, SIBLING},
    COUNTY: {COUNTY, TOWNSHIP, UNION, SIBLING, OTHER_TOWNSHIP, FOREIGN},
}
# What somebody may who must choose a new password first.
FIRST = {"/password", "/sign-out", "/watermark.svg"}
LET_IN, SIGN_IN, PASSWORD, CONFIRM = "let in", "/sign-in", "/password", "/confirm"


class Row(NamedTuple):
    """One row of the table."""

    route: str
    method: str
    door: str
    place: str
    password: str


def table() -> list[Row]:
    with (Path(__file__).parent / "matrix.csv").open(encoding="utf-8", newline="") as file:
        return [Row(*line) for line in list(csv.reader(file))[1:]]


PAGES = [row for row in table() if not row.route.startswith("/api/")]
GUARDED = [row for row in PAGES if row.door not in ("open", "signed in")]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site of two counties whose views say only that they were reached."""
    app = make_app(tmp_path_factory.mktemp("matrix"))
    app.config["WTF_CSRF_ENABLED"] = False
    with running(app), without_bodies(app), pytest.MonkeyPatch.context() as patch:
        # Pages of refusal and the trail have their own tests; here they would be nine tenths.
        patch.setattr(errors, "render_template", lambda *_, **__: "refused")
        patch.setattr(guard.operations, "record_refusal", lambda **_: None)
        make_union_tree(townships=2, unions=2)
        make_union(FAR, name="别的市的工会")
        app.extensions["places"] = {
            code: _place(number, code) for number, code in enumerate([*PLACES, OTHER_TOWNSHIP], 1)
        }
        yield app


@contextmanager
def without_bodies(app) -> Iterator[None]:
    """Take the views away from behind their guards, and put them back."""
    cells = {}
    for endpoint, view in app.view_functions.items():
        if doors_of(view):
            cells[endpoint] = view.__closure__[view.__code__.co_freevars.index("view")]
    bodies = {endpoint: cell.cell_contents for endpoint, cell in cells.items()}
    for cell in cells.values():
        cell.cell_contents = lambda **_: LET_IN
    try:
        yield
    finally:
        for endpoint, cell in cells.items():
            cell.cell_contents = bodies[endpoint]


def _place(number, code):
    """Make an account and a submission there; returns what addresses are built with."""
    union = make_union(code)
    with transaction() as session:
        session.execute(
            insert(table_of(Submission)).values(
                county=union.county,
                id=number,
                union_code=code,
                path=union.path,
                kind="INCREMENT",
                state="DRAFT",
                is_current=False,
                source="FORM",
                file_name="",
                created_by=1,
                created_at=now(),
            )
        )
    account = make_account(Role.CLERK, code)
    return {"code": code, "account_id": account.id, "submission_id": number}


def signed_in(site, account):
    browser = site.test_client()
    sign_in_cookie(site, browser, account)
    return browser


def sign_in_cookie(site, browser, account):
    """Sign in through the page, whose view is there for that moment."""
    view = site.view_functions["signin.sign_in"]
    cell = view.__closure__[view.__code__.co_freevars.index("view")]
    stub, cell.cell_contents = cell.cell_contents, view.__wrapped__
    site.config["WTF_CSRF_ENABLED"] = True
    try:
        sign_in(browser, account)
    finally:
        site.config["WTF_CSRF_ENABLED"] = False
        cell.cell_contents = stub


def asked(site, browser, row, code):
    """Ask for a row's address at a place; returns the answer in a word."""
    rule = rules(site)[row.route, row.method]
    values = {name: site.extensions["places"][code].get(name, "1") for name in rule.arguments}
    address = rule.build(values, append_unknown=False)[1]
    answer = browser.open(address, method=row.method)
    if answer.status_code == 303:
        return "/" + answer.headers["Location"].split("?")[0].strip("/")
    if "请再次输入密码" in answer.text:
        return CONFIRM  # on the spot, with the form that was sent
    return LET_IN if answer.text == LET_IN else answer.status_code


def rules(site):
    if "rules" not in site.extensions:
        site.extensions["rules"] = {
            (rule.rule, method): rule
            for rule in site.url_map.iter_rules()
            for method in rule.methods
        }
    return site.extensions["rules"]


def outcomes(site, browser, rows, codes=PLACES):
    """Return what each row answers at each place that it may name, at the first for the others."""
    return {
        (row.method, row.route, code): asked(site, browser, row, code)
        for row in rows
        for code in (codes if row.place not in ("own", "-") else codes[:1])
    }


def expected(permissions, inside, rows, codes=PLACES):
    def one(row, code):
        if row.place not in ("own", "-") and code not in inside:
            return 404
        return LET_IN if row.door in permissions else 403

    return {
        (row.method, row.route, code): one(row, code)
        for row in rows
        for code in (codes if row.place not in ("own", "-") else codes[:1])
    }


def differing(found, wanted):
    assert found.keys() == wanted.keys()
    return {key: (found[key], wanted[key]) for key in found if found[key] != wanted[key]}


def test_the_table_is_the_site(site):
    named = {"code": "union", "submission_id": "submission", "account_id": "account"}
    found = set()
    for rule in site.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        view = site.view_functions[rule.endpoint]
        [door] = doors_of(view)
        place = " ".join(words for name, words in named.items() if name in rule.arguments)
        place = place or ("-" if door in ("open", "signed in") else "own")
        password = "fresh" if asks_lately(view) else ""
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            found.add(Row(rule.rule, method, door, place, password))
    rows = table()
    assert found == set(rows) and len(found) == len(rows)
    assert rows == sorted(rows)
    assert {row.door for row in rows} - {"open", "signed in"} == set(Permission)


@pytest.mark.parametrize("role", list(Role))
def test_every_route_by_role_and_place(site, role):
    browser = signed_in(site, make_account(role, PLACE_OF[role]))
    wanted = expected(GRANTS[role], INSIDE[PLACE_OF[role]], GUARDED)
    assert differing(outcomes(site, browser, GUARDED), wanted) == {}
    for row in PAGES:
        if row.door == "signed in":
            assert asked(site, browser, row, UNION) == LET_IN


def test_a_deputy_has_little_at_the_others_unit_and_nothing_at_the_own(site):
    away, deputy = (
        make_account(Role.REVIEWER, TOWNSHIP),
        make_account(Role.REVIEWER, OTHER_TOWNSHIP),
    )
    actor = actor_of(db.session(), away.id)
    number = deputies.name(away.id, deputy.id, today(), today(), actor=actor)
    browser = signed_in(site, deputy)
    with browser.session_transaction() as cookie:
        cookie["acting"] = number
    wanted = expected(DEPUTY, INSIDE[TOWNSHIP], GUARDED)
    assert differing(outcomes(site, browser, GUARDED), wanted) == {}
    deputies.end(number, actor=actor)
    assert asked(site, browser, _row("/unions/<code>/queue"), TOWNSHIP) == 404
    assert asked(site, browser, _row("/unions/<code>/queue"), OTHER_TOWNSHIP) == LET_IN


def test_who_is_nobody_locked_or_new_gets_no_further_than_the_door(site):
    locked, new = (make_account(Role.ADMINISTRATOR, COUNTY) for _ in range(2))
    browsers = {SIGN_IN: signed_in(site, locked), PASSWORD: signed_in(site, new)}
    with transaction() as session:
        for one, values in ((locked, {"is_locked": True}), (new, {"must_change_password": True})):
            session.execute(update(Account).where(Account.id == one.id).values(**values))
    rows = [row for row in PAGES if row.door != "open"]
    for door, browser in [(SIGN_IN, site.test_client()), *browsers.items()]:
        for row in rows:
            wanted = LET_IN if door == PASSWORD and row.route in FIRST else door
            assert asked(site, browser, row, UNION) == wanted, (door, row)
    for row in set(PAGES) - set(rows):
        assert asked(site, site.test_client(), row, UNION) == LET_IN


@pytest.mark.parametrize("role", list(Role))
def test_weighty_acts_ask_for_the_password_again(site, role, monkeypatch):
    account = make_account(role, PLACE_OF[role])
    browser = signed_in(site, account)
    set_clock(monkeypatch, now() + timedelta(minutes=31))
    for row in PAGES:
        if row.door in GRANTS[role] or row.door == "signed in":
            wanted = CONFIRM if row.password else LET_IN
            assert asked(site, browser, row, PLACE_OF[role]) == wanted, row


def test_a_right_that_is_taken_away_is_gone_at_the_next_request(site):
    account = make_account([Role.REVIEWER, Role.AUDITOR], COUNTY)
    browser, row = signed_in(site, account), _row("/unions/<code>/queue")
    assert asked(site, browser, row, COUNTY) == LET_IN
    administrator = make_actor(Role.ADMINISTRATOR, COUNTY)
    operations.set_roles(account.id, [Role.AUDITOR], actor=administrator)
    assert asked(site, browser, row, COUNTY) == 403
    operations.set_roles(account.id, [Role.REVIEWER], actor=administrator)
    assert asked(site, browser, row, COUNTY) == LET_IN
    operations.lock(account.id, actor=administrator)
    assert asked(site, browser, row, COUNTY) == SIGN_IN


def _row(route, method="GET"):
    return next(row for row in PAGES if (row.route, row.method) == (route, method))
