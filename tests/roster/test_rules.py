"""Each rule that needs no register, in a roster of four rows of which one breaks it."""

from typing import Any

import pytest

from registry.roster.rules import RULES
from registry.roster.sheet import CellFault
from tests.factories.roster_rows import judge, make_number, make_row

SOUND = make_number()
LEGACY = SOUND[:6] + SOUND[8:17]
UPPER = next(n for n in (make_number(sequence=s) for s in range(201, 999, 2)) if n.endswith("X"))

# The rule, and what is changed in the third row (Excel's row 4).
BROKEN: dict[str, dict[str, Any]] = {
    "cell.required": {"ethnicity": None},
    "cell.formula": {"post": None},
    "cell.error": {"education": None},
    "cell.too_long": {"full_name": "叶" * 51},
    "code.unknown": {"education": "幼儿园"},
    "document.numeric": {"document_number": int(SOUND[:15] + "000")},
    "document.scientific": {"document_number": "3.31E+17"},
    "document.format": {"document_number": SOUND[:17]},
    "document.birth_date": {"document_number": make_number("19901301")},
    "document.checksum": {"document_number": SOUND[:16] + str(9 - int(SOUND[16])) + SOUND[17]},
    "document.placeholder": {"document_number": "1" * 18},
    "sex.mismatch": {"sex": "女"},
    "born_on.mismatch": {"born_on": "1991-03-07"},
    "date.unreadable": {"changed_on": "前年"},
    "date.impossible": {"changed_on": "2027-01-01"},
    "mobile.format": {"mobile": "87220000"},
    "age.under_16": {
        "document_number": make_number("20120307"),
        "born_on": "2012-03-07",
        "changed_on": None,
    },
    "document.division_unknown": {"document_number": make_number(division="339999")},
    "document.legacy": {"document_number": LEGACY},
    "document.kind_doubtful": {"document_kind": "护照"},
    "name.unusual": {"full_name": "叶?禾"},
    "date.month_only": {"changed_on": "2017年9月"},
    "mobile.missing": {"mobile": None},
    "age.unusual": {"document_number": make_number("19600307"), "born_on": "1960-03-07"},
    "text.normalised": {"full_name": "叶 青禾"},
    "document.upper_x": {"document_number": UPPER.lower()},
    "name.middle_dot": {"full_name": "阿里木•买买提"},
    "date.form": {"changed_on": "2017.9.1"},
    "code.alias": {"education": "本科"},
    "cell.filled": {"sex": None},
}
FAULTS = {
    "cell.formula": [CellFault(4, "post", "cell.formula")],
    "cell.error": [CellFault(4, "education", "cell.error")],
}
# Rules on groups of rows have their own tests; these need the register or the file.
ELSEWHERE = {
    "roster.duplicate", "document.consecutive", "mobile.shared", "change.no_member",
    "member.active_elsewhere", "member.name_differs", "member.same_name_and_mobile",
    "member.restricted",
    "roster.over_headcount", "roster.big_change", "column.missing",
}  # fmt: skip


def test_every_rule_of_a_cell_is_tried() -> None:
    files = {code for code in RULES if code.startswith("file.")}

    assert set(BROKEN) | ELSEWHERE | files == set(RULES)
    assert not set(BROKEN) & ELSEWHERE


@pytest.mark.parametrize("code", BROKEN)
def test_the_rule_marks_its_row_and_nothing_else_is_said(code: str) -> None:
    rows = [make_row(document_number=make_number(sequence=s)) for s in (131, 133, 135, 137)]
    rows[2] = make_row(**BROKEN[code])
    checked = judge(*rows, faults=FAULTS.get(code))

    assert [(found.row, found.code) for found in checked.findings] == [(4, code)]
    (found,) = checked.findings
    assert found.severity == RULES[code].severity
    assert found.column is not None
    assert found.message.count("。") >= 2
    if RULES[code].severity == "error":
        assert (checked.document_keys[2] is None) == (found.field == "document_number")
