"""A file in, the document of `registry check` out."""

import json
from typing import Any

from registry.roster.report import check_roster
from tests.factories.roster_rows import TODAY, make_number, make_row
from tests.factories.roster_workbooks import ALL_FIELDS, make_csv, make_xlsx


def rows() -> list[dict[str, Any]]:
    others = [make_row(document_number=make_number(sequence=s)) for s in range(125, 131, 2)]
    others[0].update(sex="女")
    others[1].update(mobile=None)
    others[2].update(ethnicity="汉")
    return [make_row(), *others]


def test_the_document_has_the_exact_form() -> None:
    report = check_roster(make_xlsx(rows()), TODAY)
    document = report.to_json("a.xlsx", "00")

    assert list(document) == ["file", "rows", "skipped", "findings", "file_findings"]
    assert list(document["file"]) == [
        "name", "sha256", "format", "sheet", "header_row", "columns",
    ]  # fmt: skip
    assert document["file"]["header_row"] == 2
    assert document["file"]["columns"][0] == {
        "column": "A", "header": "姓名", "field": "full_name",
    }  # fmt: skip
    assert document["rows"] == {"total": 4, "ok": 2, "warning": 1, "error": 1, "skipped": 0}
    assert document["findings"][0] == {
        "row": 4,
        "column": "B",
        "field": "sex",
        "code": "sex.mismatch",
        "severity": "error",
        "message": "性别与证件号码不一致，按证件号码应为“男”。请核对性别和证件号码。",
        "suggestion": "男",
        "other_rows": [],
    }
    json.dumps(document)


def test_the_sum_is_the_total_with_skipped_runs() -> None:
    nobody: dict[str, Any] = dict.fromkeys(ALL_FIELDS)
    footer = {**nobody, "full_name": "合计：4人"}
    report = check_roster(make_xlsx([*rows()[:2], nobody, nobody, *rows()[2:], footer]), TODAY)
    counts = report.counts

    assert counts.total == 7
    assert counts.total == counts.ok + counts.warning + counts.error + counts.skipped
    assert report.to_json("", "")["skipped"] == [
        {"row": 5, "why": "blank", "last": 6},
        {"row": 9, "why": "footer"},
    ]


def test_findings_of_the_whole_stand_in_their_rows() -> None:
    report = check_roster(make_xlsx([make_row(), make_row(sex="女"), make_row()]), TODAY)

    assert [(f.row, f.code) for f in report.findings] == [
        (3, "roster.duplicate"),
        (4, "sex.mismatch"),
        (4, "roster.duplicate"),
        (5, "roster.duplicate"),
    ]


def test_missing_columns_answers_and_progress() -> None:
    fields = [field for field in ALL_FIELDS if field not in ("ethnicity", "sex")]
    seen: list[tuple[str, int]] = []
    content = make_csv(rows()[:1], fields)
    report = check_roster(
        content,
        TODAY,
        {"ethnicity": "汉族"},
        progress=lambda stage, done: seen.append((stage, done)),
        keep=False,
    )

    assert [found.code for found in report.file_findings] == ["column.missing"]
    assert report.findings == []
    assert report.batches == []
    assert seen == [("check", 1)]


def test_no_number_stands_in_full_in_any_message() -> None:
    number, mobile = make_number(), "13905760001"
    wrong = number[:17] + ("0" if number[17] != "0" else "1")
    hostile = [
        make_row(ethnicity=number, changed_on=mobile, sex=mobile, is_migrant_worker=number),
        make_row(document_number=wrong, mobile=f"{mobile}1", full_name=number, post=number * 20),
        make_row(document_number=f"{number} ", born_on=number),
    ]
    report = check_roster(make_xlsx(hostile), TODAY)

    said = "".join(found.message for found in report.findings)
    assert len(report.findings) > 8
    for secret in (number, number[:17], wrong, mobile, number[6:14]):
        assert secret not in said
