"""What tests of the trail share: an open database."""

import pytest

from tests.factories.app import make_app, running


@pytest.fixture
def app(tmp_path):
    """The application, its context open."""
    with running(make_app(tmp_path, screens=False)) as app:
        yield app


@pytest.fixture(autouse=True)
def _open(app):
    """Every test here works on the database."""
