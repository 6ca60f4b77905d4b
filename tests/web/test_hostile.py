"""Hostile files by page and by program: an answer in plain words, and the site lives on."""

import io

import pytest

from registry.access.roles import Role
from registry.db import db
from registry.jobs.leases import unfinished
from tests.factories.accounts import csrf_of, make_account, sign_in
from tests.factories.clerk_desk import ROSTER, read_all, sit_down
from tests.factories.hostile import DOUBTFUL, FILES, REFUSED
from tests.factories.people import make_people
from tests.factories.rosters import OTHER_UNION, UNION, make_clerk, make_roster
from tests.factories.tokens import make_program


@pytest.fixture
def desk(app, client):
    """The site with a clerk at the desk, a program, and a clerk of another union."""
    app.config["UPLOADS_PER_DAY"] = 10_000
    sit_down(client)
    other = app.test_client()
    sign_in(other, make_account(Role.CLERK, OTHER_UNION))
    return client, make_program(app, make_clerk()), other


def by_page(client, content):
    data = {
        "csrf_token": csrf_of(client),
        "kind": "INCREMENT",
        "file": (io.BytesIO(content), "../../名册<script>.xlsx"),
    }
    answer = client.post(ROSTER, data=data)
    if answer.status_code == 400:  # nothing at all in it
        return answer.text
    assert answer.status_code == 303
    read_all()
    page = client.get(answer.headers["Location"], follow_redirects=True)
    assert page.status_code == 200
    return page.text


def by_program(program, content):
    answer = program.post(
        f"/unions/{UNION}/submissions", data=content, query_string={"kind": "reverify"}
    )
    if answer.status_code == 422:
        return answer.json["refused"]
    assert answer.status_code == 202
    read_all()
    told = program.get(f"/submissions/{answer.json['submission']}")
    assert told.status_code == 200
    return told.json["refused"]


def everything_has_its_answer(desk, names):
    client, program, other = desk
    for number, name in enumerate(names):
        content = FILES[name]()
        text = by_page(client, content)
        assert "<script>" not in text and "Traceback" not in text and "系统出错" not in text, name
        refused = by_program(program, content)
        if name in REFUSED:
            assert refused is not None, name
            assert not refused["message"].isascii(), name
            assert refused["message"][:5] in text, name
        if number % 10 == 0:
            assert other.get("/home").status_code == 200
    assert unfinished(db.session()) == []
    whole = by_page(client, make_roster(make_people(3)))
    assert "3" in whole and "提交" in whole


def test_some_of_them(desk):
    everything_has_its_answer(desk, [*REFUSED][::17] + [*DOUBTFUL][::19])


@pytest.mark.soak
# Large files of forms are closed when they are forgotten.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_all_of_them(desk):
    everything_has_its_answer(desk, FILES)
