"""A program hands a roster in: in a form or bare, read by a worker, sent, taken back."""

import io

import pytest

from registry.access.roles import Role
from registry.db import db
from registry.jobs.leases import unfinished, worker_name
from registry.jobs.work import run
from registry.notices.operations import publish
from registry.review.operations import approve
from registry.submissions import queries
from registry.trail.queries import entries
from tests.factories.accounts import make_actor
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_reviewer, make_roster
from tests.factories.tokens import make_program
from tests.factories.unions import COUNTY, TOWNSHIP

HERE = f"/unions/{UNION}/submissions"
PEOPLE = make_people(3)
GOOD = make_roster(PEOPLE)
FAULTY = make_roster(PEOPLE, {1: {"document_number": "33108319900101001X"}})


@pytest.fixture
def program(app):
    return make_program(app, make_clerk())


def read():
    db.session.rollback()
    for batch in unfinished(db.session()):
        run(batch, worker_name())
    db.session.rollback()


def bare(program, content=GOOD, key="", **said):
    headers = {"Idempotency-Key": key} if key else {}
    return program.post(HERE, data=content, query_string=said, headers=headers)


def form(program, content=GOOD, **said):
    return program.post(HERE, data={"file": (io.BytesIO(content), "名册.csv"), **said})


def code_of(answer):
    return answer.json["refused"]["code"]


@pytest.mark.parametrize("hand_in", [bare, form])
def test_a_roster_is_taken_in_read_and_sent(program, hand_in):
    answer = hand_in(program)
    assert (answer.status_code, answer.mimetype) == (202, "application/json")
    number = answer.json["submission"]
    assert answer.json == {"submission": number, "state": "DRAFT", "already": False}
    assert answer.headers["Cache-Control"] == "no-store"
    waits = program.get(f"/submissions/{number}").json
    assert (waits["state"], waits["progress"]["state"]) == ("DRAFT", "WAITING")
    read()
    sent = program.get(f"/submissions/{number}").json
    assert (sent["state"], sent["refused"], sent["rows"]["ok"]) == ("SUBMITTED", None, 3)
    assert sent["matches"]["new"] == 3 and sent["decided"]["pending"] == 3


def test_the_names_of_files_are_kept_without_folders(program):
    for answer in (bare(program, file_name="c:\\x\\名册.csv"), form(program)):
        number = answer.json["submission"]
        assert program.get(f"/submissions/{number}").json["file"]["name"] == "名册.csv"
        program.post(f"/submissions/{number}/withdraw")


def test_what_is_said_beside_the_file_counts(program):
    number = form(program, FAULTY, kind="full", hold_errors="true", employees="40").json[
        "submission"
    ]
    read()
    told = program.get(f"/submissions/{number}").json
    assert (told["kind"], told["state"], told["decided"]["held"]) == ("FULL", "SUBMITTED", 1)
    assert queries.find(db.session(), number).employees == 40


def test_a_faulty_roster_says_why_it_was_not_sent(program):
    number = bare(program, FAULTY).json["submission"]
    read()
    told = program.get(f"/submissions/{number}").json
    assert (told["state"], told["refused"]["code"]) == ("DRAFT", "submit.has_errors")
    answer = program.post(f"/submissions/{number}/submit")
    assert (answer.status_code, code_of(answer)) == (409, "submit.has_errors")
    answer = program.post(f"/submissions/{number}/submit", json={"hold_errors": True})
    assert answer.status_code == 200
    assert (answer.json["state"], answer.json["held"]) == ("SUBMITTED", 1)
    assert program.get(f"/submissions/{answer.json['draft']}").json["rows"]["error"] == 1
    again = program.post(f"/submissions/{number}/submit", json={"hold_errors": True})
    assert (again.status_code, again.json["already"]) == (200, True)


def test_the_same_key_is_answered_alike_and_never_for_something_else(program):
    first = bare(program, key="2026-11-a")
    read()
    again = bare(program, key="2026-11-a")
    assert (again.status_code, again.json) == (first.status_code, first.json)
    other = bare(program, FAULTY, key="2026-11-a")
    assert (other.status_code, code_of(other)) == (422, "request.other")
    assert len(entries(db.session(), COUNTY, action="roster.upload")) == 1


def test_the_same_file_again_without_a_key_is_the_same_submission(program):
    number = bare(program).json["submission"]
    read()
    assert bare(program).json == {"submission": number, "state": "SUBMITTED", "already": True}


def test_withdrawing_gives_a_draft_back(program):
    number = bare(program).json["submission"]
    read()
    answer = program.post(f"/submissions/{number}/withdraw")
    assert (answer.status_code, answer.json["state"]) == (200, "WITHDRAWN")
    assert program.get(f"/submissions/{answer.json['draft']}").json["state"] == "DRAFT"
    again = program.post(f"/submissions/{number}/withdraw")
    assert (again.status_code, code_of(again)) == (409, "submission.state")


