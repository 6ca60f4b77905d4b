"""Numbers in addresses and arguments that no table can hold: never an error of ours."""

import io

import pytest

from registry.access.roles import Role
from tests.factories.accounts import csrf_of, make_account, sign_in
from tests.factories.clerk_desk import ROSTER, sit_down
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_roster, take_in
from tests.web.test_guard import PLACE_OF, routes

HUGE = ("99999999999999999999", "9223372036854775808")
ODD = (*HUGE, "9223372036854775807", "2147483648", "²", "１２", "-1", "1e3", "")
NUMBERS = ("submission_id", "account_id", "member_id", "bundle_id", "row")


def address_of(app, rule, **values):
    """Return the address of a route; numbers that the site itself would never write go in too."""
    named = {name: f"N{name}N" for name in rule.arguments}
    address = rule.rule
    for name in named:
        for form in (f"<int:{name}>", f"<row:{name}>", f"<{name}>"):
            address = address.replace(form, str(values.get(name, "1")))
    return address


def test_every_number_in_an_address_is_bounded(app, client):
    app.config["WTF_CSRF_ENABLED"] = False
    sit_down(client)
    tried = 0
    for rule, _endpoint, method in routes(app):
        for name in rule.arguments & set(NUMBERS):
            for number in HUGE:
                address = address_of(app, rule, **{"code": UNION, name: number})
                answer = client.open(address, method=method)
                assert answer.status_code in (404, 405), f"{method} {rule} {name}={number}"
                tried += 1
    assert tried > 100


LISTS = {
    Role.CLERK: ["submissions", "members"],
    Role.REVIEWER: ["queue", "queue/closed", "looks"],
    Role.ADMINISTRATOR: ["bundles"],
    Role.LOG_KEEPER: ["trail"],
}


def test_no_argument_is_too_large_for_a_list(register_with_screens):
    client = register_with_screens.test_client()
    number = take_in(make_roster(make_people(2), {0: {"mobile": "138"}}), sit_down(client))
    addresses = [
        f"/submissions/{number}{page}" for page in ("", "/missing", "/compare", "/rows/2/around")
    ]
    for role, lists in LISTS.items():
        if role is not Role.CLERK:
            client = register_with_screens.test_client()
            sign_in(client, make_account(role, PLACE_OF[role], name=f"odd-{role.value.lower()}"))
        for address in (*addresses, *(f"/unions/{PLACE_OF[role]}/{one}" for one in lists)):
            for odd in ("9" * 20, "9223372036854775807", "²"):
                asked = {"after": odd, "before": odd, "row": odd, "mark": odd}
                answer = client.get(address, query_string=asked)
                assert answer.status_code < 500, (address, odd)
        addresses = [f"/submissions/{number}", f"/submissions/{number}/review"]


@pytest.mark.parametrize("size", ["²", "９", *HUGE[:2]])
def test_a_size_that_is_no_number_says_nothing_of_the_file(client, size):
    sit_down(client)
    data = {
        "csrf_token": csrf_of(client, ROSTER),
        "kind": "INCREMENT",
        "file": (io.BytesIO(make_roster(make_people(2))), "a.xlsx"),
        "size": size,
    }
    answer = client.post(ROSTER, data=data)
    assert answer.status_code == 303


@pytest.mark.parametrize("odd", ODD)
def test_forms_take_no_number_that_is_none(client, odd):
    clerk = sit_down(client)
    number = take_in(make_roster(make_people(2), {0: {"mobile": "138"}}), clerk)
    token = {"csrf_token": csrf_of(client)}
    for action, fields in (
        ("undo", {"step": odd}),
        ("rows/2", {"version": odd, "mobile": "13905760001"}),
        ("rows/2/exclude", {"version": odd}),
        ("alike", {"row": odd, "field": "ethnicity", "fault": "code.unknown", "value": "汉族"}),
        ("missing", {"members": odd, "scope": "chosen", "why": "LEFT", "after": odd}),
        ("missing", {f"was-{odd}": "|", f"why-{odd}": "OVERLOOKED"}),
    ):
        answer = client.post(f"/submissions/{number}/{action}", data={**token, **fields})
        assert answer.status_code < 500, (action, answer.status_code)
