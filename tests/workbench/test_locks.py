"""The lock files: hashed throughout, without addresses, and the tests' holds all of the run's."""

import re

import pytest

from workbench.environment import LOCKS, ROOT

PIN = re.compile(r"^([a-z0-9-]+(?:\[[a-z]+\])?)==(\S+)", re.M)


def pins(level):
    """Return the lock file's packages with their versions."""
    return dict(PIN.findall((ROOT / LOCKS[level]).read_text("utf-8")))


@pytest.mark.parametrize("level", LOCKS)
def test_every_package_is_pinned_and_hashed_and_none_has_an_address(level):
    text = (ROOT / LOCKS[level]).read_text("utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())[1:]
    assert len(entries) == len(pins(level)) > 30
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text


def test_tests_run_on_the_versions_that_are_run():
    assert pins("run").items() <= pins("dev").items()
