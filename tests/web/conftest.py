"""What tests of screens share: a site on a fresh data folder and its browser."""

import pytest

from tests.factories.app import make_app, running


@pytest.fixture
def app(tmp_path):
    """The site, its context open for factories and queries."""
    with running(make_app(tmp_path)) as app:
        yield app


@pytest.fixture
def client(app):
    """A browser that nobody has signed in on."""
    return app.test_client()
