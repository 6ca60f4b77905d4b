"""No record, no act: where the trail cannot be written, nothing is done and nothing given away."""

import pytest
import sqlalchemy as sa

from registry.access.roles import Role
from registry.accounts import operations as accounts
from registry.accounts import signing, tokens
from registry.clock import today
from registry.db import db
from registry.members import operations as members
from registry.members import roster
from registry.members.models import Member
from registry.members.seeing import Field, Why
from registry.review.operations import approve, reject
from registry.submissions.taking_out import take_out
from registry.totals.operations import export_totals
from registry.trail import operations as trail
from registry.unions import book
from tests.factories.accounts import PASSWORD, make_account, make_actor
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_reviewer, make_roster, send_in
from tests.factories.schema import whole_metadata
from tests.factories.tokens import make_token
from tests.factories.unions import COUNTY, TOWNSHIP


@pytest.fixture
def app(register):
    """Both engines."""
    return register


def kept():
    """Return all that the database holds, but for attempts: they are counted before the act."""
    db.session.rollback()
    tables = [table for table in whole_metadata().sorted_tables if table.name != "sign_in_failure"]
    return {table.name: sorted(map(repr, db.session.execute(sa.select(table)))) for table in tables}


def test_without_its_entry_no_act_is_done_and_no_file_given(monkeypatch):
    people, clerk, reviewer = make_people(2), make_clerk(), make_reviewer()
    approve(send_in(make_roster(people[:1]), clerk), actor=reviewer)
    member = db.session.scalar(sa.select(Member.id))
    waiting = send_in(make_roster(people[1:]), clerk)
    city, administrator = (make_actor(role, COUNTY) for role in (Role.AUDITOR, Role.ADMINISTRATOR))
    other = make_account(Role.REVIEWER, TOWNSHIP)
    make_token(clerk)
    acts = {
        "sign in": lambda: signing.sign_in(other.name, PASSWORD, address="192.0.2.1"),
        "lock": lambda: accounts.lock(other.id, actor=administrator),
        "roles": lambda: accounts.set_roles(other.id, [Role.REVIEWER], actor=administrator),
        "token": lambda: tokens.end(1, actor=clerk),
        "approve": lambda: approve(waiting, actor=reviewer),
        "reject": lambda: reject(
            waiting, actor=reviewer, rows=[2], reason="wrong_data", note="请核对"
        ),
        "look up": lambda: members.look_up(people[0].number, actor=clerk),
        "show": lambda: members.open_member(
            COUNTY, member, Field.MOBILE, actor=clerk, why=Why("VERIFY")
        ),
        "pre-filled": lambda: roster.rows_of(UNION, actor=clerk),
        "original": lambda: take_out(waiting, actor=reviewer, why=Why("VERIFY")),
        "unions": lambda: book.export(COUNTY, actor=city),
        "totals": lambda: export_totals(COUNTY, today(), actor=city),
    }
    before = kept()

    def full(*_said, **_more):
        raise OSError("the trail cannot be written")

    monkeypatch.setattr(trail, "chain_hash", full)
    for name, act in acts.items():
        with pytest.raises(OSError, match="cannot be written"):
            act()
        assert kept() == before, name
