"""Files made to hurt: an answer each, soon, in plain words, or the person read who stands there.

The same files by page and by program, all of them or some: `tests/web/test_hostile.py`.
"""

import pytest

from registry.errors import RosterRefused
from registry.roster.sandbox import ORDINARY
from tests.factories.hostile import FILES, REFUSED
from tests.factories.hostile.base import NAME
from tests.factories.reading import read

LIMITS = ORDINARY._replace(wall_seconds=60)


def test_they_are_many():
    assert len(FILES) >= 87


@pytest.mark.parametrize("name", FILES)
def test_an_answer_to_everything(name):
    try:
        found = read(FILES[name](), LIMITS)
    except RosterRefused as refused:
        assert refused.code.startswith("file.")
        assert not refused.message.isascii()
        return
    assert name not in REFUSED, f"read rows {found.rows[:5]}"
    assert (found.rows[0], found.cells["full_name"][0]) == (2, NAME)
    skipped = sum((last or row) - row + 1 for row, _, last in found.skipped)
    assert found.tail.total == len(found.rows) + skipped
