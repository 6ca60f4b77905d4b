"""The key file: made once, readable by its owner only, understood or refused."""

import json
import stat

import pytest

from registry.vault import keyfile
from registry.vault.keyfile import KeyFileError


def test_created_keys_are_the_loaded_ones_and_secret(tmp_path):
    made = keyfile.create(tmp_path / "data", demo=True)
    path = keyfile.path_in(tmp_path / "data")
    assert keyfile.load(tmp_path / "data") == made
    assert made.demo
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert sorted(path.parent.iterdir()) == [path]


def test_two_installations_share_nothing(tmp_path):
    one, other = (keyfile.create(tmp_path / name, demo=False) for name in "ab")
    assert one.keys != other.keys
    assert one.hash_key != other.hash_key
    assert one.site_key != other.site_key


def test_an_existing_file_is_never_replaced(tmp_path):
    made = keyfile.create(tmp_path, demo=False)
    with pytest.raises(KeyFileError) as refused:
        keyfile.create(tmp_path, demo=True)
    assert refused.value.code == "keys.exist"
    assert keyfile.load(tmp_path) == made
    assert len(list(tmp_path.iterdir())) == 1


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(KeyFileError) as refused:
        keyfile.load(tmp_path)
    assert refused.value.code == "keys.missing"
    assert "registry init" in refused.value.message


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not json",
        "[]",
        "{}",
        '{"keys": {"1": "zz"}, "current": 1, "hash": "00", "site": "x", "demo": false}',
    ],
)
def test_a_damaged_file_is_refused(tmp_path, content):
    keyfile.path_in(tmp_path).write_text(content, "utf-8")
    with pytest.raises(KeyFileError) as refused:
        keyfile.load(tmp_path)
    assert refused.value.code == "keys.unreadable"


def test_a_file_that_everybody_can_read_is_refused(tmp_path):
    made = keyfile.create(tmp_path, demo=False)
    keyfile.path_in(tmp_path).chmod(0o644)
    assert keyfile.load(tmp_path) == made, "nobody else comes into the folder"
    tmp_path.chmod(0o755)
    with pytest.raises(KeyFileError) as refused:
        keyfile.load(tmp_path)
    assert refused.value.code == "keys.exposed"
    keyfile.path_in(tmp_path).chmod(0o640)
    assert keyfile.load(tmp_path) == made


@pytest.mark.parametrize(
    "change",
    [
        {"current": 2},
        {"keys": {"1": "00"}},
        {"keys": {}},
        {"hash": ""},
        {"site": ""},
        {"hash_algorithm": "md5"},
    ],
)
def test_incomplete_keys_are_refused(tmp_path, change):
    keyfile.create(tmp_path, demo=False)
    path = keyfile.path_in(tmp_path)
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change), "utf-8")
    with pytest.raises(KeyFileError):
        keyfile.load(tmp_path)


def test_a_new_key_becomes_current_and_the_old_ones_stay(tmp_path):
    made = keyfile.create(tmp_path, demo=False)
    added = keyfile.add_key(tmp_path)
    assert added.current == 2
    assert added.keys[1] == made.keys[1]
    assert (added.hash_key, added.site_key) == (made.hash_key, made.site_key)
    assert keyfile.load(tmp_path) == added
    assert stat.S_IMODE(keyfile.path_in(tmp_path).stat().st_mode) == 0o600


def test_a_file_from_before_hashes_with_sha_256(tmp_path):
    made = keyfile.create(tmp_path, demo=False)
    path = keyfile.path_in(tmp_path)
    data = json.loads(path.read_text("utf-8"))
    del data["hash_algorithm"]
    path.write_text(json.dumps(data), "utf-8")
    assert keyfile.load(tmp_path) == made
    assert keyfile.add_key(tmp_path).hash_algorithm == "sha256"
