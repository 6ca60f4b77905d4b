"""Unsure columns below the screens, on both engines: the worker asks, the command line does not."""

import pytest

from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.jobs import layouts, queries
from registry.jobs.leases import unfinished, worker_name
from registry.jobs.operations import import_now, upload
from registry.jobs.work import run
from registry.submissions import queries as submissions
from registry.submissions.operations import withdraw
from registry.submissions.remembered import remembered_labels
from registry.submissions.states import Kind, State
from registry.trail.queries import entries
from tests.factories.people import fields_of, label_rows, make_people
from tests.factories.rosters import OTHER_UNION, UNION, csv_of, make_clerk, make_reviewer

PEOPLE = [fields_of(person) for person in make_people(4)]
NEEDED = {"A": "full_name", "B": "document_number", "C": "sex", "D": "mobile"}


def roster(*, hint=""):
    rows = [
        [
            one["full_name"],
            one["document_number"],
            one["sex"],
            one["mobile"],
            hint,
            one["ethnicity"],
        ]
        for one in PEOPLE
    ]
    return csv_of([["姓名", "证件号码", "性别", "手机", "联系电话", "民族"], *rows])


def uploaded(clerk, content=None):
    received = upload(
        content or roster(hint="0576"),
        file_name="名册.csv",
        union_code=UNION,
        kind=Kind.INCREMENT,
        actor=clerk,
    )
    read()
    return received.submission_id


def read():
    for batch in unfinished(db.session()):
        run(batch, worker_name())
    db.session.rollback()


def state_of(number):
    return queries.progress(db.session(), "331083", number).state


def test_the_worker_asks_and_goes_on_with_the_answer(register):
    clerk = make_clerk()
    number = uploaded(clerk)
    assert state_of(number) == "ASKING"
    assert queries.asking(db.session(), "331083", [number, 99]) == {number}
    assert unfinished(db.session()) == []

    layouts.confirm_columns(
        number, sheet="", columns={**NEEDED, "E": "", "F": "ethnicity"}, actor=clerk
    )
    assert queries.asking(db.session(), "331083", [number]) == set()
    read()
    found = submissions.find(db.session(), number)
    assert (state_of(number), found.is_read, found.total_count) == ("DONE", True, 4)
    assert found.layout.columns["E"] == ""
    labels = remembered_labels(db.session(), "331083", UNION)
    assert (labels["手机"], labels["联系电话"]) == ("mobile", "")
    assert remembered_labels(db.session(), "331083", OTHER_UNION) == {}
    assert len(entries(db.session(), "331083", action="draft.columns")) == 1


def test_confirming_again_drops_rows_of_another_reading(register):
    clerk = make_clerk()
    number = uploaded(clerk, roster())
    assert submissions.find(db.session(), number).is_read
    sheets = layouts.sheets_of(number, actor=clerk)
    said = {one.column: one.field or "" for one in sheets[0].columns}
    layouts.confirm_columns(number, sheet="", columns=said | {"D": ""}, actor=clerk)
    assert not submissions.find(db.session(), number).is_read
    read()
    found = submissions.find(db.session(), number)
    assert (found.is_read, found.total_count) == (True, 4)
    assert found.ok_count + found.warning_count + found.error_count == 4


def test_the_command_line_never_asks(register):
    clerk = make_clerk()
    number = uploaded(clerk)
    assert state_of(number) == "ASKING"
    received = import_now(
        roster(hint="0576"),
        file_name="名册.csv",
        union_code=UNION,
        kind=Kind.INCREMENT,
        actor=clerk,
    )
    assert received.submission_id == number
    assert submissions.find(db.session(), number).is_read


def test_only_who_works_on_the_roster_may_say(register):
    number = uploaded(make_clerk())
    with pytest.raises(Forbidden):
        layouts.sheets_of(number, actor=make_reviewer())
    with pytest.raises(NotFound):
        layouts.confirm_columns(number, sheet="", columns=NEEDED, actor=make_clerk(OTHER_UNION))


