"""There and back: what was backed up is what is restored, on either engine, whatever goes on."""

import re
import threading

import msgspec
import pytest
from sqlalchemy import func, insert, select

from registry.accounts.models import SignInSession
from registry.backups import tables
from registry.db import db, setting, transaction
from registry.jobs.resealing import reseal_all
from registry.members.models import Member
from registry.review.operations import approve
from registry.submissions.models import Submission
from registry.totals.operations import recount
from registry.trail import queries as trail
from registry.vault import keyfile
from tests.factories.backups import back_up, empty_place, restored_in, silent, stamp
from tests.factories.people import make_people
from tests.factories.rosters import (
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
    take_in,
)
from tests.factories.schema import rows
from tests.factories.unions import COUNTY

NUMBERS = re.compile(rb"\d{17}[\dX]|1[3-9]\d{9}")


@pytest.fixture
def other_engine(register, request):
    """The address of an empty database of the engine that the register is not on."""
    on_sqlite = db.engine.dialect.name == "sqlite"
    return request.getfixturevalue("new_postgresql")() if on_sqlite else None


def content():
    """Return all rows of all tables as a backup has them, and how many the next act would see."""
    with tables.snapshot() as connection:
        return {
            table.name: sorted(
                repr(row)
                for part in tables.parts(connection, table)
                for row in zip(*unpacked(part.content), strict=True)
            )
            for table in tables.described(connection)
        }


def unpacked(part):
    return msgspec.msgpack.decode(tables.zlib.decompress(part))["values"]


def test_restored_on_the_other_engine_it_is_the_same(register, other_engine, tmp_path):
    stamp()
    clerk, reviewer = make_clerk(), make_reviewer()
    sent = send_in(make_roster(make_people(30)), clerk)
    approve(sent, actor=reviewer)
    take_in(make_roster(make_people(34)[30:], {0: {"full_name": None}}), clerk)
    with transaction() as session:
        stolen = rows()["sign_in_session"] | {"account_id": clerk.account_id}
        session.execute(insert(SignInSession).values(stolen))
    before, folder = content(), setting("DATA")
    assert len(before["member"]) == 30

    made = back_up(tmp_path)

    assert made.path.parent == tmp_path and made.path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.glob("*.part")] == []
    sealed = made.path.read_bytes().partition(b"\n")[2]
    assert NUMBERS.search(sealed) is None
    for path in (folder / "keys.json", folder / "signing" / "ed25519.pem"):
        assert path.read_bytes() not in sealed
    (entry,) = trail.entries(db.session(), COUNTY, action="backup.make")
    assert (entry.detail["sha256"], entry.detail["originals"]) == (made.sha256, 2)

    with restored_in(made.path, empty_place(tmp_path / "there", folder), other_engine) as found:
        restored = found[1]
        assert restored.faults == []
        assert (restored.originals, restored.tables["member"]) == (2, 30)
        entries = trail.entries(db.session(), COUNTY)
        assert entries[0].action == "backup.restore"
        assert [head.number for head in restored.heads] == [entries[0].number - 1]
        after = content()
        moving = ("trail_entry", "trail_head")  # by the entry of the restoration
        assert {name: rows for name, rows in after.items() if name not in moving} == {
            name: rows for name, rows in before.items() if name not in moving
        }
        assert set(before["trail_entry"]) < set(after["trail_entry"])
        assert recount(COUNTY) == (30, [])
        assert db.session().scalars(select(SignInSession)).all() == []  # it was ended since
        # Life goes on there.
        again = send_in(make_roster(make_people(40)[34:]), clerk)
        approve(again, actor=reviewer)
        assert recount(COUNTY) == (36, [])


def test_made_while_rosters_are_sent_and_keys_change(small_register, tmp_path):
    stamp()
    clerk, reviewer, folder = make_clerk(), make_reviewer(), setting("DATA")
    people = make_people(60)
    acknowledged, stop = [], threading.Event()

    def send(at):
        number = send_in(make_roster(people[at : at + 3]), clerk)
        approve(number, actor=reviewer)
        acknowledged.append(number)

    def write():
        with small_register.app_context():
            for at in range(3, 60, 3):
                if not stop.is_set():
                    send(at)

    send(0)
    writer = threading.Thread(target=write)
    writer.start()
    before = list(acknowledged)
    keyfile.add_key(folder)
    resealing = threading.Thread(target=lambda: _resealed(small_register))
    resealing.start()
    made = back_up(tmp_path / "one.backup")
    stop.set()
    writer.join()
    resealing.join()

    with restored_in(made.path, empty_place(tmp_path / "there", folder)) as (_, restored):
        assert restored.faults == []
        there = set(db.session().scalars(select(Submission.id)))
        assert set(before) <= there
        checked, differences = recount(COUNTY)
        assert differences == []
        assert checked == db.session().scalar(select(func.count()).select_from(Member))


def _resealed(app):
    with app.app_context():
        reseal_all(silent)
