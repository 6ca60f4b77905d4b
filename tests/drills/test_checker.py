"""The checker itself: it finds nothing wrong where nothing is, and whatever is changed by SQL."""

import hashlib
import shutil
import sqlite3
from contextlib import closing

from registry.db import db
from registry.review.operations import approve
from tests.drills.checker import Ack, check
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_reviewer, make_roster, send_in

CHANGES = {
    "DELETE FROM submission_row WHERE row = 2": "rows sent",
    "UPDATE submission SET state = 'WITHDRAWN'": "is not there",
    "UPDATE submission SET file_sha256 = 'x'": "another file",
    "INSERT INTO submission (county, id, union_code, path, kind, state, is_current, source,"
    " file_name, file_sha256, columns, file_findings, skipped, answers, is_read, total_count,"
    " ok_count, warning_count, error_count, skipped_count, missing_count, pending_count,"
    " was_sent_back, version, created_by, created_at) SELECT county, 99, union_code, path, kind,"
    " 'DRAFT', 0, source, file_name, file_sha256, '[]', '[]', '[]', '{}', 0, 0, 0, 0, 0, 0, 0, 0,"
    " 0, 1, created_by, created_at FROM submission": "2 times",
    "UPDATE submission_row SET state = 'PENDING', decision_id = NULL WHERE row = 2": "pending",
    "INSERT INTO membership SELECT county, id + 100, member_id, person_key, union_code, state,"
    " began_on, ended_on, admitted_at, ended_at, verified_at FROM membership": "live memberships",
    "UPDATE person SET live_membership = NULL, live_union = NULL, live_county = NULL": "disagree",
    "DELETE FROM membership_event": "without an event",
    "UPDATE tally SET active = active + 1": "tally",
    "UPDATE tally SET pending = pending + 1": "tally",
    "DELETE FROM standing": "standing",
    "UPDATE composition SET cells = '{}'": "composition",
    "UPDATE trail_entry SET result = 'x' WHERE number = 2": "breaks at 2",
    "DELETE FROM trail_entry WHERE number = (SELECT max(number) FROM trail_entry)": "its head says",
    "DELETE FROM trail_entry WHERE action = 'submission.submit'": "no submission.submit",
    "UPDATE decision SET row_count = 7": "decision",
}


def test_what_is_sound_is_said_to_be_sound_on_both_engines(register):
    content = make_roster(make_people(3))
    sent = send_in(content, make_clerk())
    approve(sent, actor=make_reviewer())
    db.session.remove()
    ack = Ack(sent, UNION, hashlib.sha256(content).hexdigest(), 3, approved=True)
    folder, url = register.config["DATA"], register.config["DATABASE_URL"]
    assert check(folder, url, [ack]) == ([], 0, 0)
    assert check(folder, url, [ack._replace(sha256="0" * 64)]).lost == 1
    assert check(folder, url, [ack._replace(rows=4)]).lost == 1


def test_every_change_by_sql_is_found(small_register, tmp_path):
    content = make_roster(make_people(3))
    sent = send_in(content, make_clerk())
    approve(sent, actor=make_reviewer())
    db.session.remove()
    db.engine.dispose()
    ack = Ack(sent, UNION, hashlib.sha256(content).hexdigest(), 3, approved=True)
    for number, (change, found) in enumerate(CHANGES.items()):
        place = shutil.copytree(small_register.config["DATA"], tmp_path / str(number))
        with closing(sqlite3.connect(place / "registry.sqlite3")) as connection, connection:
            _take_away_what_forbids(connection)
            connection.execute(change)
        faults = check(place, "sqlite:///", [ack]).faults
        assert any(found in fault for fault in faults), (change, faults)


def _take_away_what_forbids(connection):
    """Triggers, unique indexes and checks: who can write the file can take them away first."""
    kinds = "type = 'trigger' OR (type = 'index' AND sql LIKE '%UNIQUE%')"
    made = connection.execute(f"SELECT type, name FROM sqlite_master WHERE {kinds}").fetchall()
    for kind, name in made:
        connection.execute(f'DROP {kind} "{name}"')
    connection.execute("PRAGMA ignore_check_constraints = ON")
