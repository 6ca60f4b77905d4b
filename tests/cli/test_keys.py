"""The commands that make, print and change keys, where the keys are kept elsewhere too."""

import json
import stat

import pytest

from registry.app import create_app
from registry.cli.main import main
from registry.vault import keyfile, signing


@pytest.fixture
def registry(monkeypatch, tmp_path, capsys):
    """A function that runs a command on a new data folder, and the folder."""
    folder = tmp_path / "data"
    monkeypatch.setenv("REGISTRY_DATA", str(folder))

    def command(*arguments):
        capsys.readouterr()
        code = main(arguments, lambda: create_app(screens=False))
        return code, *capsys.readouterr()

    return command, folder


def test_init_makes_keys_of_the_set_in_force_and_says_how_to_keep_them(registry, monkeypatch):
    command, folder = registry
    monkeypatch.setenv("REGISTRY_CRYPTOGRAPHY", "sm")
    code, out, words = command("init")
    assert code == 0
    assert "邀请码" in out
    assert str(keyfile.path_in(folder)) in words
    assert "不要与数据库备份放在一起" in words
    assert keyfile.load(folder).hash_algorithm == "sm3"
    assert signing.has_key(folder)
    monkeypatch.delenv("REGISTRY_CRYPTOGRAPHY")
    assert command("verify-trail")[0] == 0
    assert command("rotate-keys")[0] == 0
    assert keyfile.load(folder).hash_algorithm == "sm3"


def test_keys_that_are_kept_elsewhere(registry, monkeypatch):
    command, folder = registry
    monkeypatch.setenv("REGISTRY_KEYS", "environment:TONGXIN_KEYS")
    code, _, words = command("init")
    assert (code, words.count("\n")) == (2, 1)
    assert "TONGXIN_KEYS" in words
    assert not folder.exists()

    code, out, _ = command("new-keys")
    assert code == 0
    monkeypatch.setenv("TONGXIN_KEYS", out)
    assert command("init")[0] == 0
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not keyfile.path_in(folder).exists()

    more = json.loads(command("new-keys", "--add")[1])
    assert (more["current"], more["hash"]) == (2, json.loads(out)["hash"])
    monkeypatch.setenv("REGISTRY_KEYS", "environment:TONGXIN_KEYS_2")
    monkeypatch.setenv("TONGXIN_KEYS_2", json.dumps(more))
    code, out, _ = command("rotate-keys")
    assert code == 0
    assert "2 号密钥" in out
    assert not keyfile.path_in(folder).exists()