def test_what_was_decided_is_not_taken_back(program):
    number = bare(program).json["submission"]
    read()
    approve(number, actor=make_reviewer(), rows=[2])
    answer = program.post(f"/submissions/{number}/withdraw")
    assert (answer.status_code, code_of(answer)) == (409, "submission.state")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"kind": "FULL"}, "request.kind"),
        ({"kind": "full"}, "employees.missing"),
        ({"employees": "5"}, "employees.kind"),
        ({"kind": "full", "employees": "0"}, "request.number"),
        ({"kind": "full", "employees": "٣"}, "request.number"),
        ({"kind": "full", "employees": "9" * 30}, "request.number"),
        ({"hold_errors": "maybe"}, "request.whether"),
        ({"sha256": "0" * 64}, "upload.cut_off"),
    ],
)
def test_what_cannot_be_taken_is_refused_before_anything_is_kept(program, said, code):
    for answer in (bare(program, **said), form(program, **said)):
        assert (answer.status_code, code_of(answer)) == (422, code)
    assert entries(db.session(), COUNTY, action="roster.upload") == []


def test_no_file_and_an_empty_one(program):
    answer = program.post(HERE, data={"kind": "full"}, content_type="multipart/form-data")
    assert (answer.status_code, code_of(answer)) == (422, "upload.missing")
    assert code_of(bare(program, b"")) == "upload.empty"
    assert code_of(bare(program, key="k" * 201)) == "request.key"


def test_too_large_a_file(app, program):
    app.config["UPLOAD_BYTES"] = 1000
    answer = bare(program, b"x" * 1001)
    assert (answer.status_code, code_of(answer)) == (413, "file.too_large")
    app.config["MAX_CONTENT_LENGTH"] = 2000
    for hand_in in (bare, form):
        answer = hand_in(program, b"x" * 3000)
        assert (answer.status_code, code_of(answer)) == (413, "file.too_large")


def test_so_many_uploads_in_a_day(app, program):
    app.config["UPLOADS_PER_DAY"] = 1
    bare(program)
    answer = bare(program, FAULTY)
    assert (answer.status_code, code_of(answer)) == (429, "upload.quota")


def test_a_roster_goes_to_a_grassroots_union(app):
    clerk = make_actor([Role.CLERK, Role.REVIEWER], TOWNSHIP)
    answer = make_program(app, clerk).post(f"/unions/{TOWNSHIP}/submissions", data=GOOD)
    assert (answer.status_code, code_of(answer)) == (422, "union.not_grassroots")


@pytest.mark.parametrize(
    "body", [b"[]", b"{", b'{"employees": "5"}', b'{"more": 1}', b"\xff", b'{"hold_errors": 1}']
)
def test_bodies_that_are_not_what_is_asked_for(program, body):
    number = bare(program).json["submission"]
    answer = program.post(f"/submissions/{number}/submit", data=body)
    assert (answer.status_code, code_of(answer)) == (422, "request.body")


def test_a_full_draft_needs_its_employees(program):
    number = form(program, FAULTY, kind="full", employees="40").json["submission"]
    read()
    answer = program.post(f"/submissions/{number}/submit", json={"hold_errors": True})
    assert (answer.status_code, code_of(answer)) == (422, "employees.missing")


def test_the_notice_that_was_told_is_named_with_the_roster_and_kept(program):
    city = make_actor(Role.AUDITOR, COUNTY)
    first = bare(program, key="n-1", notice=1)
    assert first.status_code == 202
    read()
    told = program.get(f"/submissions/{first.json['submission']}").json["notice"]
    assert (told["version"], told["shown"]) == (1, True)
    assert told["purpose"] and told["confirmed_at"]
    publish("换了目的", "换了全文", actor=city)
    # The same request is answered as before; it stands for nothing else.
    assert bare(program, key="n-1", notice=1).json == first.json
    assert code_of(bare(program, key="n-1", notice=2)) == "request.other"
    late = bare(program, FAULTY, notice=1)
    assert (late.status_code, code_of(late)) == (409, "notice.changed")
    assert bare(program, FAULTY, notice="x").status_code == 422
    # A version that came in force before the roster was read refuses the sending, not the roster.
    other = form(program, make_roster(make_people(2, seed=3)), notice="2").json["submission"]
    publish("又换了", "又换了全文", actor=city)
    read()
    kept = program.get(f"/submissions/{other}").json
    assert (kept["state"], kept["refused"]["code"], kept["notice"]) == (
        "DRAFT",
        "notice.changed",
        None,
    )
    # Who names none has confirmed what it did not see.
    program.post(f"/submissions/{other}/submit")
    said = program.get(f"/submissions/{other}").json["notice"]
    assert (said["version"], said["purpose"], said["shown"]) == (3, "又换了", False)
