"""Every command that acts for an account × role × own and foreign place."""

import json

import pytest

from registry.access.roles import GRANTS, Permission, Role
from registry.accounts import operations
from registry.cli.main import group, main
from registry.review.operations import approve
from tests.factories.accounts import make_account, make_actor
from tests.factories.bundles import make_bundle
from tests.factories.people import make_people
from tests.factories.rosters import make_clerk, make_roster, send_in
from tests.factories.unions import COUNTY, TOWNSHIP

UNION, FOREIGN, FAR = "3310830010001", "3310830020001", "3310820010001"  # FAR: another county
PLACE_OF = {
    Role.CLERK: UNION,
    Role.REVIEWER: TOWNSHIP,
    Role.AUDITOR: COUNTY,
    Role.ADMINISTRATOR: COUNTY,
    Role.LOG_KEEPER: COUNTY,
}
_P = Permission
# What each asks for, and where: at a union, a unit above it, the county, or the own place.
COMMANDS = {
    "submit": (_P.WORK_ROSTER, "union", ("{roster}", "--union", "{union}")),
    "check": (_P.WORK_ROSTER, "union", ("{roster}", "--union", "{union}")),
    "blank": (_P.WORK_ROSTER, "union", ("{out}", "--union", "{union}")),
    "load": (_P.SEND_FOR_UNIONS, "unit", ("{bundle}", "--under", "{unit}")),
    "approve": (_P.REVIEW, "union", ("{submission}",)),
    "send-back": (
        _P.REVIEW,
        "union",
        ("{submission}", "--rows", "9", "--reason", "wrong_data", "--note", "请核对"),
    ),
    "close-period": (_P.CLOSE_PERIODS, "county", ("2018-01",)),
    "member": (_P.VIEW_MEMBERS, "union", ("{member}",)),
}


@pytest.fixture
def command(small_register, capsys, tmp_path):
    """Run a command as an account at a place; returns the code of its refusal, "" without one."""
    people = make_people(2)
    files = {"roster": tmp_path / "a.csv", "bundle": tmp_path / "b.csv", "out": tmp_path / "c.xlsx"}
    files["roster"].write_bytes(make_roster(people))
    files["bundle"].write_bytes(make_bundle(people))
    here = {}
    for seed, union in enumerate((UNION, FOREIGN, FAR), start=5):
        clerk, lots = make_clerk(union), [make_people(1, seed=seed), make_people(1, seed=50 + seed)]
        admitted, waiting = (send_in(make_roster(lot), clerk, union=union) for lot in lots)
        approve(admitted, actor=make_actor(Role.REVIEWER, union[:9]))
        here[union] = {"submission": waiting, "member": lots[0][0].number}

    def run(name, user, union):
        words = {**files, "union": union, "unit": union[:9], **here[union]}
        capsys.readouterr()
        arguments = [word.format(**words) for word in COMMANDS[name][2]]
        as_json = [] if name == "blank" else ["--json"]
        status = main([name, *arguments, "--as", user, *as_json], lambda: small_register)
        out, said = capsys.readouterr()
        assert "Traceback" not in said
        if status != 2:
            return ""
        if name == "blank":
            return "place.unknown" if "管理范围" in said else "permission.missing"
        return json.loads(out)["refused"]["code"]

    return run


def test_the_table_names_every_command_that_acts_for_an_account():
    acting = {
        name
        for name, command in group.commands.items()
        if any("--as" in option.opts for option in command.params)
    }
    assert acting == set(COMMANDS)


def test_every_command_by_role_and_place(command):
    accounts = {role: make_account(role, place).name for role, place in PLACE_OF.items()}
    for name, (permission, place, _) in COMMANDS.items():
        for role, user in accounts.items():
            for union in (UNION, FOREIGN, FAR):
                places = {"union": union, "unit": union[:9], "county": COUNTY}
                here = places[place]
                refused = command(name, user, union)
                inside = here.startswith(PLACE_OF[role])
                if name == "member" and permission not in GRANTS[role]:
                    # whoever it is about: else the answer would tell who is a member
                    assert refused == "permission.missing", (role, union)
                elif name == "member" and not inside:
                    assert refused == "member.unknown", (role, union)
                elif not inside:
                    assert refused == "place.unknown", (name, role, union)
                elif permission not in GRANTS[role]:
                    assert refused == "permission.missing", (name, role, union)
                else:
                    assert refused not in ("place.unknown", "permission.missing", "member.unknown")


def test_a_right_that_is_taken_away_is_gone_at_the_next_command(command):
    account = make_account([Role.REVIEWER, Role.AUDITOR], COUNTY)
    administrator = make_actor(Role.ADMINISTRATOR, COUNTY)
    assert command("approve", account.name, UNION) == ""
    operations.set_roles(account.id, [Role.AUDITOR], actor=administrator)
    assert command("approve", account.name, FOREIGN) == "permission.missing"
    operations.lock(account.id, actor=administrator)
    assert command("member", account.name, UNION) != ""
