"""How a roster stands, as its clerk and its reviewer are told: whole, paged, and masked."""

import json

import pytest

from registry.db import db
from registry.review.operations import approve, send_back
from registry.submissions.report import stored_report
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_reviewer, make_roster, send_in, take_in
from tests.factories.tokens import make_program

PEOPLE = make_people(6)
WRONG = {
    1: {"document_number": PEOPLE[1].number[:-1] + ("0" if PEOPLE[1].number[-1] != "0" else "1")},
    3: {"mobile": "12345"},
    4: {"ethnicity": "汗族"},
}
ROSTER = make_roster(PEOPLE, WRONG)


@pytest.fixture
def app(each_app):
    """The site on each engine."""
    return each_app


@pytest.fixture
def clerk(app):
    return make_clerk()


@pytest.fixture
def program(app, clerk):
    return make_program(app, clerk)


def test_the_counts_are_those_of_the_check(program, clerk):
    number = take_in(ROSTER, clerk)
    told, check = program.get(f"/submissions/{number}").json, stored_report(number, actor=clerk)
    for part in ("file", "rows", "file_findings"):
        assert told[part] == json.loads(json.dumps(check[part]))
    assert told["rows"]["total"] == 6
    assert (told["submission"], told["union"], told["kind"]) == (number, UNION, "INCREMENT")


def test_findings_come_in_pages_and_are_those_of_the_check(program, clerk):
    number = take_in(ROSTER, clerk)
    expected = stored_report(number, actor=clerk)["findings"]
    found, after, pages = [], 0, 0
    while after is not None:
        page = program.get(
            f"/submissions/{number}/findings", query_string={"after": after, "limit": 1}
        )
        found += page.json["findings"]
        after, pages = page.json["next"], pages + 1
    assert pages >= 3
    hidden = {"document_number", "mobile"}
    for one, other in zip(found, expected, strict=True):
        assert {**one, "suggestion": None} == {**other, "suggestion": None}
        if one["field"] not in hidden:
            assert one["suggestion"] == other["suggestion"]


def test_no_number_stands_anywhere_in_full(program, clerk):
    number = take_in(ROSTER, clerk)
    assert any(one["suggestion"] for one in stored_report(number, actor=clerk)["findings"])
    said = "".join(
        program.get(f"/submissions/{number}{part}").text for part in ("", "/findings", "/decisions")
    )
    for person in PEOPLE:
        assert person.number not in said and person.mobile not in said
        assert person.number[:17] not in said


def test_skipped_rows_are_listed_once(program, clerk):
    number = take_in(make_roster(PEOPLE[:2]) + "\n合计,2\n".encode(), clerk)
    first = program.get(f"/submissions/{number}/findings").json
    assert [one["why"] for one in first["skipped"]][-1] == "footer"
    assert program.get(f"/submissions/{number}/findings?after=3").json["skipped"] == []


def test_decisions_and_what_became_of_each_row(app, program, clerk):
    number, reviewer = send_in(ROSTER, clerk), make_reviewer()
    back = send_back(number, actor=reviewer, rows=[2], reason="wrong_data", note="姓名有误")
    approve(number, actor=reviewer)
    told = program.get(f"/submissions/{number}/decisions").json
    verdicts = [
        (one["verdict"], one["reason"], one["note"], one["rows"]) for one in told["decisions"]
    ]
    assert verdicts[0] == ("SEND_BACK", "wrong_data", "姓名有误", 1)
    assert verdicts[1][:3] == ("APPROVE", None, None)
    rows = {one["row"]: one for one in told["rows"]}
    assert rows[2] == {
        "row": 2,
        "state": "SENT_BACK",
        "decision": told["decisions"][0]["decision"],
        "draft": back.follow_up_id,
    }
    assert {one["state"] for one in told["rows"]} == {"SENT_BACK", "APPROVED", "HELD"}
    page = program.get(f"/submissions/{number}/decisions?after=2&limit=1").json
    assert [one["row"] for one in page["rows"]] == [3] and page["next"] == 3


def test_the_reviewer_sees_what_was_sent_and_no_drafts(app, clerk):
    draft, sent = take_in(ROSTER, clerk), send_in(make_roster(PEOPLE[:1]), clerk)
    program = make_program(app, make_reviewer())
    assert program.get(f"/submissions/{sent}").json["state"] == "SUBMITTED"
    assert program.get(f"/submissions/{sent}/decisions").status_code == 200
    for address in (f"/submissions/{draft}", f"/submissions/{draft}/decisions"):
        assert program.get(address).status_code == 403
    assert program.get(f"/submissions/{sent}/findings").status_code == 403


@pytest.mark.parametrize(
    "asked", ["after=-1", "limit=0", "limit=1001", "after=x", "after=99999999999"]
)
def test_pages_that_cannot_be(program, clerk, asked):
    number = take_in(ROSTER, clerk)
    for part in ("findings", "decisions"):
        answer = program.get(f"/submissions/{number}/{part}?{asked}")
        assert (answer.status_code, answer.json["refused"]["code"]) == (422, "request.number")
    assert db.session is not None
