"""Totals as the command prints them; eligibility as one bit."""

import json
import subprocess

import pytest

from registry.access.roles import Role
from registry.clock import today
from registry.db import db
from registry.review.operations import approve
from registry.trail.queries import entries
from tests.factories.accounts import make_actor
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_reviewer, make_roster, send_in
from tests.factories.tokens import make_program
from tests.factories.unions import COUNTY, TOWNSHIP
from tests.factories.workers import REGISTRY

ANNA, BEN = make_people(2)
ASKED = {"document_kind": "居民身份证", "number": ANNA.number, "name": ANNA.full_name}


@pytest.fixture
def city(app):
    number = send_in(make_roster([ANNA]), make_clerk())
    approve(number, actor=make_reviewer())
    return make_program(app, make_actor(Role.AUDITOR, COUNTY))


def printed(app, *arguments):
    environ = {"REGISTRY_DATA": str(app.config["DATA"])}
    ran = subprocess.run(
        [REGISTRY, "totals", *arguments, "--json"],
        env=environ,
        capture_output=True,
        check=True,
    )
    return json.loads(ran.stdout)


def test_the_totals_are_the_very_document_of_the_command(app, city):
    answer = city.get(f"/unions/{COUNTY}/totals")
    assert answer.json == printed(app)
    assert answer.json["total"]["members"] == 1
    past = city.get(f"/unions/{TOWNSHIP}/totals?on=2018-07-31")
    assert past.json == printed(app, "--under", TOWNSHIP, "--on", "2018-07-31")


def test_a_clerk_gets_their_union_s(app, city):
    told = make_program(app, make_clerk()).get(f"/unions/{UNION}/totals").json
    assert (told["under"], told["on"]) == (UNION, today().isoformat())


@pytest.mark.parametrize(
    ("on", "code"),
    [
        ("2018-7-31", "date.malformed"),
        ("x", "date.malformed"),
        ("0001-01-01", "date.too_early"),
        ("2999-01-01", "date.future"),
    ],
)
def test_days_that_cannot_be(city, on, code):
    answer = city.get(f"/unions/{COUNTY}/totals?on={on}")
    assert (answer.status_code, answer.json["refused"]["code"]) == (422, code)


def test_eligibility_is_one_bit_and_nothing_more(city):
    assert city.post("/eligibility", json=ASKED).data == b'{"eligible":true}'
    answers = [
        city.post("/eligibility", json=ASKED | other)
        for other in ({"name": BEN.full_name}, {"number": BEN.number}, {"number": "1"})
    ]
    for answer in answers:
        assert (answer.status_code, answer.data) == (200, b'{"eligible":false}')
    said = {tuple(sorted(answer.headers.items())) for answer in answers}
    assert len(said) == 1
    assert len(entries(db.session(), COUNTY, action="member.eligibility")) == 4


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "request.body"),
        (ASKED | {"born_on": "1990-01-01"}, "request.body"),
        (ASKED | {"number": 5}, "request.body"),
        (ASKED | {"document_kind": "x"}, "eligibility.kind"),
        (ASKED | {"name": ""}, "eligibility.name"),
    ],
)
def test_what_cannot_be_asked(city, body, code):
    answer = city.post("/eligibility", json=body)
    assert (answer.status_code, answer.json["refused"]["code"]) == (422, code)
    assert ANNA.number not in answer.text


def test_so_often_in_a_day(app, city):
    app.config["ELIGIBILITY_PER_DAY"] = 1
    city.post("/eligibility", json=ASKED)
    answer = city.post("/eligibility", json=ASKED)
    assert (answer.status_code, answer.json["refused"]["code"]) == (429, "eligibility.quota")
