"""Packed rows come back as they were, in whichever way they were packed."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from registry.roster.columns import COLUMNS, ROW_KEY
from registry.submissions.sealed_rows import (
    ORDERS,
    SealedRow,
    pack,
    packed_cells,
    row_of,
    unpack,
)

CELLS = st.one_of(st.text(max_size=8), st.integers(-(2**53), 2**53), st.booleans())
FIELDS = st.sampled_from([*(column.field for column in COLUMNS), ROW_KEY])
NAMED = st.dictionaries(FIELDS, CELLS, max_size=8)
ROWS = st.builds(
    SealedRow,
    NAMED | st.dictionaries(st.just("a_field_of_tomorrow"), CELLS),
    st.dictionaries(FIELDS, st.sampled_from(["cell.error", "cell.formula"]), max_size=2),
    NAMED,
    st.dictionaries(st.sampled_from(["number.check", "mobile.form"]), st.text(max_size=5)),
)


def test_the_newest_order_covers_every_column():
    # A new column needs a new order: rows are sealed in the old ones.
    assert set(ORDERS[max(ORDERS)]) == {*(column.field for column in COLUMNS), ROW_KEY}
    assert all(len(set(order)) == len(order) for order in ORDERS.values())


def test_the_first_order_stays_what_it_was():
    assert ORDERS[1][:8] == (
        *("sequence", "full_name", "sex", "born_on", "ethnicity", "work_status"),
        *("document_kind", "document_number"),
    )
    assert len(ORDERS[1]) == 27


@given(ROWS)
def test_a_row_comes_back(row):
    assert unpack(pack(row)) == row


@given(ROWS)
def test_a_row_that_names_its_fields_comes_back(row):
    assert unpack(msgspec.json.encode(row)) == row


@given(st.lists(NAMED, max_size=6))
def test_columns_are_packed_as_each_row_is(rows):
    fields = {field for row in rows for field in row}
    columns = {field: [row.get(field) for row in rows] for field in sorted(fields)}
    packed = list(packed_cells(columns, len(rows)))
    assert [unpack(one) for one in packed] == [SealedRow(row) for row in rows]
    assert [row_of(columns, at) for at in range(len(rows))] == rows


def test_columns_that_no_order_covers():
    packed = list(packed_cells({"a_field_of_tomorrow": ["x", None]}, 2))
    assert [unpack(one).raw for one in packed] == [{"a_field_of_tomorrow": "x"}, {}]
