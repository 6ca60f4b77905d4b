"""Yuhuan's tree without the demo: what `registry seed` and `registry init` lay."""

import pytest
import sqlalchemy as sa

from registry.app import create_app
from registry.db import db
from registry.trail.models import TrailEntry
from registry.unions.models import TradeUnion
from registry.vault import keyfile
from seeds.installation import lay_county, schema_is_current, upgrade_schema
from seeds.yuhuan import seed_tree, units


@pytest.fixture
def empty(tmp_path):
    """An installation with keys and nothing else, in its application context."""
    keyfile.create(tmp_path, demo=False)
    with create_app({"REGISTRY_DATA": str(tmp_path)}).app_context():
        yield
        db.session.remove()
        db.engine.dispose()


def _trail() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(TrailEntry))


def test_an_empty_database_has_no_schema(empty):
    assert not schema_is_current()
    upgrade_schema()
    assert schema_is_current()


def test_twelve_units_below_the_county(empty):
    upgrade_schema()
    assert seed_tree() == 13
    found = db.session.scalars(sa.select(TradeUnion).order_by(TradeUnion.code)).all()
    assert [union.code for union in found[1:]] == [unit.code for unit in units()]
    assert {union.parent_code for union in found[1:]} == {"331083"}
    assert [found[0].name, found[1].name] == ["玉环市总工会", "玉城街道总工会"]
    assert _trail() == 1


def test_again_it_changes_nothing_not_even_the_trail(empty):
    upgrade_schema()
    seed_tree()
    assert seed_tree() == 0
    assert _trail() == 1


def test_a_real_installation_keeps_its_county(empty):
    upgrade_schema()
    lay_county("331083", "玉环市总工会（试点）")
    assert seed_tree() == 12
    assert db.session.get(TradeUnion, "331083").name == "玉环市总工会（试点）"
