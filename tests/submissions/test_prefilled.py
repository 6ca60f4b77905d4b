"""The pre-filled roster goes out masked and comes back as the members it named."""

from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from registry.db import db
from registry.errors import Forbidden, NotFound
from registry.members.match import Match
from registry.members.recalled import Recalled
from registry.members.roster import rows_of
from registry.review.operations import approve
from registry.roster.blank import FIRST_ROW, HEADER_ROW, write_blank
from registry.roster.columns import ROW_KEY_LABEL
from registry.roster.report import check_roster
from registry.roster.sheet import SheetBatch
from registry.submissions import judging, queries
from registry.submissions.corrections import edit_row, open_for_correction
from registry.submissions.matched import match_report
from registry.submissions.operations import submit
from registry.submissions.states import Kind
from registry.submissions.storing import Ref
from registry.trail.queries import entries
from tests.factories.numbers import make_legacy_id, make_resident_id
from tests.factories.people import fields_of, make_people
from tests.factories.roster_rows import LETTER, TODAY
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
    take_in,
)

PEOPLE = make_people(6)
NUMBER, MOBILE, NAME = LETTER["document_number"], LETTER["mobile"], LETTER["full_name"]
KEY = "AA"
ODD = {
    1: {"document_number": "E1234567", "document_kind": "护照", "mobile": None},
    2: {"changed_on": "2019-03", "ethnicity": "苗族"},
    3: {
        "document_number": make_legacy_id(born_on=date(1985, 3, 7)),
        "sex": "女",
        "born_on": "1985-03-07",
    },
}


@pytest.fixture
def clerk(register):
    """The clerk of a union with six members of several kinds; the last one is retained."""
    clerk, reviewer = make_clerk(), make_reviewer()
    approve(send_in(make_roster(PEOPLE, ODD), clerk), actor=reviewer)
    retained = {0: {"change": "保留会籍", "changed_on": "2025-01-05"}}
    approve(send_in(make_roster(PEOPLE[5:], retained), clerk), actor=reviewer)
    return clerk


SAID = "账号 clerk-1 2026-07-31 14:05"


def prefilled(clerk, change=None):
    """Return the pre-filled roster, cells changed by place."""
    book = load_workbook(BytesIO(write_blank(rows_of(UNION, actor=clerk), SAID)))
    for place, value in (change or {}).items():
        book["会员花名册"][place].value = value
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def checked(content, clerk, union=UNION):
    return match_report(content, file_name="a.xlsx", union_code=union, actor=clerk)


def codes(report, row):
    return {one["code"] for one in report["findings"] if one["row"] == row}


def test_nothing_stands_there_in_full(clerk):
    book = load_workbook(BytesIO(prefilled(clerk)))
    sheet = book["会员花名册"]
    assert book.properties.description == SAID
    assert sheet.oddFooter.left.text == SAID
    text = " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row)

    for person in PEOPLE:
        assert person.number not in text and person.mobile not in text
        assert person.full_name in text
    assert sheet[f"{KEY}{HEADER_ROW}"].value == ROW_KEY_LABEL
    assert (
        sheet[f"{NUMBER}{FIRST_ROW}"].value
        == PEOPLE[0].number[:4] + "*" * 13 + PEOPLE[0].number[-1]
    )


@pytest.mark.parametrize("kind", [Kind.FULL, Kind.REVERIFY, Kind.INCREMENT])
def test_untouched_it_is_unchanged_to_the_last_member(clerk, kind):
    number = take_in(prefilled(clerk), clerk, kind=kind)

    view = queries.find(db.session(), number)
    assert queries.counts_by_match(db.session(), view) == {Match.UNCHANGED: 6}
    assert (view.error_count, view.missing_count) == (0, 0)
    assert view.file_findings == []
    rows = queries.rows(db.session(), view)
    said = {
        row.row - FIRST_ROW: sorted(f.code for f in row.findings) for row in rows if row.findings
    }
    # Just what these members' own data earn.
    assert said == {1: ["mobile.missing"], 2: ["date.month_only"], 3: ["document.legacy"]}


def test_admitting_it_changes_nothing(clerk):
    before = rows_of(UNION, actor=clerk)
    sent = submit(take_in(prefilled(clerk), clerk), actor=clerk)
    approve(sent.submission_id, actor=make_reviewer())

    assert rows_of(UNION, actor=clerk) == before


def test_a_changed_cell_is_the_only_change(clerk):
    place = f"{LETTER['education']}{FIRST_ROW}"
    report = checked(prefilled(clerk, {place: "初中"}), clerk)

    assert (report["matches"]["changed"], report["matches"]["unchanged"]) == (1, 5)


def test_a_number_or_mobile_typed_in_full_wins(clerk):
    other = make_people(1, seed=9)[0]
    content = prefilled(
        clerk, {f"{NUMBER}{FIRST_ROW}": other.number, f"{MOBILE}{FIRST_ROW + 2}": other.mobile}
    )
    number = take_in(content, clerk)

    rows = {row.row: row for row in queries.rows(db.session(), queries.find(db.session(), number))}
    assert rows[FIRST_ROW].match is not Match.UNCHANGED
    assert rows[FIRST_ROW + 2].changed_fields == ["mobile"]


