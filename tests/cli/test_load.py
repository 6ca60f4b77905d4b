"""One roster for many unions on the command line."""

import json

import pytest

from registry.access.roles import Role
from registry.cli.main import main
from tests.factories.accounts import make_account
from tests.factories.bundles import TOWNSHIP, WRITTEN, make_bundle, make_unions
from tests.factories.numbers import spoilt
from tests.factories.people import make_people


@pytest.fixture
def load(register, capsys, tmp_path):
    """A function that loads a file's bytes and returns exit code, document and words."""
    make_unions()
    make_account(Role.REVIEWER, TOWNSHIP, name="reviewer")
    file = tmp_path / "合并名册.csv"

    def command(content, *arguments, under=TOWNSHIP):
        file.write_bytes(content)
        capsys.readouterr()
        given = ["load", str(file), "--under", under, "--as", "reviewer", *arguments]
        code = main(given, lambda: register)
        out, said = capsys.readouterr()
        return code, (json.loads(out) if "--json" in arguments else out), said

    return command


def test_all_at_once(load):
    people = make_people(7)
    content = make_bundle(people, changes={0: {"document_number": spoilt(people[0].number)}})

    code, document, _ = load(content, "--json")

    assert code == 1
    assert (document["state"], document["already"]) == ("DONE", False)
    assert document["rows"] == {"total": 7, "good": 6, "error": 1, "left_out": 0, "skipped": 0}
    assert [one["union"] for one in document["unions"]] == [
        "3310830010011",
        "3310830010012",
        "3310830010013",
    ]
    again = load(content, "--json")[1]
    assert (again["bundle"], again["already"]) == (document["bundle"], True)
    assert "共 7 行 = 已报送 6" in load(content)[1]


def test_unknown_names_are_refused_and_listed_then_answered(load):
    content = make_bundle(make_people(4), [*WRITTEN[:1], "漩门水产公司", "别处"])

    code, document, said = load(content, "--json")
    refused = document["refused"]
    assert (code, refused["code"]) == (2, "bundle.open_names")
    assert [(one["name"], one["rows"]) for one in refused["names"]] == [
        ("漩门水产公司", 1),
        ("别处", 1),
    ]
    assert refused["names"][0]["suggestions"] == ["3310830010012"]
    assert "--name" in said

    code, document, _ = load(
        content, "--name", "漩门水产公司=3310830010012", "--leave-out-unknown", "--json"
    )
    assert code == 0
    assert document["rows"]["good"] == 3
    assert document["left_out"] == [{"name": "别处", "rows": 1}]


@pytest.mark.parametrize(
    ("arguments", "under", "code"),
    [
        (["--name", "没有等号"], TOWNSHIP, "usage"),
        (["--name", "别处=3310830099999"], TOWNSHIP, "bundle.union"),
        ([], "331083", "place.unknown"),
        ([], "3310830010011", "bundle.place"),
    ],
)
def test_refusals(load, arguments, under, code):
    content = make_bundle(make_people(2), [WRITTEN[0], "别处"])

    exit_code, document, _ = load(content, *arguments, "--json", under=under)

    assert (exit_code, document["refused"]["code"]) == (2, code)
