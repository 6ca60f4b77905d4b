"""The roster pre-filled from the reference register goes out masked and comes back whole."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from registry.access.roles import Role
from registry.db import db
from registry.errors import Forbidden, NotFound
from registry.members.models import Member
from registry.reference.roster import rows_of
from registry.review.operations import approve
from registry.roster.blank import FIRST_ROW, HEADER_ROW, write_blank
from registry.roster.columns import ROW_KEY
from registry.submissions import queries
from registry.submissions.states import RowState
from registry.totals.recount import reconcile
from registry.trail.queries import entries
from registry.vault.vault import of_person, vault
from tests.factories.accounts import make_actor
from tests.factories.people import fields_of, make_people
from tests.factories.reference import load_base
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
    take_in,
)
from tests.factories.unions import COUNTY, TOWNSHIP

PEOPLE = make_people(5)
LEFT_OUT = ("document_number", "mobile", "full_name", "document_kind")


def filled(clerk, union=UNION, people=PEOPLE):
    """Return the pre-filled roster with what the clerk knows besides."""
    rows = rows_of(union, actor=clerk)
    more = {one.full_name: fields_of(one) for one in people}
    said = [
        {**{f: v for f, v in more[row["full_name"]].items() if f not in LEFT_OUT}, **row}
        for row in rows
    ]
    return write_blank(said)


def states(number):
    view = queries.find(db.session(), number)
    return [row.state for row in queries.rows(db.session(), view)]


def numbers_of_members():
    keeper = vault()
    return {
        keeper.open(one.document_sealed, of_person("document_number", one.person_key)).decode()
        for one in db.session.scalars(select(Member))
    }


def test_numbers_go_out_masked(register):
    load_base(PEOPLE)
    content = write_blank(rows_of(UNION, actor=make_clerk()))
    sheet = load_workbook(BytesIO(content))["会员花名册"]
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    text = "\n".join(cells)
    for one in PEOPLE:
        assert one.full_name in text
        assert one.number not in text and one.mobile not in text
        assert one.number[:4] + "*" * 13 + one.number[-1] in text
    assert sheet.cell(HEADER_ROW, 1).value
    assert sheet.max_row >= FIRST_ROW + len(PEOPLE) - 1
    [entry] = entries(db.session(), COUNTY, action="reference.roster")
    assert entry.detail == {"people": 5}


def test_they_come_back_as_the_people_they_are(register):
    load_base(PEOPLE)
    clerk = make_clerk()
    number = send_in(filled(clerk), clerk)
    assert states(number) == [RowState.PENDING] * 5
    approve(number, actor=make_reviewer())
    assert numbers_of_members() == {one.number for one in PEOPLE}
    assert rows_of(UNION, actor=clerk) == []
    assert reconcile(db.session(), COUNTY) == (5, [])


def test_a_key_opens_nothing_in_another_union(register):
    load_base(PEOPLE, UNION)
    load_base(PEOPLE[:1], OTHER_UNION, 2010)
    other = make_clerk(OTHER_UNION)
    content = filled(make_clerk(), UNION)
    number = take_in(content, other, union=OTHER_UNION)
    view = queries.find(db.session(), number)
    assert view.error_count == 5
    assert {row.person_key for row in queries.rows(db.session(), view)} == {None}


def test_who_is_a_member_by_now_is_lent_no_more(register):
    load_base(PEOPLE)
    clerk = make_clerk()
    content = filled(clerk)
    approve(
        send_in(make_roster(PEOPLE[:2]), make_clerk(OTHER_UNION), union=OTHER_UNION),
        actor=make_reviewer(),
    )
    view = queries.find(db.session(), take_in(content, clerk))
    assert view.error_count == 2


def test_the_key_of_a_member_and_of_the_base_are_never_the_same(register):
    from registry.members.roster import rows_of as members_of

    load_base(PEOPLE)
    clerk = make_clerk()
    keys = {row[ROW_KEY] for row in rows_of(UNION, actor=clerk)}
    approve(send_in(make_roster(PEOPLE), clerk), actor=make_reviewer())
    assert keys.isdisjoint({row[ROW_KEY] for row in members_of(UNION, actor=clerk)})


@pytest.mark.parametrize(
    ("role", "place", "error"),
    [
        (Role.CLERK, OTHER_UNION, NotFound),
        (Role.REVIEWER, TOWNSHIP, Forbidden),
        (Role.AUDITOR, COUNTY, Forbidden),
    ],
)
def test_only_the_unions_clerk_takes_it(small_register, role, place, error):
    load_base(PEOPLE)
    with pytest.raises(error):
        rows_of(UNION, actor=make_actor(role, place))
