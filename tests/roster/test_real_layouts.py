"""Real files in the layouts that clerks have: the national print, a provincial export, and one
with three header lines behind a summary sheet."""

import json
from datetime import date
from pathlib import Path

import pytest

from registry.app import create_app
from registry.cli.main import main
from registry.roster.report import check_roster

TODAY = date(2026, 11, 25)
ROSTERS = Path(__file__).resolve().parents[1] / "rosters"


def report(name):
    return check_roster((ROSTERS / name / "roster.xlsx").read_bytes(), TODAY)


@pytest.mark.parametrize(
    ("name", "sheet", "row", "profile", "total", "skipped"),
    [
        ("national", "花名册", 4, "national", 7, [(11, "footer", None)]),
        ("provincial", "会员信息", 2, "provincial", 6, []),
        ("three_lines", "会员名册", 5, None, 6, []),
    ],
)
def test_layouts(name, sheet, row, profile, total, skipped):
    found = report(name)
    head = found.head
    assert (head.sheet, head.header_row, head.profile) == (sheet, row, profile)
    assert found.counts.total == total
    assert [tuple(one) for one in found.tail.skipped] == skipped
    assert head.doubts == []


def test_the_national_layout_has_nothing_to_correct():
    found = report("national")
    assert found.counts == (7, 6, 0, 0, 1)
    assert found.file_findings == []
    assert [column.field for column in found.head.columns][:3] == ["sequence", "full_name", "sex"]


def test_the_provincial_layout_knows_what_it_does_not_take():
    found = report("provincial")
    fields = {column.header: column.field for column in found.head.columns}
    assert fields["姓名"] == "full_name"
    assert (fields["工种"], fields["技术等级"]) == ("post", "skill_level")
    for header in ("用户名", "邮箱", "工会会员号", "企业工号", "职称", "参加工作年份"):
        assert fields[header] is None
    assert [one.code for one in found.file_findings] == ["column.missing"]


def test_three_lines_with_hints_beneath():
    found = report("three_lines")
    assert {c.column: c.field for c in found.head.columns if c.field} == {
        "A": "sequence", "B": "full_name", "C": "sex", "D": "born_on", "E": "ethnicity",
        "F": "document_kind", "G": "document_number", "H": "mobile", "J": "is_migrant_worker",
    }  # fmt: skip
    assert found.counts.error == 0
    # 邮箱 is foreign here: no profile knows it.
    assert [one.code for one in found.file_findings] == ["file.unmapped_column"]


def test_the_command_line_says_the_documented_keys_and_no_others(capsys):
    path = ROSTERS / "provincial" / "roster.xlsx"
    assert main(["check", str(path), "--json"], create_app) == 1
    said = json.loads(capsys.readouterr().out)
    assert list(said["file"]) == ["name", "sha256", "format", "sheet", "header_row", "columns"]
