"""Both engines, each time with an empty database."""

import pytest
import sqlalchemy as sa


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def new_url(request, tmp_path):
    """Return a function that makes an empty database and returns its address."""
    if request.param == "postgresql":
        return request.getfixturevalue("new_postgresql")
    numbers = iter(range(100))
    return lambda: f"sqlite:///{tmp_path / str(next(numbers))}.sqlite3"


@pytest.fixture
def new_engine(new_url):
    """Return a function that makes an engine on an empty database."""
    engines = []

    def make() -> sa.Engine:
        engines.append(sa.create_engine(new_url()))
        return engines[-1]

    yield make
    for engine in engines:
        engine.dispose()
