"""The lock files: hashed throughout, without addresses, and the tests' holds all of the run's."""

import re
import tomllib

import pytest

from workbench import peers
from workbench.environment import LOCKS, ROOT

FILES = {**LOCKS, "peers": peers.LOCK}

PIN = re.compile(r"^([a-z0-9-]+(?:\[[a-z]+\])?)==(\S+)", re.M)


def pins(level):
    """Return the lock file's packages with their versions."""
    return dict(PIN.findall((ROOT / FILES[level]).read_text("utf-8")))


@pytest.mark.parametrize("level", FILES)
def test_every_package_is_pinned_and_hashed_and_none_has_an_address(level):
    text = (ROOT / FILES[level]).read_text("utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())[1:]
    assert len(entries) == len(pins(level))
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text


def test_tests_run_on_the_versions_that_are_run():
    assert pins("run").items() <= pins("dev").items()


def test_everything_the_project_asks_for_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = {
        "run": project["project"]["dependencies"],
        "dev": project["project"]["dependencies"] + project["dependency-groups"]["dev"],
        "peers": project["dependency-groups"]["peers"],
    }
    for level, requirements in wanted.items():
        names = {re.split(r"[\[<>=;, ]", one)[0].lower() for one in requirements}
        pinned = {name.partition("[")[0] for name in pins(level)}
        assert names - pinned == set()
