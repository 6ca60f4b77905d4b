"""A number cut by Excel, and the member of the union whose number it may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.db import db
from registry.members.match import Match
from registry.members.row_keys import looks_like_one
from registry.review.operations import approve
from registry.submissions import queries
from registry.submissions.corrections import edit_row, open_for_correction, shown
from registry.submissions.marking import marked_workbook
from registry.submissions.matched import match_report
from registry.submissions.offers import leading
from registry.submissions.operations import submit
from tests.factories.numbers import make_resident_id
from tests.factories.people import label_row, make_people, table
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
    take_in,
)
from tests.factories.workbooks import saved, workbook_of

PEOPLE = make_people(3)


def cut(number):
    """The number as Excel keeps it: a number with its last three digits lost."""
    return int(number[:15] + "000")


def roster_with_cut_numbers(people=PEOPLE, **changes):
    rows = [label_row(one, document_number=cut(one.number), **changes) for one in people]
    return saved(workbook_of(table(rows)))


def admit(people, changes=None, union=UNION):
    approve(
        send_in(make_roster(people, changes), make_clerk(union), union=union),
        actor=make_reviewer(),
    )


def suggestions(content, clerk, union=UNION):
    report = match_report(content, file_name="a.xlsx", union_code=union, actor=clerk)
    assert not any(one.number in str(report) for one in PEOPLE)
    return [one["suggestion"] for one in report["findings"] if one["code"] == "document.numeric"]


def test_the_one_member_of_that_name_and_beginning_is_offered_by_key(register):
    admit(PEOPLE[:2])

    found = suggestions(roster_with_cut_numbers(), make_clerk())

    assert [looks_like_one(one) for one in found] == [True, True, False]


def test_neither_another_name_nor_another_union_nor_several(register):
    admit(PEOPLE)
    assert suggestions(roster_with_cut_numbers(full_name="叶别人"), make_clerk()) == [None] * 3
    assert (
        suggestions(roster_with_cut_numbers(), make_clerk(OTHER_UNION), OTHER_UNION) == [None] * 3
    )


def test_two_members_who_agree_are_not_told_apart(register):
    one, other = make_people(2)
    near = [make_resident_id(sequence=sequence) for sequence in (121, 127)]
    same = {"full_name": "叶小青", "sex": "男", "born_on": "1985-03-07"}
    admit([one, other], {i: {**same, "document_number": near[i]} for i in (0, 1)})

    row = label_row(one, **{**same, "document_number": cut(near[0])})
    assert suggestions(saved(workbook_of(table([row]))), make_clerk()) == [None]


def test_taking_it_lays_the_number_over_the_row_and_shows_the_mask(register):
    admit(PEOPLE)
    clerk = make_clerk()
    number = take_in(roster_with_cut_numbers(), clerk)
    view = queries.find(db.session(), number)
    [key] = [one.suggestion for one in queries.row(db.session(), view, 2).findings]

    edit_row(number, 2, {"document_number": key}, actor=clerk)

    row = queries.row(db.session(), queries.find(db.session(), number), 2)
    assert (row.match, row.findings) == (Match.UNCHANGED, [])
    content = open_for_correction(number, [2], clerk)[2]
    mask = PEOPLE[0].number[:4] + "*" * 13 + PEOPLE[0].number[-1]
    assert shown(content, "document_number") == mask
    # Judged again for another cell the number is still the member's.
    edit_row(number, 2, {"education": "初中"}, actor=clerk)
    assert queries.row(db.session(), view, 2).match is Match.CHANGED
    # A number typed afterwards is what counts.
    typed = {"document_number": PEOPLE[1].number, "sex": "", "born_on": ""}
    edit_row(number, 2, typed, actor=clerk)
    assert queries.row(db.session(), view, 2).match is Match.CONFLICT


def test_the_choice_survives_the_marked_workbook_and_the_follow_up(register):
    admit(PEOPLE)
    clerk = make_clerk()
    number = take_in(roster_with_cut_numbers(), clerk)
    view = queries.find(db.session(), number)
    [key] = [one.suggestion for one in queries.row(db.session(), view, 2).findings]
    edit_row(number, 2, {"document_number": key}, actor=clerk)

    content = marked_workbook(number, actor=clerk).content
    report = match_report(content, file_name="a.xlsx", union_code=UNION, actor=clerk)
    assert (report["matches"]["unchanged"], report["rows"]["error"]) == (1, 2)

    sent = submit(number, actor=clerk, hold_errors=True)
    [key] = [
        one.suggestion
        for one in queries.row(
            db.session(), queries.find(db.session(), sent.follow_up_id), 3
        ).findings
    ]
    edit_row(sent.follow_up_id, 3, {"document_number": key}, actor=clerk)
    after = queries.find(db.session(), sent.follow_up_id)
    assert queries.row(db.session(), after, 3).match is Match.UNCHANGED


@pytest.mark.parametrize("key", ["K-" + "A" * 24, "K-1"])
def test_a_key_that_is_none_is_a_wrong_number(register, key):
    admit(PEOPLE)
    clerk = make_clerk()
    number = take_in(roster_with_cut_numbers(), clerk)
    edit_row(number, 2, {"document_number": key}, actor=clerk)

    row = queries.row(db.session(), queries.find(db.session(), number), 2)
    assert [one.code for one in row.findings] == ["document.format"]


def test_nothing_of_the_number_is_stored_in_clear(register):
    admit(PEOPLE)
    number = take_in(roster_with_cut_numbers(), make_clerk())
    rows = queries.rows(db.session(), queries.find(db.session(), number))

    assert not any(one.number[4:14] in str(rows) for one in PEOPLE)


@given(st.integers(10**17, 10**18 - 1))
def test_the_digits_kept_are_found_whoever_wrote_the_number(number):
    digits = str(number)[:15]

    assert digits in leading(number)  # read as an integer
    assert digits in leading(float(digits + "000"))  # as Excel stores it
    assert digits in leading(int(float(digits + "000")))


@pytest.mark.parametrize("cell", [None, "331083199003071234", True, 1.5, 10**16, 10**18, -(10**17)])
def test_other_cells_have_no_leading_digits(cell):
    assert leading(cell) == set()
