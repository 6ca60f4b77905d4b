"""No sealed file is forgotten when files are backed up or sealed with a new key."""

from registry.jobs import files
from tests.factories.schema import whole_metadata


def test_every_column_that_names_an_original_is_listed():
    listed = {(one.table.name, one.name) for one in files.COLUMNS}
    named = {
        (table.name, column.name)
        for table in whole_metadata().tables.values()
        for column in table.columns
        if column.name == "original"
    }
    assert listed == named
