"""Signed heads at the second place, the script that needs no code of ours, and what both find."""

import importlib.util
import subprocess
import sys
from datetime import timedelta

import pytest
import sqlalchemy as sa

from config import ROOT
from registry.clock import now
from registry.db import db, transaction
from registry.trail import copies, operations, queries
from registry.trail.copies import NotWritten
from registry.vault import signing
from tests.factories.app import make_app, running
from tests.factories.clock import set_clock
from tests.factories.unions import COUNTY

SCRIPT = ROOT / "docs" / "operators" / "verify-trail.py"
# All that the form of an entry must hold.
DETAIL = {"reason": '核对"\\\t\n /\x7f\u2028𬭎', "rows": [1, 2.5, None, True], "person": "0a" * 32}
# What is done to ten entries, of which the copies know seven, and where both say that it broke.
TAMPERED = {
    "nothing": ((), None),
    "changed": (("UPDATE trail_entry SET detail = '{}' WHERE number = 2",), 2),
    "a suite changed": (("UPDATE trail_entry SET suite = 2 WHERE number = 2",), 2),
    "a suite unknown": (("UPDATE trail_entry SET suite = 99 WHERE number = 2",), 2),
    "removed": (("DELETE FROM trail_entry WHERE number = 3",), 3),
    "inserted": (
        (
            "INSERT INTO trail_entry SELECT county, 11, at, actor_id, actor_name, action, place,"
            " result, detail, hash, hash, suite FROM trail_entry WHERE number = 10",
        ),
        11,
    ),
    "reordered": (
        (
            "UPDATE trail_entry SET number = 99 WHERE number = 5",
            "UPDATE trail_entry SET number = 5 WHERE number = 6",
            "UPDATE trail_entry SET number = 6 WHERE number = 99",
        ),
        5,
    ),
    "persons forgotten": (("DELETE FROM trail_person WHERE number = 4",), 4),
    "a person changed": (
        (
            "UPDATE trail_person SET person_key = hash FROM trail_entry"
            " WHERE trail_person.number = 4",
        ),
        4,
    ),
    "a person named": (
        ("INSERT INTO trail_person SELECT county, hash, number FROM trail_entry WHERE number = 5",),
        5,
    ),
    "a person named by nothing": (
        ("INSERT INTO trail_person SELECT county, hash, 11 FROM trail_entry WHERE number = 5",),
        11,
    ),
    "cut off": (("DELETE FROM trail_entry WHERE number > 8",), 9),
    # With the head set back nothing in the database tells: the copies do.
    "cut off with its head": (
        (
            "DELETE FROM trail_entry WHERE number > 5",
            "DELETE FROM trail_person WHERE number > 5",
            "UPDATE trail_head SET number = 5,"
            " hash = (SELECT hash FROM trail_entry WHERE number = 5)",
        ),
        6,
    ),
    "emptied": (
        ("DELETE FROM trail_entry", "DELETE FROM trail_person", "DELETE FROM trail_head"),
        1,
    ),
}


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


@pytest.fixture
def app(tmp_path, place, database_url):
    has_tables = database_url is not None
    app = make_app(
        tmp_path,
        database_url,
        has_tables=has_tables,
        screens=False,
        REGISTRY_TRAIL_HEADS=str(place),
    )
    with running(app):
        signing.new_key(app.config["DATA"])
        yield app


def record(app, count):
    """Record entries, under both sets in turn."""
    with transaction() as session:
        for at in range(count):
            app.config["CRYPTOGRAPHY"] = ("sm", "aes")[at % 2]
            operations.record(
                session, "a.b", actor=None, county=COUNTY, place=COUNTY, detail=DETAIL
            )


def tamper(statements):
    with transaction() as session:
        for statement in statements:
            session.execute(sa.text(statement))


def found():
    """Return what the product finds."""
    _, faults = queries.verify(db.session())
    db.session.rollback()
    return [(one.county, one.number) for one in faults]


def address_of(app):
    return app.config["DATABASE_URL"].removeprefix("sqlite:///")


