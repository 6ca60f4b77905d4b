"""What spreading over several machines demands of keys (docs: one county, one machine's share).

Every unique key of a table that belongs to a county contains the county, and keys of what a county
keeps begin with it: an engine that spreads tables by county could not hold any other key.
"""

import sqlalchemy as sa

from tests.factories.schema import whole_metadata

# These stay on one machine or are copied to all: few rows, asked for without knowing the county.
UNDISTRIBUTED = {
    "person",
    "trade_union",
    "account",
    "account_role",
    "sign_in_session",
    "sign_in_failure",
    "batch",
    "worker_beat",
    "id_sequence",
}


def _distributed() -> list[sa.Table]:
    tables = whole_metadata().tables.values()
    return [table for table in tables if table.name not in UNDISTRIBUTED]


def _unique_keys(table: sa.Table) -> list[list[str]]:
    keys = [table.primary_key.columns.keys()]
    keys += [index.columns.keys() for index in table.indexes if index.unique]
    keys += [
        constraint.columns.keys()
        for constraint in table.constraints
        if isinstance(constraint, sa.UniqueConstraint)
    ]
    keys += [[column.name] for column in table.columns if column.unique]
    return keys


def test_every_table_is_placed():
    """A new table either has a county or is added to the list, with its reason."""
    assert all("county" in table.columns for table in _distributed())
    assert set(whole_metadata().tables) >= UNDISTRIBUTED


def test_every_unique_key_contains_the_county():
    without = [
        (table.name, key)
        for table in _distributed()
        for key in _unique_keys(table)
        if "county" not in key
    ]
    assert without == []


def test_primary_keys_begin_with_the_county():
    begins = {table.name: table.primary_key.columns.keys()[0] for table in _distributed()}
    assert set(begins.values()) == {"county"}


def test_references_stay_within_the_county():
    """A reference to a distributed table names the county on both sides."""
    distributed = {table.name for table in _distributed()}
    for table in whole_metadata().tables.values():
        for constraint in table.foreign_key_constraints:
            if constraint.referred_table.name in distributed:
                pairs = [(one.parent.name, one.column.name) for one in constraint.elements]
                assert ("county", "county") in pairs, f"{table.name} → {constraint.referred_table}"


def test_a_person_is_one_row_whatever_the_county():
    assert _unique_keys(whole_metadata().tables["person"]) == [["key"]]


def test_a_key_without_the_county_would_be_noticed():
    table = sa.Table(
        "wrong",
        sa.MetaData(),
        sa.Column("county", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, unique=True),
    )
    assert ["number"] in _unique_keys(table)
