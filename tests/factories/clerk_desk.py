"""What a clerk does at the desk, through the test client, and what can be seen of it."""

import io
import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.access.actor import Actor
from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.db import db
from registry.jobs.leases import unfinished, worker_name
from registry.jobs.work import run
from registry.submissions import queries
from registry.submissions.queries import SubmissionView
from registry.submissions.row_views import RowView
from registry.trail.queries import Entry, entries
from tests.factories.accounts import csrf_of, make_account, sign_in
from tests.factories.rosters import UNION
from tests.factories.unions import make_union

ROSTER = f"/unions/{UNION}/roster"


def sit_down(client: FlaskClient) -> Actor:
    """Sign a clerk of the union in and return the actor."""
    make_union(UNION, name="玉环青禾阀门厂工会")
    account = make_account(Role.CLERK, UNION, name="clerk", display_name="王会计")
    sign_in(client, account)
    return actor_of(db.session(), account.id)


def upload(
    client: FlaskClient,
    content: bytes,
    *,
    kind: str = "INCREMENT",
    name: str = "花名册.csv",
    **fields: str,
) -> TestResponse:
    """Send the upload form."""
    data = {
        "csrf_token": csrf_of(client, ROSTER),
        "kind": kind,
        "file": (io.BytesIO(content), name),
        **fields,
    }
    return client.post(ROSTER, data=data)


def read_all() -> None:
    """Do the worker's part."""
    for batch in unfinished(db.session()):
        run(batch, worker_name())
    db.session.rollback()


def save(client: FlaskClient, number: int, row: int, **values: object) -> TestResponse:
    """Save cells as the page does, by htmx; returns the fragments."""
    answer = client.post(
        f"/submissions/{number}/rows/{row}",
        data={"csrf_token": csrf_of(client), "shown": "2,3,4,5,6,7", "tab": "error", **values},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 200, answer.text
    return answer


def submission(number: int) -> SubmissionView:
    """Return a submission as it stands now."""
    db.session.rollback()
    return queries.find(db.session(), number)


def row_of(number: int, row: int) -> RowView:
    """Return a row as it stands now."""
    return queries.row(db.session(), submission(number), row)


def acts(action: str) -> list[Entry]:
    """Return the trail's entries of an action, newest first."""
    return entries(db.session(), "331083", action=action)


def figures(text: str) -> list[int]:
    """Return the big figures of the check page: all, ok, warning, error, skipped."""
    return [int(one.replace(",", "")) for one in re.findall(r"(?:</span>|\">)([\d,]+)</dd>", text)]
