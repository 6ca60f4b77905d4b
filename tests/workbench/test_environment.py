"""The stamp of `.venv`: what counts as ready, and what makes a set-up begin anew."""

import os
import sys

import pytest

from workbench import environment

PROJECT = "[build-system]\nrequires = []\n[project]\nname = 'x'\n[tool.hatch]\nbuild = {}\n"


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A checkout whose installs are only noted; returns the notes."""
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "PYTHON", tmp_path / ".venv/bin/python")
    monkeypatch.setattr(environment, "STAMP", tmp_path / ".venv/stamp")
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    for lock in environment.LOCKS.values():
        (tmp_path / lock).write_text(lock)
    notes = []

    def install(level, *, keep):
        assert not environment.STAMP.exists(), "a stamp while nothing is sure"
        environment.PYTHON.parent.mkdir(parents=True, exist_ok=True)
        environment.PYTHON.unlink(missing_ok=True)
        environment.PYTHON.symlink_to(sys.executable)
        notes.append((level, "added" if keep else "anew"))

    monkeypatch.setattr(environment, "_install", install)
    return notes


def test_a_second_start_installs_nothing(installed):
    for _ in range(2):
        environment.ensure("run")
    assert installed == [("run", "anew")]


def test_tests_add_to_what_run_has(installed):
    for level in ("run", "dev", "run"):
        environment.ensure(level)
    assert installed == [("run", "anew"), ("dev", "added")]


def test_what_tests_have_is_enough_for_run(installed):
    for level in ("dev", "run"):
        environment.ensure(level)
    assert installed == [("dev", "anew")]


def test_a_changed_lock_file_is_installed(installed, tmp_path):
    environment.ensure("run")
    (tmp_path / environment.LOCKS["run"]).write_text("another version")
    environment.ensure("run")
    assert installed == [("run", "anew"), ("run", "anew")]


def test_an_interrupted_set_up_is_made_anew(installed, monkeypatch):
    environment.ensure("run")
    whole = environment._install

    def interrupted(level, *, keep):
        raise KeyboardInterrupt

    monkeypatch.setattr(environment, "_install", interrupted)
    with pytest.raises(KeyboardInterrupt):
        environment.ensure("dev")
    monkeypatch.setattr(environment, "_install", whole)
    environment.ensure("run")
    assert installed == [("run", "anew"), ("run", "anew")]


def test_a_python_that_is_gone_is_noticed(installed):
    environment.ensure("run")
    environment.PYTHON.unlink()
    environment.PYTHON.symlink_to("/nowhere/python3")
    environment.ensure("run")
    assert installed == [("run", "anew"), ("run", "anew")]


def test_a_checkout_that_cannot_be_written_is_said_in_one_line(installed, monkeypatch):
    def refused(level, *, keep):
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(environment, "_install", refused)
    with pytest.raises(
        environment.SetupFailed, match=r"\.venv cannot be written: Permission denied"
    ):
        environment.ensure("run")


def test_children_get_no_foreign_python_path(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    variables = environment.variables(PORT="1")
    assert "PYTHONPATH" not in variables
    assert variables["PORT"] == "1"
