"""The chain of the trail: in the act's transaction, and no change goes unseen."""

import pytest
from sqlalchemy import text

from registry.access.roles import Role
from registry.db import db, transaction
from registry.trail import operations, queries
from tests.factories.accounts import make_actor
from tests.factories.unions import COUNTY

UNION = "3310830010001"


@pytest.fixture
def actor():
    return make_actor(Role.CLERK, UNION)


def record(actor, action="account.password", **details):
    with transaction() as session:
        return operations.record(session, action, actor=actor, place=UNION, **details)


def fault():
    checked, faults = queries.verify(db.session())
    db.session.rollback()
    return checked, [(one.county, one.number) for one in faults]


def tamper(statement):
    with transaction() as session:
        session.execute(text(statement))


def test_entries_are_numbered_without_gaps_and_say_who_what_where(actor):
    assert [record(actor, detail={"rows": 3}) for _ in range(3)] == [1, 2, 3]
    entry = queries.entries(db.session(), COUNTY)[0]
    assert entry[0] == 3
    assert entry[2:] == (
        actor.name,
        "account.password",
        UNION,
        "done",
        {"rows": 3},
        actor.account_id,
    )
    assert entry.at.utcoffset() is not None
    assert fault() == (3, [])


def test_no_act_no_record(actor):
    record(actor)
    with pytest.raises(ZeroDivisionError), transaction() as session:
        operations.record(session, "account.lock", actor=actor, place=UNION)
        raise ZeroDivisionError
    assert record(actor) == 2
    assert fault() == (2, [])


def test_each_county_has_its_own_chain(actor):
    record(actor)
    with transaction() as session:
        assert operations.record(session, "x.y", actor=None, place="110101", county="110101") == 1
    assert fault() == (2, [])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trail_entry SET result = 'undone' WHERE number = 2",
        "UPDATE trail_entry SET actor_name = 'somebody' WHERE number = 2",
        "UPDATE trail_entry SET actor_id = 77 WHERE number = 2",
        "UPDATE trail_entry SET place = '331083' WHERE number = 2",
        "UPDATE trail_entry SET detail = '{}' WHERE number = 2",
        "UPDATE trail_entry SET at = '2018-07-31 00:00:00.000000' WHERE number = 2",
        "UPDATE trail_entry SET previous = x'00' WHERE number = 2",
        "UPDATE trail_entry SET hash = x'00' WHERE number = 2",
        "DELETE FROM trail_entry WHERE number = 2",
    ],
)
def test_a_changed_or_removed_entry_is_found(actor, statement):
    for number in range(4):
        record(actor, detail={"rows": number})
    tamper(statement)
    assert fault()[1] == [(COUNTY, 2)]


def test_reordered_entries_are_found(actor):
    for number in range(4):
        record(actor, detail={"rows": number})
    tamper("UPDATE trail_entry SET number = 99 WHERE number = 2")
    tamper("UPDATE trail_entry SET number = 2 WHERE number = 3")
    tamper("UPDATE trail_entry SET number = 3 WHERE number = 99")
    assert fault()[1] == [(COUNTY, 2)]


def test_an_inserted_entry_is_found(actor):
    for _ in range(3):
        record(actor)
    tamper(
        "INSERT INTO trail_entry SELECT county, 4, at, actor_id, actor_name, action, place,"
        " result, detail, hash, hash, suite FROM trail_entry WHERE number = 3"
    )
    assert fault()[1] == [(COUNTY, 4)]


def test_a_cut_tail_is_found_while_the_head_is_there(actor):
    for _ in range(3):
        record(actor)
    tamper("DELETE FROM trail_entry WHERE number = 3")
    assert fault()[1] == [(COUNTY, 3)]


def test_a_removed_head_is_found(actor):
    record(actor)
    tamper("DELETE FROM trail_head")
    assert fault()[1] == [(COUNTY, 2)]


def test_an_emptied_trail_is_found_while_the_head_is_there(actor):
    record(actor)
    tamper("DELETE FROM trail_entry")
    assert fault()[1] == [(COUNTY, 1)]


def test_entries_are_found_by_account_act_place_and_result(actor):
    record(actor, "account.lock")
    record(actor, "account.unlock", result="refused:permission.missing")
    with transaction() as session:
        operations.record(
            session, "account.sign_in", actor=None, place=COUNTY, county=COUNTY, actor_name="x"
        )

    def numbers(**asked):
        return [entry.number for entry in queries.entries(db.session(), COUNTY, **asked)]

    assert numbers() == [3, 2, 1]
    assert numbers(actor_name="x") == [3]
    assert numbers(action="account.") == [3, 2, 1]
    assert numbers(action="account.lock") == [1]
    assert numbers(place=UNION) == [2, 1]
    assert numbers(refused_only=True) == [2]
    assert numbers(before=3, limit=1) == [2]
    assert queries.entries(db.session(), "110101") == []


def test_long_names_claimed_at_the_door_are_cut(actor):
    with transaction() as session:
        operations.record(
            session, "a.b", actor=None, place=COUNTY, county=COUNTY, actor_name="长" * 500
        )
    assert len(queries.entries(db.session(), COUNTY)[0].actor_name) == 64
    assert fault() == (1, [])
