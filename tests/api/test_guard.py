"""Every address of the interface has one guard, and it holds: address × role × place × scope."""

import pytest

from registry.access.doors import doors_of
from registry.access.roles import GRANTS, Permission, Role
from registry.access.scopes import Scope, offered
from registry.api.openapi import document
from registry.db import db
from registry.trail.queries import entries
from tests.factories.accounts import make_account, make_actor, sign_in
from tests.factories.people import make_people
from tests.factories.rosters import OTHER_UNION, UNION, make_clerk, make_roster, send_in
from tests.factories.tokens import ROOT, Program, make_program
from tests.factories.unions import COUNTY, TOWNSHIP

FOREIGN, OTHER_COUNTY, FAR = "3310830020001", "331082", "3310820010001"
PLACE_OF = {
    Role.CLERK: UNION,
    Role.REVIEWER: TOWNSHIP,
    Role.AUDITOR: COUNTY,
    Role.ADMINISTRATOR: COUNTY,
    Role.LOG_KEEPER: COUNTY,
}
OPEN = {"api.description"}


def addresses(app):
    """Return (rule, method, permission) of what a token is asked for."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(ROOT) and rule.endpoint not in OPEN:
            [door] = doors_of(app.view_functions[rule.endpoint])
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                yield rule, method, Permission(door)


def scope_of(rule, method):
    """Return the scope that the description gives an address."""
    path = rule.rule.removeprefix(ROOT).replace("<code>", "{code}")
    path = path.replace("<int:submission_id>", "{submission_id}")
    return Scope(document()["paths"][path][method.lower()]["x-scope"])


@pytest.fixture
def places(app):
    """Return the parameters of addresses by union: a submission each."""
    made = {}
    for code in (UNION, OTHER_UNION, FOREIGN, FAR):
        number = send_in(
            make_roster(make_people(1, seed=int(code[4:]))), make_clerk(code), union=code
        )
        made[code] = {"code": code, "submission_id": number}
    for code in (TOWNSHIP, COUNTY, OTHER_COUNTY):
        made[code] = {"code": code}
    return made


def address_of(rule, parameters):
    return rule.build({name: parameters[name] for name in rule.arguments}, append_unknown=False)[1]


def fits(rule, parameters):
    return rule.arguments and rule.arguments <= parameters.keys()


def call(program, rule, method, parameters):
    return program.call(method, address_of(rule, parameters).removeprefix(ROOT))


def token_of(role):
    actor = make_actor(role, PLACE_OF[role])
    return actor, offered(actor.roles)


@pytest.mark.parametrize("role", list(Role))
def test_every_address_by_role_and_place(app, places, role):
    actor, scopes = token_of(role)
    if not scopes:
        return
    program = make_program(app, actor)
    for rule, method, permission in addresses(app):
        for code, parameters in places.items():
            if not fits(rule, parameters):
                continue
            inside, has = code.startswith(PLACE_OF[role]), permission in GRANTS[role]
            answer = call(program, rule, method, parameters)
            if inside and has:
                assert answer.status_code not in (401, 403, 404), f"{method} {rule} {role} {code}"
            else:
                assert answer.status_code == (403 if inside else 404), f"{method} {rule} {code}"
                expected = "permission.missing" if inside else "place.unknown"
                assert answer.json["refused"]["code"] == expected


def test_roles_without_any_scope_get_no_token():
    assert [role for role in Role if not offered([role])] == [Role.ADMINISTRATOR, Role.LOG_KEEPER]


@pytest.mark.parametrize("role", [Role.CLERK, Role.REVIEWER, Role.AUDITOR])
def test_a_scope_opens_its_own_addresses_and_no_others(app, places, role):
    actor, scopes = token_of(role)
    programs = {scope: make_program(app, actor, scope) for scope in scopes}
    here = {**places[PLACE_OF[role]], "submission_id": places[UNION]["submission_id"]}
    for rule, method, permission in addresses(app):
        if permission not in GRANTS[role]:
            continue
        for scope, program in programs.items():
            answer = call(program, rule, method, here)
            if scope is scope_of(rule, method):
                assert answer.status_code not in (401, 403, 404), f"{method} {rule} {scope}"
            else:
                assert answer.status_code == 403, f"{method} {rule} {scope}"
                assert answer.json["refused"]["code"] == "scope.missing"


@pytest.mark.parametrize(
    "shown", [None, "Bearer", "Bearer x", "Basic eDp5", "tx_331083_x", "Bearer é"]
)
def test_without_a_good_token_nothing_opens(app, places, shown):
    client = app.test_client()
    headers = {} if shown is None else {"Authorization": shown}
    for rule, method, _ in addresses(app):
        for code in (UNION, COUNTY):
            parameters = {**places[UNION], "code": code}
            answer = client.open(address_of(rule, parameters), method=method, headers=headers)
            assert answer.status_code in (401, 429), f"{method} {rule}"
            assert answer.json["refused"]["code"].startswith("token.")
            if answer.status_code == 401:
                assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_cookie_opens_nothing(app, places):
    client = app.test_client()
    sign_in(client, make_account(Role.CLERK, UNION))
    answer = client.get(f"{ROOT}/unions/{UNION}/totals")
    assert (answer.status_code, answer.json["refused"]["code"]) == (401, "token.missing")
    assert "Set-Cookie" not in answer.headers


def test_a_token_opens_no_page(app, places):
    program = make_program(app, make_clerk())
    answer = program._client.get(f"/unions/{UNION}/totals", headers=program._headers)
    assert answer.status_code == 303


def test_what_does_not_exist_looks_like_what_is_elsewhere(app, places):
    program = make_program(app, make_clerk())
    pairs = (
        (f"/unions/{FOREIGN}/totals", "/unions/3310839990001/totals"),
        (f"/submissions/{places[FOREIGN]['submission_id']}", "/submissions/999999"),
    )
    for foreign, nowhere in pairs:
        one, other = program.get(foreign), program.get(nowhere)
        assert (one.status_code, one.data) == (other.status_code, other.data)


@pytest.mark.parametrize("code", ["%00", "%FF", "%ED%A0%80", "%F0%9F%92%A9", "1" * 300, "%27--"])
def test_codes_that_no_union_can_have(each_app, code):
    program = make_program(each_app, make_clerk())
    for answer in (
        program.get(f"/unions/{code}/totals"),
        program.post(f"/unions/{code}/submissions", data=b"x"),
    ):
        assert (answer.status_code, answer.json["refused"]["code"]) == (404, "place.unknown")
    assert len(entries(db.session(), COUNTY, action="access.refused")) == 2


def test_refusals_are_on_the_trail(app, places):
    clerk = make_clerk()
    program = make_program(app, clerk, Scope.TOTALS_READ)
    program.get(f"/unions/{FOREIGN}/totals")
    program.get(f"/submissions/{places[UNION]['submission_id']}")
    program.post("/eligibility")
    said = entries(db.session(), COUNTY, action="access.refused")
    assert [(one.actor_name, one.result) for one in said] == [
        (clerk.name, "refused:permission.missing"),
        (clerk.name, "refused:scope.missing"),
        (clerk.name, "refused:place.unknown"),
    ]


def test_a_right_that_is_taken_away_is_gone_at_the_next_request(app, places):
    from registry.accounts import operations

    account = make_account([Role.CLERK, Role.REVIEWER], TOWNSHIP)
    from registry.accounts.queries import actor_of

    program = make_program(app, actor_of(db.session(), account.id), Scope.ROSTERS_SEND)
    address = f"/unions/{UNION}/submissions"
    assert program.post(address).status_code == 422
    administrator = make_actor(Role.ADMINISTRATOR, COUNTY)
    operations.set_roles(account.id, [Role.REVIEWER], actor=administrator)
    assert program.post(address).status_code == 401


def test_nothing_is_changed_by_get(app):
    for rule, method, permission in addresses(app):
        changes = permission is Permission.WORK_ROSTER and "findings" not in rule.rule
        assert (method == "GET") != (changes or "eligibility" in rule.rule), rule


def test_unknown_addresses_and_methods_are_answered_in_json(app):
    program = Program(app, "x")
    answer = program.get("/nothing/here")
    assert (answer.status_code, answer.json["refused"]["code"]) == (404, "address.unknown")
    answer = program.call("DELETE", "/eligibility")
    assert (answer.status_code, answer.json["refused"]["code"]) == (405, "method.wrong")
    assert "POST" in answer.headers["Allow"]
