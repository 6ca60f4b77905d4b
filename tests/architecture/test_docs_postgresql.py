"""The grants of the operators' page are enough for all work of the site, and for no more."""

import re
import uuid
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from registry.access.roles import Role
from registry.clock import today
from registry.db import db
from registry.jobs.leases import beat
from registry.jobs.queries import worker_alive
from registry.jobs.resealing import reseal_all
from registry.reorganising.ending import dissolve
from registry.reorganising.moving import move
from registry.review.operations import approve, send_back
from registry.totals.recount import reconcile
from registry.trail.queries import verify
from registry.unions.employers import cover, uncover
from registry.unions.history import events
from registry.unions.lifecycle import change
from registry.unions.particulars import Particulars
from registry.vault import keyfile
from seeds.installation import schema_is_current, upgrade_schema
from tests.factories.accounts import make_actor
from tests.factories.app import make_app, running
from tests.factories.people import make_people
from tests.factories.register import founded
from tests.factories.rosters import make_clerk, make_reviewer, make_roster, send_in
from tests.factories.schema import whole_metadata
from tests.factories.unions import COUNTY, make_union_tree

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operators" / "postgresql.md"
REFUSED = (
    "UPDATE trail_entry SET result = 'done'",
    "DELETE FROM trail_entry",
    "TRUNCATE trail_entry",
    "UPDATE trail_person SET number = 1",
    "DELETE FROM trail_person",
    "DELETE FROM trail_head",
    "DELETE FROM trail_copy",
    "ALTER TABLE trail_entry DISABLE TRIGGER ALL",
    "DROP TRIGGER trail_entry_append_only ON trail_entry",
    "UPDATE decision SET note = ''",
    "DELETE FROM membership_event",
    "DELETE FROM member",
    "DELETE FROM account",
    "DELETE FROM trade_union",
    "UPDATE union_event SET note = ''",
    "DELETE FROM union_event",
    "DROP TABLE tally",
    "CREATE TABLE more (id integer)",
)


def grants() -> str:
    """Return the statements of the page."""
    found = re.search(r"<!-- grants -->\n```sql\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    assert found is not None
    return found[1]


@pytest.fixture
def site_url(new_postgresql):
    """A migrated database, as the site's role sees it; the tree was laid by the owner."""
    owner = new_postgresql()
    role = f"tongxin_site_{uuid.uuid4().hex[:8]}"
    plain = owner.replace("+psycopg", "")
    engine = sa.create_engine(owner)
    upgrade_schema(engine)
    engine.dispose()
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'site'")
        connection.execute(grants().replace("tongxin_site", role))
    yield re.sub(r"//[^/@]*@?([^/@]*)/", rf"//{role}:site@\1/", owner), owner
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"DROP OWNED BY {role}")
        connection.execute(f"DROP ROLE {role}")


@pytest.fixture
def site(site_url, tmp_path):
    """The application with the site's role, on a tree with persons to act."""
    url, owner = site_url
    with running(make_app(tmp_path, owner)):
        make_union_tree()
    with running(make_app(tmp_path, url)) as app:
        yield app


def test_every_table_is_granted():
    listed = set(re.findall(r"\w+", re.sub(r"--.*", "", grants())))
    assert set(whole_metadata().tables) <= listed


def test_a_roster_goes_its_way_with_the_sites_role(site):
    number = send_in(make_roster(make_people(5)), make_clerk())
    reviewer = make_reviewer()
    send_back(number, actor=reviewer, rows=[2], reason="wrong_data", note="姓名有误")
    assert approve(number, actor=reviewer).decided == 4
    beat("worker")
    assert worker_alive(db.session())
    assert reconcile(db.session(), "331083") == (4, [])
    keyfile.add_key(site.config["DATA"])
    assert reseal_all(lambda line: None) > 0
    assert verify(db.session())[1] == []
    assert schema_is_current()


def test_unions_are_registered_and_reorganised_with_the_sites_role(site):
    code = founded(make_reviewer())
    city = make_actor(Role.AUDITOR, COUNTY)
    change(code, Particulars(kind="2"), actor=city)
    cover(code, "试验阀门厂", actor=city)
    uncover(code, 1, actor=city)
    move(code, "331083002", actor=city)
    dissolve(code, today(), actor=city)
    assert len(events(db.session(), COUNTY, code)) == 7


def test_the_sites_role_rewrites_nothing(site_url):
    plain = site_url[0].replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as connection:
        for statement in REFUSED:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
