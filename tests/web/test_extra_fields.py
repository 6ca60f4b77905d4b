"""What a form does not ask for changes nothing: states, unions, people, roles sent along."""

import io

from sqlalchemy import select

from registry.access.roles import Role
from registry.accounts.models import Account, AccountRole
from registry.db import db
from registry.members.models import Membership
from registry.review.models import Decision
from registry.submissions.models import Submission
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.clerk_desk import read_all
from tests.factories.people import make_people
from tests.factories.rosters import OTHER_UNION, UNION, make_roster
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

EXTRA = {
    "state": "CLOSED",
    "status": "APPROVED",
    "union": OTHER_UNION,
    "union_code": OTHER_UNION,
    "code": OTHER_UNION,
    "path": "/",
    "county": "331082",
    "place": COUNTY,
    "reviewer": "99",
    "decided_by": "99",
    "submitted_by": "99",
    "created_by": "99",
    "account_id": "99",
    "actor": "99",
    "roles": "ADMINISTRATOR",
    "role": "ADMINISTRATOR",
    "is_locked": "0",
    "must_change_password": "",
    "version": "77",
    "id": "77",
}


def browser_of(app, account):
    browser = app.test_client()
    sign_in(browser, account)
    return browser


def test_extra_fields_change_nothing_on_the_way_of_a_roster(app):
    make_union_tree()
    clerk, reviewer = make_account(Role.CLERK, UNION), make_account(Role.REVIEWER, TOWNSHIP)
    desk = browser_of(app, clerk)
    page = f"/unions/{UNION}/roster"
    file = (io.BytesIO(make_roster(make_people(3))), "名册.csv")
    address = post(desk, page, page, kind="INCREMENT", file=file, **EXTRA).headers["Location"]
    read_all()
    assert post(desk, f"{address}/submit", f"{address}/submit", **EXTRA).status_code == 303
    [sent] = db.session.scalars(select(Submission))
    assert (sent.id, sent.union_code, sent.county, sent.state) == (
        int(address.rpartition("/")[2]),
        UNION,
        COUNTY,
        "SUBMITTED",
    )
    assert (sent.created_by, sent.submitted_by) == (clerk.id, clerk.id)
    # approved, sent back and the like by the sender: a right is no field of a form
    assert post(desk, f"{address}/approve", address, rows="2", **EXTRA).status_code == 403
    other = browser_of(app, reviewer)
    answer = post(other, f"{address}/approve", f"{address}/review", rows="2", **EXTRA)
    assert answer.status_code == 303
    [made] = db.session.scalars(select(Decision))
    assert (made.decided_by, made.verdict, made.row_count) == (reviewer.id, "APPROVE", 1)
    assert list(db.session.scalars(select(Membership.union_code))) == [UNION]
    db.session.rollback()
    # a clerk's account stays one
    desk = f"/unions/{TOWNSHIP}/clerks"
    said = {**EXTRA, "union": UNION, "names": "王会计", "display_name": "王会计"}
    post(other, f"{desk}/create", desk, **said)
    opened = db.session.execute(
        select(Account.place, AccountRole.role)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(Account.id > reviewer.id)
    )
    assert {tuple(one) for one in opened} <= {(UNION, "CLERK"), (OTHER_UNION, "CLERK")}
