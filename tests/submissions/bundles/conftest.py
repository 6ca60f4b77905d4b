"""Who uploads rosters of many unions."""

import pytest

from tests.factories.bundles import make_unions
from tests.factories.rosters import make_reviewer


@pytest.fixture
def reviewer(register):
    """A reviewer of the township whose unions the files name."""
    make_unions()
    return make_reviewer()
