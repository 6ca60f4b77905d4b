"""What tests of the interface share: a site, on SQLite or on both engines."""

import pytest

from tests.factories.app import make_app, running
from tests.factories.unions import make_union_tree


@pytest.fixture
def app(tmp_path):
    """The site on SQLite, its context open, with the tree of `make_union_tree`."""
    with running(make_app(tmp_path)) as app:
        make_union_tree()
        yield app


@pytest.fixture(params=["sqlite", "postgresql"])
def each_app(request, tmp_path):
    """The same on each engine."""
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_with_tables")
    with running(make_app(tmp_path, url, has_tables=url is not None)) as app:
        make_union_tree()
        yield app
