"""Unions registered, founded, renamed, elected anew and changed; every act is an event."""

from datetime import date, timedelta

import pytest

from registry.access.roles import Role
from registry.clock import today
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.identity import credit_code
from registry.trail.queries import entries, verify
from registry.unions import history, lifecycle, queries
from registry.unions.employers import cover, employers, uncover
from registry.unions.lifecycle import NewUnion
from registry.unions.particulars import Particulars
from registry.unions.states import UnionAct, UnionState
from tests.factories.accounts import make_actor
from tests.factories.register import (
    BEGUN,
    DAY,
    FORMED,
    NAME,
    TERM_ENDS,
    formed,
    founded,
    listed,
    preparing,
)
from tests.factories.rosters import UNION, make_clerk, make_reviewer
from tests.factories.unions import COUNTY, TOWNSHIP

FAR_TOWNSHIP = "331083002"
CODE = "81331083MC0000001"
CREDIT_CODE = CODE + credit_code.check_character(CODE)


@pytest.fixture
def reviewer(register):
    """The reviewer of the unions' unit."""
    return make_reviewer()


def known(code):
    db.session.rollback()
    return history.profile(db.session(), code)


def told(code):
    db.session.rollback()
    return history.events(db.session(), COUNTY, code)


def test_from_the_list_to_a_union_with_a_term(reviewer):
    code = listed(reviewer)
    assert code == f"{TOWNSHIP}0003"
    assert (known(code).status, known(code).listed_on) == (UnionState.UNFORMED, today())
    lifecycle.prepare(code, BEGUN, note="玉总工〔2018〕3号", actor=reviewer)
    lifecycle.found(code, FORMED, TERM_ENDS, "叶某某", actor=reviewer)

    now_is = known(code)
    assert (now_is.status, now_is.prepared_on, now_is.formed_on) == ("active", BEGUN, FORMED)
    assert (now_is.elected_on, now_is.term_ends_on, now_is.chair) == (FORMED, TERM_ENDS, "叶某某")
    found, begun, entered = told(code)
    assert [one.act for one in (entered, begun, found)] == [
        UnionAct.REGISTER,
        UnionAct.PREPARE,
        UnionAct.FOUND,
    ]
    assert entered.happened_on is None, "nobody told a day"
    assert (begun.happened_on, begun.note) == (BEGUN, "玉总工〔2018〕3号")
    assert (found.before["status"], found.after["status"]) == ("preparing", "active")
    assert found.recorded_by == reviewer.account_id


def test_each_entered_union_has_the_units_next_code(reviewer):
    assert queries.find(db.session(), listed(reviewer)).path.endswith(f"/{TOWNSHIP}0003/")
    code = formed(reviewer, name="试验另一公司工会")
    assert (code, known(code).formed_on) == (f"{TOWNSHIP}0004", FORMED)


def test_a_union_is_elected_anew_and_renamed(reviewer):
    code = founded(reviewer)
    ends = today() + timedelta(days=1_000)
    lifecycle.elect(code, today(), ends, "陈某某", actor=reviewer)
    lifecycle.rename(code, "试验新名公司工会", None, actor=reviewer)

    assert (known(code).elected_on, known(code).term_ends_on) == (today(), ends)
    renamed, elected, *_ = told(code)
    assert (renamed.happened_on, history.former_names(told(code))) == (None, [NAME])
    assert renamed.after == {"name": "试验新名公司工会"}
    assert elected.before["elected_on"] == FORMED.isoformat()
    assert queries.find(db.session(), code).name == "试验新名公司工会"


def test_what_is_known_is_put_right_and_only_what_changes_is_told(reviewer):
    wanted = Particulars(CREDIT_CODE.lower(), "1", "C", "170", "9", "林某某")
    lifecycle.change(UNION, wanted, actor=reviewer)
    lifecycle.change(UNION, wanted._replace(industry="F"), actor=reviewer)

    assert known(UNION).particulars == wanted._replace(credit_code=CREDIT_CODE, industry="F")
    second, first = told(UNION)
    assert (second.before, second.after) == ({"industry": "C"}, {"industry": "F"})
    assert set(first.after) == set(Particulars._fields)


