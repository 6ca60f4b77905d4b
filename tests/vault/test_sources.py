"""Keys that are kept elsewhere: read, never written, and refused in one plain line."""

import shlex
import sys

import pytest

import config
from registry.vault import keyfile, sources
from registry.vault.keyfile import KeyFileError

RING = keyfile.fresh(demo=False, hash_algorithm=keyfile.SM3)
TEXT = keyfile.text_of(RING)


def command(code):
    return f"command:{shlex.join([sys.executable, '-c', code])}"


def refused(where, folder):
    with pytest.raises(KeyFileError) as refusal:
        sources.ring(where, folder)
    assert TEXT[10:30] not in str(refusal.value)
    return refusal.value.code


def test_a_file_elsewhere_and_its_change(tmp_path):
    place = tmp_path / "credentials.json"
    place.write_text(TEXT)
    assert sources.ring(f"file:{place}", tmp_path) == RING
    before = sources.version(f"file:{place}", tmp_path)
    place.write_text(keyfile.text_of(keyfile.with_new_key(RING)))
    assert sources.version(f"file:{place}", tmp_path) > before
    assert sources.ring(f"file:{place}", tmp_path).current == 2
    assert refused(f"file:{tmp_path / 'nowhere'}", tmp_path) == "keys.missing"


def test_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("SOME_KEYS", TEXT)
    assert sources.ring("environment:SOME_KEYS", tmp_path) == RING
    assert sources.version("environment:SOME_KEYS", tmp_path) == 0
    assert refused("environment:NO_KEYS", tmp_path) == "keys.missing"
    monkeypatch.setenv("HALF_KEYS", TEXT[:80])
    assert refused("environment:HALF_KEYS", tmp_path) == "keys.unreadable"


def test_a_command_is_run_once_and_never_by_a_shell(tmp_path):
    runs = tmp_path / "runs"
    where = command(f"open({str(runs)!r}, 'a').write('x'); print({TEXT!r})")
    assert sources.ring(where, tmp_path) == sources.ring(where, tmp_path) == RING
    assert runs.read_text() == "x"
    assert refused(f"command:echo x; touch {tmp_path}/shell", tmp_path) == "keys.unreadable"
    assert not (tmp_path / "shell").exists()


def test_a_command_that_fails_or_falls_silent(tmp_path, monkeypatch):
    assert refused("command:/nowhere/kms", tmp_path) == "keys.command"
    assert refused(command(f"print({TEXT!r}); exit(3)"), tmp_path) == "keys.command"
    assert refused(command("print('nonsense')"), tmp_path) == "keys.unreadable"
    monkeypatch.setattr(sources, "SECONDS", 0.2)
    assert refused(command("import time; time.sleep(9)"), tmp_path) == "keys.command"


@pytest.mark.parametrize("text", ["kms", "file:", "command: ", "other:x", "environment:"])
def test_a_setting_that_names_no_place_does_not_start(text):
    with pytest.raises(config.UnsafeSettingError):
        config.load({"REGISTRY_KEYS": text})
