"""The way of a roster on the command line: one JSON document each, exit codes, no traceback."""

import json

import pytest

from registry.access.roles import Role
from registry.app import create_app
from registry.cli.main import main
from tests.factories.accounts import make_account
from tests.factories.people import make_people
from tests.factories.rosters import OTHER_UNION, UNION, make_roster


@pytest.fixture
def registry(register, capsys, monkeypatch, tmp_path):
    """A function that runs a command and returns its exit code, document and words."""
    make_account(Role.CLERK, UNION, name="clerk")
    make_account(Role.CLERK, OTHER_UNION, name="other-clerk")
    make_account(Role.REVIEWER, "331083001", name="reviewer")

    def command(*arguments):
        capsys.readouterr()
        code = main([str(one) for one in arguments], lambda: register)
        out, words = capsys.readouterr()
        return code, (json.loads(out) if "--json" in arguments else out), words

    return command


def roster(tmp_path, people, changes=None, name="花名册.csv"):
    file = tmp_path / name
    file.write_bytes(make_roster(people, changes))
    return file


def test_from_file_to_total(registry, tmp_path):
    file = roster(tmp_path, make_people(5))

    code, sent, _ = registry("submit", file, "--union", UNION, "--as", "clerk", "--json")
    assert code == 0
    assert (sent["state"], sent["already"]) == ("SUBMITTED", False)
    assert sent["rows"] == {"total": 5, "ok": 5, "warning": 0, "error": 0, "skipped": 0}
    assert sent["matches"] == {
        "new": 5,
        "changed": 0,
        "unchanged": 0,
        "transfer": 0,
        "conflict": 0,
        "missing": 0,
    }

    number = sent["submission"]
    code, back, _ = registry(
        *("send-back", number, "--as", "reviewer", "--rows", "3", "--json"),
        *("--reason", "wrong_data", "--note", "请核对"),
    )
    assert (code, back["sent_back"], back["pending"]) == (0, 1, 4)

    code, done, _ = registry("approve", number, "--as", "reviewer", "--json")
    assert code == 0
    assert done == {
        "submission": number,
        "state": "CLOSED",
        "approved": 4,
        "pending": 0,
        "transfer": 0,
        "conflict": 0,
    }

    _, totals, _ = registry("totals", "--json")
    assert totals["under"] == "331083"
    assert totals["total"]["members"] == 4
    assert [unit["members"] for unit in totals["units"]] == [4, 0]
    assert set(totals["units"][0]["metrics"]["coverage_rate"]) == {
        "numerator",
        "denominator",
        "percent",
    }
    assert registry("reconcile", "--json")[:2] == (0, {"checked": 4, "differences": []})
    assert registry("verify-trail", "--json")[0] == 0


def test_each_kind_is_compared_with_what_was_admitted(registry, tmp_path):
    """Three new, two changed, four missing, one of another union, three the same."""
    people = make_people(13)
    for union, clerk, chosen in (
        (UNION, "clerk", people[:9]),
        (OTHER_UNION, "other-clerk", people[12:]),
    ):
        file = roster(tmp_path, chosen, name=f"{clerk}.csv")
        sent = registry("submit", file, "--union", union, "--as", clerk, "--json")[1]
        registry("approve", sent["submission"], "--as", "reviewer")
    changes = {0: {"education": "博士研究生"}, 1: {"mobile": "13905760001"}}
    file = roster(tmp_path, [*people[:5], *people[9:]], changes, name="again.csv")
    expected = {"new": 3, "changed": 2, "unchanged": 3, "transfer": 1, "conflict": 0}

    checked = registry("check", file, "--union", UNION, "--as", "clerk", "--json")[1]
    assert checked["matches"] == {**expected, "missing": 4}
    numbers = {}
    for kind, missing in (("increment", 0), ("full", 4), ("reverify", 4)):
        code, sent, _ = registry(
            *("submit", file, "--union", UNION, "--as", "clerk", "--kind", kind, "--json")
        )
        assert (code, sent["state"]) == (0, "SUBMITTED")
        assert sent["matches"] == {**expected, "missing": missing}
        numbers[kind] = sent["submission"]
        again = registry(
            *("submit", file, "--union", UNION, "--as", "clerk", "--kind", kind, "--json")
        )[1]
        assert (again["submission"], again["already"]) == (sent["submission"], True)
        assert again["matches"] == sent["matches"]

    _, done, _ = registry("approve", numbers["full"], "--as", "reviewer", "--json")
    assert (done["approved"], done["pending"], done["transfer"]) == (8, 1, 1)
    # The same rows once more: all that the full roster brought is unchanged by now.
    _, done, _ = registry("approve", numbers["reverify"], "--as", "reviewer", "--json")
    assert (done["approved"], done["transfer"]) == (8, 1)
    _, totals, _ = registry("totals", "--under", UNION, "--json")
    assert totals["total"]["members"] == 12  # those missing keep their membership
    rate = totals["total"]["metrics"]["reverified_rate"]
    assert (rate["numerator"], rate["denominator"]) == (8, 12)
    assert registry("reconcile", "--json")[:2] == (0, {"checked": 13, "differences": []})