def load_script():
    spec = importlib.util.spec_from_file_location("verify_trail", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


def run(app, *more):
    """Return the exit code of the script and its lines."""
    command = [sys.executable, "-I", SCRIPT, address_of(app), *map(str, more)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not ran.stderr
    return ran.returncode, ran.stdout.splitlines()


def test_product_and_script_find_the_same(app, place):
    record(app, 4)
    assert copies.write_due() == 1
    record(app, 3)
    copies.write_now()
    record(app, 3)
    tables = ("trail_entry", "trail_person", "trail_head")
    for table in tables:
        tamper([f"CREATE TABLE kept_{table} AS SELECT * FROM {table}"])
    script, address = load_script(), address_of(app)
    kept = script.signed_heads(place, [])
    assert set(kept[COUNTY]) == {4, 7}
    for name, (statements, number) in TAMPERED.items():
        tamper(statements)
        wanted = [] if number is None else [(COUNTY, number)]
        assert found() == wanted, name
        assert [fault[:2] for fault in script.verify(address, kept)[1]] == wanted, name
        for table in tables:
            tamper([f"DELETE FROM {table}", f"INSERT INTO {table} SELECT * FROM kept_{table}"])
    assert run(app, "--heads", place) == (0, ["10 entries read, 0 faults"])

    # Written anew from the fourth entry on, in itself without a fault.
    tamper(
        [
            "DELETE FROM trail_entry WHERE number > 3",
            "DELETE FROM trail_person WHERE number > 3",
            "UPDATE trail_head SET number = 3,"
            " hash = (SELECT hash FROM trail_entry WHERE number = 3)",
        ]
    )
    record(app, 9)
    assert run(app)[0] == 0
    assert found() == [(COUNTY, 4)]
    assert run(app, "--heads", place)[1][0].startswith(f"{COUNTY} entry 4: not what")


def test_what_no_act_wrote_is_found(app, database_url):
    """SQLite keeps in any column what it is given."""
    if database_url is not None:
        return
    record(app, 3)
    script, address = load_script(), address_of(app)
    tamper(["CREATE TABLE kept AS SELECT * FROM trail_entry"])
    for wrong in (
        "at = 'x'",
        "detail = CAST(x'ff7b7d' AS TEXT)",
        "detail = CAST(detail AS BLOB)",
        "actor_name = CAST(x'61' AS BLOB)",
        "place = CAST(x'c3' AS TEXT)",
    ):
        tamper([f"UPDATE trail_entry SET {wrong} WHERE number = 2"])
        assert found() == [(COUNTY, 2)], wrong
        assert [fault[:2] for fault in script.verify(address, {})[1]] == [(COUNTY, 2)], wrong
        tamper(["DELETE FROM trail_entry", "INSERT INTO trail_entry SELECT * FROM kept"])
    assert found() == []


def test_an_index_of_persons_in_a_county_without_entries_is_found(app):
    record(app, 1)
    tamper(["INSERT INTO trail_person SELECT '110101', person_key, 1 FROM trail_person"])
    assert found() == [("110101", 1)]
    assert [fault[:2] for fault in load_script().verify(address_of(app), {})[1]] == found()


def test_heads_that_somebody_else_signed(app, place, tmp_path):
    record(app, 2)
    copies.write_now()
    (file,) = place.glob("*.jsonl")
    (key,) = place.glob("*.pem")
    own = tmp_path / "own.pem"
    own.write_bytes(key.read_bytes())
    file.write_text(file.read_text("utf-8") + '{"document": "torn', "utf-8")
    assert found() == []
    assert run(app, "--heads", place, "--key", own)[0] == 0

    file.write_text(file.read_text("utf-8").replace('number\\": 2', 'number\\": 1'), "utf-8")
    assert found() == [("", 0)]
    assert run(app, "--heads", place, "--key", own)[0] == 2
    file.unlink()
    place.rename(place.with_name("gone"))
    assert found() == [("", 0)]
    with pytest.raises(NotWritten):
        copies.write_now()


def test_when_they_are_written_and_what_says_that_they_are_not(app, place, monkeypatch):
    def standing():
        db.session.rollback()
        return copies.standing(db.session(), COUNTY)

    start = now()
    assert copies.write_due() == 0
    record(app, 2)
    assert standing() == (0, None, False, "")
    assert (copies.write_due(), copies.write_due()) == (1, 0)
    assert standing()[:1] + standing()[2:] == (2, False, "")
    record(app, 1)
    assert copies.write_due() == 0  # too soon
    set_clock(monkeypatch, start + timedelta(minutes=11))
    assert copies.write_due() == 1
    assert standing().number == 3

    record(app, 1)
    set_clock(monkeypatch, start + timedelta(minutes=45))
    assert standing().is_late  # no worker writes them
    assert copies.late_counties(db.session()) == [COUNTY]
    place.rename(place.with_name("away"))
    assert copies.write_due() == 0
    assert standing().fault == "另存的位置不存在或没有挂载"
    assert copies.write_due() == 0
    place.with_name("away").rename(place)
    set_clock(monkeypatch, start + timedelta(minutes=48))
    assert copies.write_due() == 1
    assert standing()[2:] == (False, "")
    assert found() == []

    app.config["TRAIL_HEADS"] = ""
    assert (copies.write_due(), standing(), copies.late_counties(db.session())) == (0, None, None)
    assert len(copies.write_now()) == 1
