"""What a reviewer does with rosters of many unions, through the test client."""

import io
import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.access.roles import Role
from registry.db import db
from registry.jobs.leases import unfinished, worker_name
from registry.jobs.work import run
from tests.factories.accounts import csrf_of, make_account, sign_in
from tests.factories.bundles import TOWNSHIP, make_unions

LIST = f"/unions/{TOWNSHIP}/bundles"
COUNTY_LIST = "/unions/331083/bundles"


def sit_down(client: FlaskClient) -> FlaskClient:
    """Sign the township's reviewer in, whose unions the files name."""
    make_unions()
    sign_in(client, make_account(Role.REVIEWER, TOWNSHIP, name="reviewer", display_name="江华国"))
    return client


def upload(
    client: FlaskClient,
    content: bytes,
    page: str = LIST,
    name: str = "合并名册.csv",
    **fields: str,
) -> TestResponse:
    """Send a file by the form of a page."""
    data = {"csrf_token": csrf_of(client, page), "file": (io.BytesIO(content), name), **fields}
    return client.post(page, data=data)


def work() -> None:
    """Do all work that waits."""
    for batch in unfinished(db.session()):
        run(batch, worker_name())
    db.session.rollback()


def uploaded(client: FlaskClient, content: bytes, page: str = LIST) -> str:
    """Send a file and have it read; returns the address of its page."""
    answer = upload(client, content, page)
    assert answer.status_code == 303, answer.text
    work()
    return answer.headers["Location"]


def words(text: str) -> str:
    """Return what a page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