def test_a_roster_with_errors_stays_a_draft_until_they_are_held(registry, tmp_path):
    file = roster(tmp_path, make_people(3), {0: {"full_name": None}})
    place = ("--union", UNION, "--as", "clerk", "--json")

    code, draft, _ = registry("submit", file, *place)
    assert (code, draft["state"]) == (1, "DRAFT")
    assert [(one["row"], one["code"]) for one in draft["findings"]] == [(2, "cell.required")]

    code, sent, _ = registry("submit", file, *place, "--hold-errors")
    assert (code, sent["state"], sent["already"]) == (1, "SUBMITTED", False)
    assert sent["submission"] == draft["submission"]

    code, again, _ = registry("submit", file, *place, "--hold-errors")
    assert (again["submission"], again["already"]) == (sent["submission"], True)


def test_one_person_is_found_masked_by_number(registry, tmp_path):
    people = make_people(2)
    file = roster(tmp_path, people)
    sent = registry("submit", file, "--union", UNION, "--as", "clerk", "--json")[1]
    registry("approve", sent["submission"], "--as", "reviewer")

    code, found, _ = registry("member", people[0].number, "--as", "reviewer", "--json")

    assert code == 0
    assert (found["state"], found["union"]) == ("ACTIVE", UNION)
    assert found["document"] == people[0].number[:4] + "*" * 14
    assert found["name"][0] == people[0].full_name[0]
    assert set(found["name"][1:]) == {"*"}
    [event] = found["events"]
    assert (event["type"], event["from"], event["to"]) == ("ENTER", None, UNION)
    assert registry("member", people[0].number, "--as", "other-clerk")[0] == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("submit", "{file}", "--union", UNION, "--as", "other-clerk"),
        ("submit", "{file}", "--union", UNION, "--as", "reviewer"),
        ("submit", "{file}", "--union", "9999999999999", "--as", "clerk"),
        ("submit", "{file}", "--union", "331083001", "--as", "reviewer"),
        ("submit", "{file}", "--union", UNION, "--as", "nobody"),
        ("submit", "{file}.gone", "--union", UNION, "--as", "clerk"),
        ("submit", "{file}", "--union", UNION, "--as", "clerk", "--kind", "sometimes"),
        ("submit", "{picture}", "--union", UNION, "--as", "clerk"),
        ("check", "{picture}"),
        ("check",),
        ("approve", "99999", "--as", "reviewer"),
        ("approve", "1", "--as", "clerk"),
        ("approve", "1", "--as", "reviewer", "--rows", "7-3"),
        ("approve", "1", "--as", "reviewer", "--rows", "800"),
        ("send-back", "1", "--as", "reviewer", "--rows", "2", "--reason", "x", "--note", "y"),
        ("totals", "--on", "2999-01-01"),
        ("totals", "--on", "gestern"),
        ("totals", "--under", "42"),
        ("member", "", "--as", "reviewer"),
        ("member", "331083198503070000", "--as", "reviewer"),
        ("nonsense",),
    ],
)
def test_refusals_are_one_line_and_a_code(registry, tmp_path, arguments):
    file = roster(tmp_path, make_people(1))
    picture = tmp_path / "picture.xlsx"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    registry("submit", file, "--union", UNION, "--as", "clerk")
    told = [one.format(file=file, picture=picture) for one in arguments]

    code, document, words = registry(*told, "--json")

    assert code == 2
    assert set(document) == {"refused"}
    assert set(document["refused"]) == {"code", "message"}
    assert document["refused"]["message"]
    assert len(words.strip().splitlines()) == 1
    assert "Traceback" not in words


def test_without_a_key_file_it_says_what_to_do(capsys, tmp_path):
    code = main(["totals"], lambda: create_app({"REGISTRY_DATA": str(tmp_path)}))

    assert code == 2
    assert "registry init" in capsys.readouterr().err
