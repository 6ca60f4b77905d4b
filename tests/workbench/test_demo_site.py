"""`run`, where it refuses and what it says, without starting anything."""

import socket
from pathlib import Path

import pytest

from workbench import demo_site
from workbench.child import Child
from workbench.environment import ROOT, SetupFailed


@pytest.mark.parametrize("text", ["0", "65536", "-1", "eight", "80 80"])
def test_a_port_that_is_none_is_refused_in_one_line(monkeypatch, text):
    monkeypatch.setenv("PORT", text)
    with pytest.raises(SetupFailed, match=r"is not a port number"):
        demo_site.run()


def test_a_port_that_is_taken_is_refused_before_anything_is_done(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        with pytest.raises(
            SetupFailed, match=f"Port {port} is taken; another one: PORT={port + 1}"
        ):
            demo_site.run()


def test_the_data_folder_is_absolute_wherever_one_stands(monkeypatch, tmp_path):
    monkeypatch.delenv("REGISTRY_DATA", raising=False)
    assert demo_site._data_folder() == ROOT / "instance"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REGISTRY_DATA", "here")
    assert demo_site._data_folder() == tmp_path / "here"


def test_random_passwords_differ_and_are_long_enough():
    passwords = {demo_site._random_password() for _ in range(100)}
    assert len(passwords) == 100
    assert {len(each) for each in passwords} == {19}


def test_the_announcement_names_address_accounts_and_password():
    said = demo_site._announcement(8123, "four-four", Path("/data"))
    assert "http://127.0.0.1:8123" in said
    assert "four-four" in said
    for account in ("clerk-3310830010001", "reviewer2-331083001", "city-331083", "log-keeper"):
        assert account in said


def test_a_worker_that_died_is_started_again_until_the_site_ends(capsys):
    with Child(["sleep", "0.6"], {}) as site, Child(["true"], {}) as worker:
        first = worker.process
        first.wait()
        assert demo_site._watch(site, worker) == 1
        assert worker.process.pid != first.pid
    said = capsys.readouterr().err
    assert "a new one starts in 0.5 s" in said
    assert "The site ended by itself" in said


def test_a_site_that_ends_at_once_is_not_waited_for():
    with Child(["true"], {}) as site, pytest.raises(SetupFailed, match="did not start"):
        demo_site._wait_until_answering(site, 9)


def test_children_are_ended_in_order():
    with Child(["sleep", "60"], {}) as child:
        assert not child.ended
    assert child.ended
