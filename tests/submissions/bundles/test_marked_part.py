"""A clerk's draft out of a bundle as a workbook: its own rows only, known when it comes back."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from registry.access.roles import Role
from registry.db import db
from registry.errors import InputRefused
from registry.jobs.operations import import_now
from registry.members.seeing import Why
from registry.submissions import queries
from registry.submissions.marking import marked_workbook
from registry.submissions.states import Kind
from registry.trail.queries import entries
from tests.factories.accounts import make_actor
from tests.factories.bundles import make_bundle, parts_of, read_in, split
from tests.factories.numbers import spoilt
from tests.factories.people import make_people
from tests.factories.unions import COUNTY

FIRST = "3310830010011"
PEOPLE = make_people(6)


def test_the_own_rows_of_a_bundle_are_given_back_and_taken_again(reviewer):
    changes = {
        0: {"document_number": spoilt(PEOPLE[0].number)},
        1: {"document_number": spoilt(PEOPLE[1].number)},
    }
    bundle_id = read_in(make_bundle(PEOPLE, changes=changes), reviewer)
    split(bundle_id, reviewer)
    draft = parts_of(bundle_id)[FIRST].draft_id
    clerk = make_actor(Role.CLERK, FIRST)

    # The unit sent the file: to the union's clerk it is a full export.
    with pytest.raises(InputRefused, match="理由"):
        marked_workbook(draft, actor=clerk)
    book = load_workbook(BytesIO(marked_workbook(draft, actor=clerk, why=Why("CORRECT")).content))
    (entry,) = entries(db.session(), COUNTY, action="draft.mark")
    assert entry.detail["reason"] == "核实、更正登记信息"
    sheet = book.worksheets[0]
    labels = {cell.value: cell.column for cell in sheet[1]}
    assert sheet.max_row == 2
    assert sheet.cell(2, labels["原行号"]).value == 2
    said = " ".join(
        str(cell.value) for one in book for row in one.iter_rows() for cell in row if cell.value
    )
    assert PEOPLE[0].full_name in said
    for other in PEOPLE[1:]:
        assert other.number not in said and other.mobile not in said
    assert "上级工会代为上传" in said

    sheet.cell(2, labels["证件号码"]).value = PEOPLE[0].number
    out = BytesIO()
    book.save(out)
    received = import_now(
        out.getvalue(), file_name="改好.xlsx", union_code=FIRST, kind=Kind.INCREMENT, actor=clerk
    )

    assert received.submission_id == draft
    db.session.rollback()
    assert queries.find(db.session(), draft).error_count == 0