@pytest.mark.parametrize("key", [None, "K-" + "A" * 24, "另一个"])
def test_a_mask_without_its_key_is_a_wrong_number_with_a_way_out(clerk, key):
    report = checked(prefilled(clerk, {f"{KEY}{FIRST_ROW}": key}), clerk)

    assert codes(report, FIRST_ROW) == {"document.format", "mobile.format"}
    words = [one["message"] for one in report["findings"] if one["row"] == FIRST_ROW]
    assert all("系统识别码" in one for one in words)


def test_a_key_in_two_rows_is_a_duplicate(clerk):
    rows = rows_of(UNION, actor=clerk)
    report = checked(write_blank([*rows, rows[0]]), clerk)

    assert codes(report, FIRST_ROW) == {"roster.duplicate"} == codes(report, FIRST_ROW + 6)


def test_a_key_beside_another_members_mask_says_nothing(clerk):
    rows = rows_of(UNION, actor=clerk)
    report = checked(write_blank([{**rows[0], "row_key": rows[2]["row_key"]}]), clerk)

    assert "document.format" in codes(report, FIRST_ROW)


def test_another_union_learns_nothing_from_it(clerk):
    content = prefilled(clerk)
    report = checked(content, make_clerk(OTHER_UNION), OTHER_UNION)

    assert report["rows"]["error"] == 6
    assert set(report["matches"].values()) == {0}


def test_without_a_union_it_is_judged_as_it_stands(clerk):
    report = check_roster(prefilled(clerk), TODAY)

    assert report.counts.error == 6
    assert {one.code for one in report.file_findings} == set()


def test_who_has_left_is_not_lent_any_more(clerk):
    content = prefilled(clerk)
    gone = {0: {"change": "退会", "changed_on": "2025-02-01"}}
    approve(send_in(make_roster(PEOPLE[:1], gone), clerk), actor=make_reviewer())

    assert "document.format" in codes(checked(content, clerk), FIRST_ROW)


def test_correcting_another_cell_keeps_the_number(clerk):
    number = take_in(prefilled(clerk, {f"{LETTER['ethnicity']}{FIRST_ROW}": "不详"}), clerk)
    edit_row(number, FIRST_ROW, {"ethnicity": fields_of(PEOPLE[0])["ethnicity"]}, actor=clerk)

    row = queries.row(db.session(), queries.find(db.session(), number), FIRST_ROW)
    assert (row.match, row.findings) == (Match.UNCHANGED, [])


def test_no_number_lent_comes_back_to_the_clerk(clerk):
    number = take_in(prefilled(clerk), clerk)
    opened = open_for_correction(number, range(FIRST_ROW, FIRST_ROW + 6), clerk)
    legacy = opened[FIRST_ROW + 3]

    assert legacy.suggestions == {}  # the 18 digits to confirm would be the number
    for content in opened.values():
        assert "*" in content.raw["document_number"]
        assert not any(person.number in str(content) for person in PEOPLE)
    report = checked(prefilled(clerk), clerk)
    assert {one["suggestion"] for one in report["findings"]} == {None}


def test_only_those_of_the_union_get_it_and_it_is_on_the_trail(clerk):
    rows_of(UNION, actor=clerk)
    [entry] = entries(db.session(), "331083", action="roster.blank")[:1]
    assert entry.detail["members"] == 6

    with pytest.raises(NotFound):
        rows_of(UNION, actor=make_clerk(OTHER_UNION))
    with pytest.raises(Forbidden):
        rows_of(UNION, actor=make_reviewer())


def test_many_rows_are_written_as_few(small_register):
    text = {"full_name": "=1+1", "post": "<&>\x07\n", "row_key": "K-1"}
    sheet = load_workbook(BytesIO(write_blank([text] * 3)))["会员花名册"]

    for row in (FIRST_ROW, FIRST_ROW + 2):
        cell = sheet[f"{NAME}{row}"]
        assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)
        assert sheet[f"{LETTER['post']}{row}"].value == "<&>\n"
        assert sheet[f"{NUMBER}{row}"].number_format == "@"


DAYS = st.dates().filter(lambda day: 1900 <= day.year <= 2020)


@given(DAYS, st.integers(1, 999), st.sampled_from(["331083", "110105", "810000"]), st.booleans())
def test_any_number_comes_back_from_its_mask(day, sequence, division, by_key):
    number, mobile = make_resident_id(division, day, sequence), f"139{sequence:08d}"
    member = Recalled(1, "叶某", number, mobile)
    shown = "K-" + "A" * 24 if by_key else member.masked_number
    cells = {"document_number": [shown], "mobile": [member.masked_mobile]}

    assert number not in str(cells) and mobile not in str(cells)
    assert judging._lend(cells, 0, member)
    assert cells == {"document_number": [number], "mobile": [mobile]}


def test_a_roster_without_keys_is_left_as_it_is(small_register):
    batch = SheetBatch([2], {"document_number": ["x"], "full_name": ["叶某"]}, [])
    found, lent = judging.lay_over(db.session(), None, Ref("331083", 0, UNION), batch)

    assert (found.cells, lent) == (batch.cells, set())
