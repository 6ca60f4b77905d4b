"""Files named on the command line: those that cannot be read, and those too large to be."""

import json

import pytest

from registry.cli.main import main


@pytest.fixture
def registry(capsys):
    """A function that runs a command on files alone and returns its exit code and refusal."""

    def command(*arguments):
        code = main([*map(str, arguments), "--json"], _no_application)
        return code, json.loads(capsys.readouterr().out)["refused"]

    return command


def _no_application():
    raise AssertionError("a command on files alone needs no application")


def test_a_file_of_any_size_is_refused_without_being_read_whole(registry, tmp_path):
    file = tmp_path / "large.xlsx"
    with file.open("wb") as stream:
        stream.write(b"PK\x03\x04")
        # Sparse: nobody has memory for it.
        stream.truncate(8 << 40)

    code, refused = registry("check", file)

    assert code == 2
    assert refused["code"] == "file.too_large"
    assert "50 MB" in refused["message"]


@pytest.mark.parametrize(
    ("name", "reason"), [("none.xlsx", "没有这个文件或文件夹"), (".", "这是一个文件夹")]
)
def test_why_a_file_cannot_be_read_is_said_in_chinese(registry, tmp_path, name, reason):
    code, refused = registry("check", tmp_path / name)

    assert code == 2
    assert refused["code"] == "file.unreadable"
    assert refused["message"].endswith(f"：{reason}。")
