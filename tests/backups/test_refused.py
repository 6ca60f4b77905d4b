"""No sound backup, no empty place, no keys: refused before anything is touched."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from config import ROOT
from registry.app import create_app
from registry.backups import place
from registry.cli.main import main
from registry.db import setting
from registry.submissions import originals
from registry.vault import keyfile, signing
from registry.vault.streams import CHUNK
from tests.factories.backups import empty_place, stamp
from tests.factories.people import make_people
from tests.factories.rosters import make_clerk, make_roster, take_in


@pytest.fixture
def command(capsys):
    """A function that runs a command on a data folder (or an application) and returns exit code,
    document and words.
    """

    def run(on, *arguments):
        capsys.readouterr()
        made = on if callable(on) else lambda: create_app({"REGISTRY_DATA": str(on)}, screens=False)
        code = main([*map(str, arguments), "--json"], made)
        out, words = capsys.readouterr()
        assert "Traceback" not in words
        return code, json.loads(out), words

    return run


@pytest.fixture
def backup(small_register, command, tmp_path):
    """The path of a backup of a small register with one original."""
    stamp()
    take_in(make_roster(make_people(3)), make_clerk())
    path = tmp_path / "one.backup"
    code, told, words = command(lambda: small_register, "backup", path)
    assert code == 0 and told["path"] == str(path) and told["bytes"] == path.stat().st_size
    assert "submission_row" in words
    return path


def is_empty(folder):
    """Tell that a place has its keys only; looking at it leaves a database without tables."""
    if (folder / "registry.sqlite3").exists():
        with closing(sqlite3.connect(folder / "registry.sqlite3")) as database:
            assert database.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    names = {one.name.partition("-")[0] for one in folder.iterdir()}
    return names <= {"keys.json", "signing", "registry.sqlite3"}


def test_what_cannot_be_restored(backup, command, tmp_path, monkeypatch):
    keys, whole = setting("DATA"), backup.read_bytes()

    def refused(source, folder, *, check=False):
        code, told, words = command(folder, "restore", source, *(["--check"] if check else []))
        assert code == 2 and len(told["refused"]["message"]) > 10
        assert words.strip().splitlines()[-1] == told["refused"]["message"]
        return told["refused"]["code"]

    there = empty_place(tmp_path / "there", keys)
    code, told, _ = command(there, "restore", backup, "--check")
    assert (code, told["originals"], told["tables"]["submission_row"]) == (0, 1, 3)
    damaged = tmp_path / "damaged.backup"
    changed = bytearray(whole)
    changed[-CHUNK // 64] ^= 1
    first, rest = whole.partition(b"\n")[::2]
    other_head = first.replace(b'"tongxin_backup":1', b'"tongxin_backup": 1') + b"\n" + rest
    for content, code in (
        (bytes(changed), "stream.changed"),
        (other_head, "stream.changed"),
        (whole[:-1], "stream.changed"),
        (whole[: len(first) + 1], "stream.cut"),
        (whole + b"more", "stream.changed"),
        (whole[:20], "backup.not_one"),
        (b"", "backup.not_one"),
        (first.replace(b":1,", b":2,", 1) + b"\n" + rest, "backup.format"),
    ):
        damaged.write_bytes(content)
        assert refused(damaged, there, check=True) == code, content[:9]
        assert refused(damaged, there) == code
    assert refused(tmp_path / "none.backup", there) == "backup.unreadable"

    (keys / "keys.json").rename(keys / "mine")
    keyfile.create(keys, demo=False)
    others = empty_place(tmp_path / "others", keys)
    (keys / "mine").rename(keys / "keys.json")
    assert refused(backup, others) == "backup.keys"
    (others / "keys.json").unlink()
    assert refused(backup, others) == "keys.missing"

    unsigned = empty_place(tmp_path / "unsigned", keys)
    shutil.rmtree(unsigned / "signing")
    assert refused(backup, unsigned) == "restore.signing"
    signing.new_key(unsigned)
    assert refused(backup, unsigned) == "restore.signing"

    monkeypatch.setattr("seeds.installation.knows_revision", lambda _revision: False)
    assert refused(backup, there) == "restore.newer"
    monkeypatch.undo()

    assert all(is_empty(folder) for folder in (there, others, unsigned))
    assert refused(backup, keys) == "restore.not_empty"
    (there / "originals").mkdir()
    (there / "originals" / "somebody's").write_bytes(b"-")
    assert refused(backup, there) == "restore.not_empty"


def test_a_restoration_that_was_cut_off_is_never_taken_for_whole(
    small_register, backup, command, tmp_path, monkeypatch
):
    there = empty_place(tmp_path / "there", setting("DATA"))
    with monkeypatch.context() as patch:

        def full(_name, _content):
            raise OSError(28, "No space left on device")

        patch.setattr("registry.submissions.originals.keep_sealed", full)
        code, told, _ = command(there, "restore", backup)
        assert (code, told["refused"]["code"]) == (2, "restore.broken")
    assert (there / place.MARK).exists()
    for arguments in (["reconcile"], ["restore", backup]):
        code, told, _ = command(there, *arguments)
        assert (code, told["refused"]["code"]) == (2, "restore.unfinished")
    site = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=ROOT,
        env={"REGISTRY_DATA": str(there)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert site.returncode == 2 and "没有完成的恢复" in site.stderr
    assert "Traceback" not in site.stderr

    # Emptied it takes a backup, and one in which an original was lost says so.
    (name,) = (one.name for one in (setting("DATA") / "originals").iterdir())
    originals.drop(name)
    faulty = tmp_path / "faulty.backup"
    code, told, words = command(lambda: small_register, "backup", faulty)
    assert (code, told["missing"], told["originals"]) == (1, [name], 0)
    assert "找不到" in words
    emptied = empty_place(tmp_path / "emptied", there)
    code, told, _ = command(emptied, "restore", faulty)
    assert (code, told["originals"], told["tables"]["submission_row"]) == (1, 0, 3)
    assert "1 个" in told["faults"][0] and len(told["faults"]) == 2
    assert told["heads"][0]["county"] == "331083"
    assert not (emptied / place.MARK).exists()


def test_what_cannot_be_written(small_register, command, backup, tmp_path, monkeypatch):
    def refused(destination):
        code, told, _ = command(lambda: small_register, "backup", destination)
        assert code == 2 and list(tmp_path.rglob("*.part")) == []
        return told["refused"]["code"]

    assert refused(backup) == "backup.exists"
    assert refused(tmp_path / "not-mounted") == "backup.folder"
    assert not (tmp_path / "not-mounted").exists()
    assert refused(tmp_path / "no" / "such" / "one.backup") == "backup.unwritable"
    # No record, no backup.
    monkeypatch.setattr("registry.backups.making.record", _refuse)
    assert refused(tmp_path / "two.backup") == "trail.closed"
    assert not (tmp_path / "two.backup").exists()


def _refuse(*_arguments, **_more):
    from registry.errors import StateRefused

    raise StateRefused("trail.closed", "留痕写不进去，所以不办。")
