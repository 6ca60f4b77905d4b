"""The register that the bench makes is one that the product would keep."""

import json
import os
import subprocess
import sys

import pytest

from bench.ground import ROOT
from bench.measures.big_register import PAGES, PAST
from bench.register import opened_number
from bench.series import OPENED
from registry.accounts.queries import actor_named
from registry.app import create_app
from registry.db import db
from registry.members.operations import look_up
from registry.totals.operations import recount
from tests.factories.app import running
from tests.fixtures.demo import PASSWORD

MEMBERS = 3_000


def in_its_place(folder, module, *arguments, **variables):
    """Run a module of the bench in the environment of an installation; return what it printed."""
    environment = {**os.environ, "REGISTRY_DATA": str(folder), **variables}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(
        command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout


@pytest.mark.soak  # as the bench itself
def test_a_made_register_agrees_with_its_tallies_and_its_pages_open(demo_folder):
    with running(create_app({"REGISTRY_DATA": str(demo_folder)})):
        before, _ = recount("331083")
    in_its_place(demo_folder, "bench.register", str(MEMBERS))
    with running(create_app({"REGISTRY_DATA": str(demo_folder)})):
        assert recount("331083") == (before + MEMBERS, [])
        found = look_up(opened_number(), actor=actor_named(db.session(), f"clerk-{OPENED}"))
        assert found.line.union_code == OPENED
        assert not db.session.connection().exec_driver_sql("PRAGMA foreign_key_check").all()
    printed = in_its_place(demo_folder, "bench.server_time", REGISTRY_DEMO_PASSWORD=PASSWORD)
    assert json.loads(printed).keys() == {*PAGES, *PAST}
