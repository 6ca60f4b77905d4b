"""`test`: what is run, what is said and what is returned, with and without a browser."""

import subprocess

import pytest

from workbench import browser, checks, environment, suite


@pytest.fixture
def ran(monkeypatch):
    """Replace all that is started; returns the commands."""
    commands = []
    monkeypatch.setattr(environment, "ensure", lambda level: None)
    monkeypatch.setattr(checks, "begin", list)
    monkeypatch.setattr(checks, "outcome", lambda running: 0)
    monkeypatch.setattr(browser, "ensure", lambda: "/usr/bin/chromium")
    monkeypatch.delenv("CI", raising=False)

    def run(command, **options):
        commands.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    return commands


def chosen(command):
    """Return the marks that a pytest command selects."""
    return command[command.index("--dist") + 3]


def test_everything_runs_where_there_is_a_browser(ran):
    assert suite.test([]) == 0
    assert chosen(ran[0]) == "not soak"


def test_arguments_reach_pytest(ran):
    suite.test(["tests/identity", "-k", "checksum"])
    assert ran[0][-3:] == ["tests/identity", "-k", "checksum"]


def test_without_a_browser_the_others_run_and_the_command_is_told(ran, monkeypatch, capsys):
    monkeypatch.setattr(browser, "ensure", lambda: None)
    assert suite.test([]) == 1
    assert chosen(ran[0]) == "not browser and not soak"
    assert "apt-get install" in capsys.readouterr().err


def test_in_ci_the_browser_tests_run_and_fail_rather_than_being_left_out(ran, monkeypatch):
    monkeypatch.setattr(browser, "ensure", lambda: None)
    monkeypatch.setenv("CI", "true")
    assert suite.test([]) == 1
    assert chosen(ran[0]) == "not soak"


def test_a_failed_check_fails_the_run_though_all_tests_pass(ran, monkeypatch, capsys):
    monkeypatch.setattr(checks, "outcome", lambda running: 1)
    assert suite.test([]) == 1
    assert len(ran) == 1, "the tests run all the same"
    assert "FAILED" in capsys.readouterr().err


@pytest.mark.parametrize("code", [1, 2, 5])
def test_pytests_own_failure_fails_the_run(ran, monkeypatch, code):
    failed = subprocess.CompletedProcess([], code)
    monkeypatch.setattr(subprocess, "run", lambda command, **options: failed)
    assert suite.test([]) == 1


@pytest.fixture
def bare_machine(monkeypatch):
    """A machine with apt-get and no browser; returns the commands that are run."""
    commands = []

    def which(name):
        return "/usr/bin/apt-get" if name == "apt-get" else None

    def run(command, **options):
        commands.append(command)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(browser.shutil, "which", which)
    monkeypatch.setattr(subprocess, "run", run)
    return commands


def test_root_installs_the_browser_after_an_update(bare_machine, monkeypatch):
    monkeypatch.setattr(browser.os, "geteuid", lambda: 0)
    browser.ensure()
    assert [command[:2] for command in bare_machine] == [
        ["apt-get", "update"],
        ["apt-get", "install"],
    ]
    assert "--no-install-recommends" in bare_machine[1]


def test_a_user_installs_nothing(bare_machine, monkeypatch):
    monkeypatch.setattr(browser.os, "geteuid", lambda: 1000)
    assert browser.ensure() is None
    assert bare_machine == []
