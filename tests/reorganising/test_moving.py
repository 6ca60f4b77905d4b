"""A union moved under another unit: everything that holds its path follows, or nothing changes."""

import pytest
from sqlalchemy import String, select

from registry.access.roles import Role
from registry.clock import today
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.members.models import Member, Transfer
from registry.questions.models import Question
from registry.questions.operations import ask as ask_question
from registry.reorganising.moving import FOLLOWING, move
from registry.review.assigning import take
from registry.review.identities.asking import ask as ask_correction
from registry.review.models import IdentityCase
from registry.review.operations import approve
from registry.submissions.models import Submission
from registry.totals.queries import totals
from registry.totals.recount import reconcile
from registry.trail.queries import verify
from registry.unions import history, queries
from registry.unions.models import TradeUnion
from registry.unions.states import UnionAct
from tests.factories.accounts import make_actor
from tests.factories.people import make_people
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
    take_in,
)
from tests.factories.schema import whole_metadata
from tests.factories.unions import COUNTY, TOWNSHIP

FAR_TOWNSHIP, FAR_UNION = "331083002", "3310830020001"
HERE, THERE = f"/{COUNTY}/{TOWNSHIP}/", f"/{COUNTY}/{FAR_TOWNSHIP}/"
# Where the path is that of a place which does not move, or follows by a rule of its own.
OTHERWISE = {
    ("trade_union", "path"),
    ("campaign", "path"),
    ("campaign_scope", "path"),
    ("exchange_scope", "path"),
    ("bundle", "path"),
    ("transfer", "arbiter"),
    ("identity_case", "path"),
}


@pytest.fixture
def city(register):
    """The city admin."""
    return make_actor(Role.AUDITOR, COUNTY)


def test_every_column_that_holds_a_path_is_known():
    paths = {
        (table.name, column.name)
        for table in whole_metadata().tables.values()
        for column in table.columns
        if column.name == "arbiter" or column.name == "path" or column.name.endswith("_path")
    }
    assert all(
        isinstance(table.c[column].type, String) and table.c[column].type.length == 64
        for table, column in FOLLOWING
    )
    assert {(table.name, column) for table, column in FOLLOWING} | OTHERWISE == paths


def members():
    """Return the numbers of the members, in the order in which they came."""
    db.session.rollback()
    return list(db.session.scalars(select(Member.id).order_by(Member.id)))


def all_of(column, *where):
    db.session.rollback()
    return set(db.session.scalars(select(column).where(*where)))


def test_members_rosters_questions_and_cases_go_along(city):
    clerk, people = make_clerk(), make_people(4)
    approve(send_in(make_roster(people[:2]), clerk), actor=make_reviewer())
    waits = send_in(make_roster(people[2:3]), clerk)
    take_in(make_roster(people[3:]), clerk)
    take(waits, actor=make_reviewer())
    ask_question(UNION, "怎样填写就业状况？", actor=clerk)
    ask_correction(UNION, members()[0], {"full_name": "欧阳某某"}, why="写错了", actor=clerk)

    move(UNION, FAR_TOWNSHIP, note="区划调整", actor=city)

    path = f"{THERE}{UNION}/"
    assert queries.find(db.session(), UNION)[2:4] == (path, FAR_TOWNSHIP)
    assert all_of(Submission.path) == all_of(Question.path) == {path}
    assert all_of(IdentityCase.path) == {THERE}
    assert all_of(Submission.assigned_to) == {None}, "the old unit's reviewers see it no more"
    far = make_reviewer(FAR_TOWNSHIP)
    assert approve(waits, actor=far).decided == 1
    with pytest.raises(NotFound):
        approve(waits, actor=make_reviewer())
    by_unit = {part.code: part.members for part in totals(db.session(), COUNTY, today()).parts}
    assert by_unit == {TOWNSHIP: 0, FAR_TOWNSHIP: 3}
    assert reconcile(db.session(), COUNTY) == (3, [])
    assert verify(db.session())[1] == []
    (told,) = history.events(db.session(), COUNTY, UNION)
    assert (told.act, told.happened_on) == (UnionAct.MOVE, None)
    assert (told.before, told.after) == (
        {"parent_code": TOWNSHIP},
        {"parent_code": FAR_TOWNSHIP},
    )


@pytest.mark.parametrize(
    ("asking", "before", "after"),
    [(OTHER_UNION, HERE, f"/{COUNTY}/"), (FAR_UNION, f"/{COUNTY}/", THERE)],
)
def test_transfers_are_settled_by_who_is_now_above_both(city, asking, before, after):
    people = make_people(1)
    approve(send_in(make_roster(people), make_clerk()), actor=make_reviewer())
    send_in(make_roster(people), make_clerk(asking), union=asking)
    assert all_of(Transfer.arbiter) == {before}

    move(UNION, FAR_TOWNSHIP, actor=city)

    assert all_of(Transfer.arbiter) == {after}
    assert all_of(Transfer.from_path) == {f"{THERE}{UNION}/"}


def test_a_case_with_somebody_who_stays_goes_to_the_county(city):
    people = make_people(2)
    for union, one in ((UNION, people[0]), (OTHER_UNION, people[1])):
        approve(send_in(make_roster([one]), make_clerk(union), union=union), actor=make_reviewer())
    ask_correction(UNION, members()[0], {"full_name": "欧阳某某"}, why="写错了", actor=make_clerk())
    other = members()[1]
    db.session.scalars(select(IdentityCase)).one().other_id = other
    db.session.commit()

    move(UNION, FAR_TOWNSHIP, actor=city)

    assert all_of(IdentityCase.path) == {f"/{COUNTY}/"}


def test_what_others_have_stays_where_it_is(city):
    send_in(make_roster(make_people(1)), make_clerk(OTHER_UNION), union=OTHER_UNION)
    move(UNION, FAR_TOWNSHIP, actor=city)

    assert all_of(Submission.path) == {f"{HERE}{OTHER_UNION}/"}
    assert all_of(TradeUnion.code, TradeUnion.parent_code == TOWNSHIP) == {OTHER_UNION}


def test_only_who_is_above_both_units_moves_and_only_under_a_unit(city):
    for actor in (make_reviewer(), make_reviewer(FAR_TOWNSHIP)):
        with pytest.raises(NotFound):
            move(UNION, FAR_TOWNSHIP, actor=actor)
    with pytest.raises(Forbidden):
        move(UNION, UNION, actor=make_clerk())
    for parent in (FAR_UNION, COUNTY):
        with pytest.raises(StateRefused, match="乡镇"):
            move(UNION, parent, actor=city)
    with pytest.raises(InputRefused, match="和原来一样"):
        move(UNION, TOWNSHIP, actor=city)
    assert queries.find(db.session(), UNION).parent_code == TOWNSHIP
    assert history.events(db.session(), COUNTY, UNION) == []
