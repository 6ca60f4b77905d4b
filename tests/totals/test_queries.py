"""Totals add up, look back, and agree with a recount whatever happened."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from registry.clock import today
from registry.db import db, transaction
from registry.errors import NotFound, RegistryError
from registry.members.models import Tally
from registry.review.operations import approve, reject, send_back
from registry.submissions.by_hand import enter_by_hand
from registry.submissions.operations import submit, withdraw
from registry.submissions.states import Kind
from registry.totals.queries import totals
from registry.totals.recount import reconcile
from registry.unions.models import TradeUnion
from tests.factories.app import make_app, running
from tests.factories.people import fields_of, make_people
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
    take_in,
)
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

NUMBERS = ("unions", "unions_covered", "members", "retained", "employees", "pending_rows")


def figures_of(under, on=None):
    found = totals(db.session(), under, on or today())
    return found, {part.code: part for part in found.parts}


def assert_adds_up(under):
    found, _ = figures_of(under)
    for name in (*NUMBERS, "unions_over", "unions_undeclared"):
        assert getattr(found.total, name) == sum(getattr(part, name) for part in found.parts)
    for key, ratio in found.total.metrics.items():
        assert ratio.numerator == sum(part.metrics[key].numerator for part in found.parts)
        assert ratio.denominator == sum(part.metrics[key].denominator for part in found.parts)
    return found.total


def send_full(people, employees, union=UNION):
    clerk = make_clerk(union)
    number = take_in(make_roster(people), clerk, union=union, kind=Kind.FULL)
    submit(number, actor=clerk, employees=employees)
    return number


def test_figures_of_a_union_stand_in_its_unit_and_in_the_city(register):
    approve(send_full(make_people(3), 4), actor=make_reviewer())
    send_in(make_roster(make_people(5, 2)), make_clerk(OTHER_UNION), union=OTHER_UNION)

    for under, part in ((COUNTY, TOWNSHIP), (TOWNSHIP, UNION), (UNION, UNION)):
        _, by_code = figures_of(under)
        assert by_code[part].members == 3
        assert by_code[part].employees == 4
        total = assert_adds_up(under)
        assert total.metrics["membership_rate"].percent == "75.00"
    _, by_code = figures_of(TOWNSHIP)
    assert (by_code[UNION].pending_rows, by_code[OTHER_UNION].pending_rows) == (0, 5)
    assert (by_code[UNION].unions_covered, by_code[OTHER_UNION].unions_covered) == (1, 0)


def test_more_members_than_employees_is_flagged_at_every_level(small_register):
    approve(send_full(make_people(3), 2), actor=make_reviewer())
    _, by_code = figures_of(TOWNSHIP)
    assert by_code[UNION].over_headcount
    assert not by_code[OTHER_UNION].over_headcount
    found, _ = figures_of(COUNTY)
    assert found.total.unions_over == 1


def test_members_without_declared_employees_are_counted(small_register):
    approve(send_in(make_roster(make_people(1)), make_clerk()), actor=make_reviewer())
    found, _ = figures_of(COUNTY)
    assert (found.total.unions_undeclared, found.total.unions_over) == (1, 0)
    assert not found.total.over_headcount


def test_yesterday_nothing_had_been_admitted(register):
    approve(send_full(make_people(2), 4), actor=make_reviewer())
    found, _ = figures_of(COUNTY, today() - timedelta(days=1))
    assert [getattr(found.total, name) for name in NUMBERS] == [4, 0, 0, 0, 0, 0]
    assert figures_of(COUNTY, date(1990, 1, 1))[0].total.unions == 0


def test_a_union_that_should_be_and_is_not_yet_lowers_the_founding_rate(small_register):
    with transaction() as session:
        session.execute(
            update(TradeUnion).where(TradeUnion.code == OTHER_UNION).values(status="unformed")
        )
    found, _ = figures_of(COUNTY)
    ratio = found.total.metrics["founding_rate"]
    assert (ratio.numerator, ratio.denominator, found.total.unions) == (3, 4, 3)


def test_an_unknown_place_is_not_found(small_register):
    with pytest.raises(NotFound):
        totals(db.session(), "999999", today())


@pytest.mark.parametrize("what", ["active", "retained", "filled", "pending"])
def test_a_recount_finds_every_tally_that_was_changed(register, what):
    approve(send_full(make_people(2), 4), actor=make_reviewer())
    with transaction() as session:
        session.execute(
            update(Tally).where(Tally.union_code == UNION).values({what: getattr(Tally, what) + 1})
        )
    checked, differences = reconcile(db.session(), COUNTY)
    assert checked == 2
    (found,) = differences
    assert (found.union, found.what) == (UNION, what)
    assert found.tallied == found.counted + 1


acts = st.one_of(
    st.tuples(
        st.just("enter"),
        st.integers(0, 2),  # who
        st.sampled_from([UNION, OTHER_UNION]),
        st.sampled_from(["入会", "入会", "保留会籍", "退会", "除名", "转出"]),
        st.sampled_from(["小学", "大学本科", ""]),
    ),
    st.tuples(
        st.sampled_from(["approve", "approve", "back", "reject", "withdraw"]), st.integers(0, 5)
    ),
)


class Play:
    """One register in which anything may be tried; what is refused changes nothing."""

    def __init__(self):
        self.people = make_people(3)
        self.clerks = {code: make_clerk(code) for code in (UNION, OTHER_UNION)}
        self.reviewer = make_reviewer()
        self.sent = []

    def do(self, act):
        try:
            getattr(self, act[0])(*act[1:])
        except RegistryError:
            db.session.rollback()

    def enter(self, who, union, change, education):
        values = fields_of(self.people[who]) | {"change": change, "education": education}
        number = enter_by_hand(union, values, actor=self.clerks[union])
        self.sent.append((number, union))
        submit(number, actor=self.clerks[union])

    def approve(self, index):
        approve(self.number(index), actor=self.reviewer)

    def back(self, index):
        send_back(self.number(index), actor=self.reviewer, rows=[1], reason="other", note="请核对")

    def reject(self, index):
        reject(self.number(index), actor=self.reviewer, rows=[1], reason="other", note="不是本会")

    def withdraw(self, index):
        number = self.number(index)
        withdraw(number, actor=self.clerks[dict(self.sent).get(number, UNION)])

    def number(self, index):
        return self.sent[-1 - index % len(self.sent)][0] if self.sent else 0


@settings(
    max_examples=12,
    # Every example is a register of its own: shrinking one would take minutes.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(acts, min_size=4, max_size=14))
def test_a_recount_agrees_after_whatever_was_tried(tmp_path_factory, tried):
    with running(make_app(tmp_path_factory.mktemp("register"))):
        make_union_tree()
        play = Play()
        for act in tried:
            play.do(act)
            assert reconcile(db.session(), COUNTY)[1] == [], act
        assert_adds_up(COUNTY)
        assert_adds_up(TOWNSHIP)