@pytest.mark.parametrize(
    ("sheet", "columns", "code"),
    [
        ("别的", NEEDED, "sheet.unknown"),
        ("", {"A": "full_name"}, "columns.missing"),
        ("", {**NEEDED, "E": "mobile"}, "columns.twice"),
        ("", {**NEEDED, "E": "shoe_size"}, "columns.unknown_field"),
    ],
)
def test_what_cannot_be_is_refused(small_register, sheet, columns, code):
    clerk = make_clerk()
    number = uploaded(clerk)
    with pytest.raises(InputRefused) as caught:
        layouts.confirm_columns(number, sheet=sheet, columns=columns, actor=clerk)
    assert caught.value.code == code
    assert state_of(number) == "ASKING"


def test_a_draft_that_is_gone_has_no_columns(small_register):
    clerk = make_clerk()
    number = uploaded(clerk)
    withdraw(number, actor=clerk)
    assert submissions.find(db.session(), number).state is State.WITHDRAWN
    with pytest.raises(StateRefused):
        layouts.sheets_of(number, actor=clerk)


def doubled(labels=("手机", "手机"), spare=None, count=4):
    """Two columns of one label: the second one holds the mobiles."""
    rows = [
        [one["full_name"], one["document_number"], one["sex"], spare or f"0576-8741{n:04}",
         one["mobile"], one["ethnicity"]]
        for n, one in enumerate(PEOPLE[:count])
    ]  # fmt: skip
    return csv_of([["姓名", "证件号码", "性别", *labels, "民族"], *rows])


def test_columns_of_one_label_are_remembered_each(register):
    clerk = make_clerk()
    number = uploaded(clerk, doubled())
    assert state_of(number) == "ASKING"
    said = {**NEEDED, "D": "", "E": "mobile", "F": "ethnicity"}
    layouts.confirm_columns(number, sheet="", columns=said, actor=clerk)
    read()

    again = uploaded(clerk, doubled(spare="0576-1", count=3))
    found = submissions.find(db.session(), again)
    assert (state_of(again), found.is_read, found.total_count) == ("DONE", True, 3)
    taken = {one.column: one.field for one in found.columns}
    assert (taken["D"], taken["E"]) == (None, "mobile")
    # One column of that label is what was taken; three are asked about.
    only = uploaded(clerk, doubled(labels=("分机", "手机")))
    found = submissions.find(db.session(), only)
    assert {one.column: one.field for one in found.columns}["E"] == "mobile"
    assert state_of(uploaded(clerk, doubled(labels=("手机", "手机", "手机")))) == "ASKING"


@pytest.mark.parametrize(
    ("field", "label"),
    [("sex", "性别"), ("ethnicity", "民族"), ("is_migrant_worker", "是否农民工")],
)
def test_a_column_without_label_that_holds_only_a_choice_is_asked_about(
    small_register, field, label
):
    def content(people):
        rows = label_rows(people)
        labels = list(rows[0])
        return csv_of(
            [[one if one != label else "" for one in labels], *([*one.values()] for one in rows)]
        )

    clerk = make_clerk()
    number = uploaded(clerk, content(make_people(6)))
    assert state_of(number) == "ASKING"
    (sheet,) = layouts.sheets_of(number, actor=clerk)
    assert [(one.header, one.guess) for one in sheet.doubts] == [("", field)]

    # Not taken is an answer too, and remembered.
    said = {one.column: one.field or "" for one in sheet.columns}
    layouts.confirm_columns(number, sheet="", columns=said, actor=clerk)
    read()
    assert state_of(uploaded(clerk, content(make_people(5)))) == "DONE"


def test_a_choice_without_label_is_no_doubt_where_the_field_has_its_column(small_register):
    content = csv_of(
        [
            ["姓名", "证件号码", "性别", "", "民族", "是否农民工"],
            *(
                [one["full_name"], one["document_number"], one["sex"], "男", one["ethnicity"], "否"]
                for one in PEOPLE
            ),
        ]
    )
    assert state_of(uploaded(make_clerk(), content)) == "DONE"