def test_a_joint_union_tells_whom_it_covers(reviewer):
    code = formed(reviewer, kind="2")
    cover(code, "试验阀门厂", actor=reviewer)
    cover(code, "试验饭店", CREDIT_CODE, actor=reviewer)
    uncover(code, 1, actor=reviewer)

    (left,) = employers(db.session(), COUNTY, code)
    assert (left.name, left.credit_code) == ("试验饭店", CREDIT_CODE)
    gone, *_ = told(code)
    assert (gone.act, gone.before) == (UnionAct.UNCOVER, {"employer": "试验阀门厂"})
    for act, refusal in (
        (lambda: cover(code, "试验饭店", actor=reviewer), "union.employer_known"),
        (lambda: cover(code, "试验饭馆", "123", actor=reviewer), "union.credit_code"),
        (lambda: cover(UNION, "试验饭馆", actor=reviewer), "union.not_joint"),
        (lambda: lifecycle.change(code, Particulars(kind="1"), actor=reviewer), "union.covers"),
    ):
        with pytest.raises(InputRefused) as refused:
            act()
        assert refused.value.code == refusal
    with pytest.raises(NotFound):
        uncover(code, 1, actor=reviewer)


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (NewUnion(" ", UnionState.UNFORMED), "union.name"),
        (NewUnion("长" * 121, UnionState.UNFORMED), "union.name"),
        (NewUnion("试验0001公司工会", UnionState.UNFORMED), "union.name_taken"),
        (NewUnion(NAME, UnionState.ACTIVE), "union.day"),
        (NewUnion(NAME, UnionState.PREPARING, today() + DAY), "union.day"),
        (NewUnion(NAME, UnionState.ACTIVE, date(207, 1, 1)), "union.day"),
        (NewUnion(NAME, UnionState.DISSOLVED, BEGUN), "union.beginning"),
        (NewUnion(NAME, UnionState.UNFORMED, None, Particulars(kind="77")), "union.code"),
        (NewUnion(NAME, UnionState.UNFORMED, None, Particulars(chair="叶1380")), "union.chair"),
        (NewUnion(NAME, UnionState.UNFORMED, note="13800000000"), "union.note"),
        (NewUnion(NAME, UnionState.UNFORMED, note="长" * 201), "union.note"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(small_register, new, code):
    reviewer = make_reviewer()
    with pytest.raises(InputRefused) as refused:
        lifecycle.register(TOWNSHIP, new, actor=reviewer)
    assert refused.value.code == code
    with pytest.raises(NotFound):
        known(f"{TOWNSHIP}0003")


def test_days_and_terms_must_follow_each_other(small_register):
    reviewer = make_reviewer()
    code = preparing(reviewer)
    ends = FORMED + timedelta(days=1_800)
    for on, term in ((BEGUN - DAY, ends), (FORMED, FORMED), (FORMED, date(2028, 1, 1))):
        with pytest.raises(InputRefused):
            lifecycle.found(code, on, term, actor=reviewer)
    lifecycle.found(code, FORMED, ends, actor=reviewer)
    with pytest.raises(InputRefused, match="上一次选举"):
        lifecycle.elect(code, FORMED - DAY, ends, actor=reviewer)
    with pytest.raises(InputRefused, match="和原来一样"):
        lifecycle.rename(code, NAME, None, actor=reviewer)
    assert known(code).elected_on == FORMED


def test_acts_that_do_not_fit_the_state_are_refused(small_register):
    reviewer = make_reviewer()
    code = listed(reviewer)
    with pytest.raises(StateRefused, match="未建"):
        lifecycle.found(code, FORMED, TERM_ENDS, actor=reviewer)
    with pytest.raises(StateRefused, match="正常"):
        lifecycle.prepare(UNION, BEGUN, actor=reviewer)
    assert len(told(code)) == 1


def test_a_credit_code_is_one_unions(register):
    reviewer = make_reviewer()
    lifecycle.change(UNION, Particulars(credit_code=CREDIT_CODE), actor=reviewer)
    new = NewUnion(NAME, UnionState.UNFORMED, None, Particulars(credit_code=CREDIT_CODE))
    with pytest.raises(InputRefused, match="另一家"):
        lifecycle.register(TOWNSHIP, new, actor=reviewer)


def test_nobody_acts_without_the_permission_or_outside_the_place(small_register):
    code = listed(make_reviewer())
    with pytest.raises(Forbidden):
        lifecycle.rename(UNION, "改名工会", None, actor=make_clerk())
    far = make_reviewer(FAR_TOWNSHIP)
    for act in (
        lambda: lifecycle.prepare(code, BEGUN, actor=far),
        lambda: listed(far, TOWNSHIP, "别的工会"),
    ):
        with pytest.raises(NotFound):
            act()
    city = make_actor(Role.AUDITOR, COUNTY)
    with pytest.raises(StateRefused, match="乡镇"):
        listed(city, COUNTY, "市直属工会")
    with pytest.raises(Forbidden, match="基层"):
        lifecycle.rename(TOWNSHIP, "改名总工会", None, actor=city)
    lifecycle.prepare(code, BEGUN, actor=city)


def test_every_act_is_on_the_trail(small_register):
    code = founded(make_reviewer())
    found = entries(db.session(), COUNTY, action="union.", limit=9)
    assert [one.action for one in found] == ["union.found", "union.register"]
    assert {one.place for one in found} == {code}
    assert found[0].detail["on"] == FORMED.isoformat()
    assert verify(db.session())[1] == []
