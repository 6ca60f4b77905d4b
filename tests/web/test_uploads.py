"""What did not arrive whole stores nothing, by page and by program; limits are the installation's;
the key of a request is its account's own, for a while.
"""

import gc
import io
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import func, select
from werkzeug.test import EnvironBuilder, run_wsgi_app
from werkzeug.wrappers import Response

import config
from registry.access.roles import Role
from registry.clock import now
from registry.db import db, setting
from registry.jobs import housekeeping
from registry.jobs.models import Delivery
from registry.roster.limits import BULK, ORDINARY, bulk, ordinary
from registry.submissions.models import Submission
from tests.factories.accounts import csrf_of, make_account, make_actor, sign_in
from tests.factories.app import make_app, running
from tests.factories.clerk_desk import read_all, sit_down
from tests.factories.clock import set_clock
from tests.factories.people import label_row, make_people, table
from tests.factories.rosters import UNION, make_clerk, make_roster
from tests.factories.tokens import make_program
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree
from tests.factories.workbooks import xlsx_of

CONTENT = make_roster(make_people(40))
PAGE = f"/unions/{UNION}/roster"
HERE = f"/unions/{UNION}/submissions"
# Where a file may be sent in a form of a page, and by whom.
FORMS = (
    (Role.CLERK, UNION, PAGE),
    (Role.REVIEWER, TOWNSHIP, f"/unions/{TOWNSHIP}/bundles"),
    (Role.REVIEWER, TOWNSHIP, f"/unions/{TOWNSHIP}/unions/imports"),
    (Role.AUDITOR, COUNTY, f"/unions/{COUNTY}/reference/loads"),
)


def stored():
    folder = Path(setting("DATA")) / "originals"
    db.session.rollback()
    count = db.session.scalar(select(func.count()).select_from(Submission))
    return count + len(list(folder.iterdir()) if folder.exists() else ())


def cut(client, address, share, *, terminated, **more):
    """Send the first part of a request whose line breaks, to a server that notices and to one that
    runs the view on half a body (gunicorn).
    """
    builder = EnvironBuilder(address, method="POST", **more)
    environ = builder.get_environ()
    body = environ["wsgi.input"].read()
    environ["wsgi.input"] = io.BytesIO(body[: int(len(body) * share)])
    environ["wsgi.input_terminated"] = terminated
    builder.close()
    client._add_cookies_to_wsgi(environ)
    db.session.rollback()
    with client.application.app_context():
        return Response(*run_wsgi_app(client.application, environ))


# The form parser forgets to close what it began.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_upload_that_breaks_off_stores_nothing(app, client):
    sit_down(client)
    program = make_program(app, make_clerk())
    form = {
        "csrf_token": csrf_of(client, PAGE),
        "kind": "INCREMENT",
        "size": str(len(CONTENT)),
    }
    for share, terminated in product((0.01, 0.25, 0.5, 0.99), (False, True)):
        # the token in the header, as scripts send it: nothing but the file is missing
        headers = {"X-CSRFToken": form["csrf_token"]}
        data = {**form, "file": (io.BytesIO(CONTENT), "名册.csv")}
        answer = cut(client, PAGE, share, terminated=terminated, data=data, headers=headers)
        assert answer.status_code == 400 and "<h1>" in answer.get_data(as_text=True)
        for said in ({"data": CONTENT}, {"data": {"file": (io.BytesIO(CONTENT), "名册.csv")}}):
            answer = cut(
                program._client,
                f"/api/v1{HERE}",
                share,
                terminated=terminated,
                headers=program._headers,
                **said,
            )
            assert answer.status_code in (400, 422)
            assert answer.json["refused"]["message"]
    assert stored() == 0
    gc.collect()


def test_what_is_not_the_announced_file_is_refused_by_every_form(app):
    make_union_tree()
    for role, place, page in FORMS:
        browser = app.test_client()
        sign_in(browser, make_account(role, place))
        for said in ({"sha256": "0" * 64}, {"size": str(len(CONTENT) + 1)}):
            data = {
                "csrf_token": csrf_of(browser, page),
                "kind": "INCREMENT",
                "file": (io.BytesIO(CONTENT), "名册.csv"),
                **said,
            }
            answer = browser.post(page, data=data)
            assert answer.status_code == 400, page
            assert "文件没有传完整" in answer.text, page
    assert stored() == 0


def test_the_limits_are_settings_and_hold_where_files_are_read(tmp_path):
    given = config.load({})
    assert (ordinary(given.get), bulk(given.get)) == (ORDINARY, BULK)
    with running(make_app(tmp_path, REGISTRY_UPLOAD_CELLS="100")) as app:
        client = app.test_client()
        sit_down(client)
        data = {
            "csrf_token": csrf_of(client, PAGE),
            "kind": "INCREMENT",
            "file": (
                io.BytesIO(xlsx_of(table([label_row(one) for one in make_people(30)]))),
                "名册.xlsx",
            ),
        }
        address = client.post(PAGE, data=data).headers["Location"]
        read_all()
        assert "单元格数" in client.get(address).text


def test_a_key_is_the_accounts_own_and_forgotten_after_a_while(app, monkeypatch):
    make_union_tree()
    one, other = make_clerk(), make_actor(Role.CLERK, UNION, name="another-clerk")
    key = {"Idempotency-Key": "2026-11"}
    first, second = (make_program(app, actor) for actor in (one, other))
    number = first.post(HERE, data=CONTENT, headers=key).json["submission"]
    assert first.post(HERE, data=CONTENT, headers=key).json["submission"] == number
    assert first.post(HERE, data=CONTENT[:-30], headers=key).status_code == 422
    # another account's key of the same name is another key
    theirs = second.post(HERE, data=CONTENT[:-30], headers=key)
    assert theirs.status_code == 202 and theirs.json["submission"] != number
    set_clock(monkeypatch, now() + timedelta(hours=73))
    assert first.post(HERE, data=CONTENT[:-60], headers=key).status_code == 202
    housekeeping.sweep()
    kept = select(func.count()).where(Delivery.request_key.is_not(None))
    assert db.session.scalar(kept) == 1
