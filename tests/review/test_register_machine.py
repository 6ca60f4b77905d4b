"""The register under any mixture of acts: one live membership a person, everything adds up, and
nobody decides on what they sent, whatever hat they wear by then.
"""

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from registry.access.roles import Role
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.members.lifecycle import AFTER
from registry.members.models import (
    LIVE,
    EventType,
    Member,
    Membership,
    MembershipEvent,
    MembershipState,
    Person,
    Standing,
    Transfer,
)
from registry.members.records import right_key
from registry.members.transfers import OPEN
from registry.review import transferring
from registry.review.identities.asking import ask
from registry.review.identities.deciding import open_pair, rule_case, undo
from registry.review.identities.states import CaseState, Doubt, Ruling
from registry.review.models import Decision, IdentityCase, Verdict
from registry.review.operations import approve, send_back
from registry.review.revoking import revoke
from registry.submissions.models import Submission
from registry.submissions.operations import withdraw
from registry.submissions.states import State
from registry.totals.recount import reconcile
from registry.trail.queries import verify
from tests.factories.accounts import make_actor
from tests.factories.people import make_people
from tests.factories.rosters import make_roster, send_in
from tests.factories.unions import COUNTY, TOWNSHIP

UNIONS = ("3310830010001", "3310830010002", "3310830020001")
CHANGES = ("入会", "入会", "入会", "转入", "退会", "转出", "除名", "保留会籍")


def hats_of(actor):
    """Return an account as a clerk, as a reviewer, as both, and as a deputy at a unit."""
    return (
        replace(actor, roles=frozenset({Role.CLERK})),
        replace(actor, roles=frozenset({Role.REVIEWER})),
        actor,
        replace(actor, place=TOWNSHIP, path=f"/{COUNTY}/{TOWNSHIP}/", deputy_for="别人"),
    )


class Register(RuleBasedStateMachine):
    """Three unions in two units, three persons of whom everybody tells something."""

    seed: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        Register.seed += 1
        self.people = make_people(3, seed=Register.seed)
        self.strangers = make_people(2, seed=10_000 + Register.seed)
        self.above = make_actor(Role.REVIEWER, COUNTY)
        self.clerks = {code: make_actor(Role.CLERK, code) for code in UNIONS}
        self.reviewers = {
            unit: [make_actor(Role.REVIEWER, unit) for _ in range(2)]
            for unit in (TOWNSHIP, "331083002")
        }
        self.city = make_actor(Role.AUDITOR, COUNTY)
        self.hats = hats_of(make_actor([Role.CLERK, Role.REVIEWER], COUNTY))
        # What an example before this one left behind is of other persons, and stays as it is.
        self.before = db.session.scalar(select(func.max(Submission.id))) or 0
        self.members_before = db.session.scalar(select(func.max(Member.id))) or 0

    @rule(
        union=st.sampled_from(UNIONS),
        said=st.lists(
            st.tuples(st.integers(0, 2), st.sampled_from(CHANGES)),
            min_size=1,
            max_size=3,
            unique_by=lambda one: one[0],
        ),
        admits=st.booleans(),
        hatted=st.booleans(),
    )
    def send(self, union, said, admits, hatted):
        people = [self.people[at] for at, _ in said]
        changes = {
            place: {"change": change, "changed_on": "2026-01-05"}
            for place, (_, change) in enumerate(said)
        }
        try:
            clerk = self.hats[0] if hatted else self.clerks[union]
            number = send_in(make_roster(people, changes), clerk, union=union)
        except StateRefused as refused:
            assert refused.code == "submit.nothing"
            return
        if admits:
            waiting = [one for one, _ in self._waiting()]
            if number in waiting:
                approve(number, actor=self.reviewers[union[:9]][0])

    def _waiting(self):
        query = select(Submission).where(
            Submission.state.in_([State.SUBMITTED, State.IN_REVIEW]),
            Submission.id > self.before,
        )
        found = list(db.session.scalars(query.order_by(Submission.id)))
        db.session.rollback()
        return [(one.id, one.union_code) for one in found]

    def _transfers(self):
        query = select(Transfer).where(
            Transfer.state.in_(OPEN), Transfer.submission_id > self.before
        )
        query = query.order_by(Transfer.id)
        return [(one.id, one.from_union, one.to_union) for one in db.session.scalars(query)]

    @rule(data=st.data(), which=st.integers(0, 1))
    def approve(self, data, which):
        if waiting := self._waiting():
            number, union = data.draw(st.sampled_from(waiting))
            approve(number, actor=self.reviewers[union[:9]][which])

    @rule(data=st.data())
    def send_back(self, data):
        if waiting := self._waiting():
            number, union = data.draw(st.sampled_from(waiting))
            try:
                send_back(number, actor=self.reviewers[union[:9]][0], rows=[2], reason="wrong_data")
            except StateRefused as refused:
                assert refused.code == "row.not_pending"

    @rule(data=st.data())
    def take_back(self, data):
        if waiting := self._waiting():
            number, union = data.draw(st.sampled_from(waiting))
            try:
                withdraw(number, actor=self.clerks[union])
            except StateRefused as refused:
                assert refused.code == "submission.state"

    @rule(data=st.data())
    def revoke(self, data):
        query = select(Decision.submission_id, Decision.id).where(
            Decision.verdict == Verdict.APPROVE, Decision.submission_id > self.before
        )
        if made := db.session.execute(query.order_by(Decision.id)).tuples().all():
            submission, decision = data.draw(st.sampled_from(made))
            try:
                revoke(submission, decision, actor=self.above, reason="wrong_data", note="错了")
            except StateRefused as refused:
                assert refused.code in {"revoke.none", "decision.transfer"}

    @rule(data=st.data(), act=st.sampled_from(["release", "object", "appeal", "withdraw", "grant"]))
    def transfer(self, data, act):
        if not (found := self._transfers()):
            return
        number, losing, asking = data.draw(st.sampled_from(found))
        near = losing[:9] == asking[:9]
        arbiter = self.reviewers[losing[:9]][0] if near else self.city
        try:
            if act == "release":
                transferring.release([number], actor=self.clerks[losing])
            elif act == "object":
                transferring.object_to([number], actor=self.clerks[losing], reason="working")
            elif act == "appeal":
                transferring.appeal([number], actor=self.clerks[asking])
            elif act == "withdraw":
                transferring.withdraw([number], actor=self.clerks[asking])
            else:
                transferring.grant([number], actor=arbiter)
        except StateRefused as refused:
            assert refused.code in {"transfer.state", "transfer.not_due", "transfer.not_objected"}

    @rule(data=st.data())
    @precondition(lambda self: self._transfers())
    def somebody_else_cannot_release(self, data):
        number, losing, _ = data.draw(st.sampled_from(self._transfers()))
        other = next(code for code in UNIONS if code != losing)
        with pytest.raises((NotFound, Forbidden)):
            transferring.release([number], actor=self.clerks[other])

    @rule(data=st.data(), act=st.sampled_from(["approve", "refuse", "revoke", "move", "rule"]))
    def who_wears_many_hats_tries(self, data, act):
        """Whoever sent it acts as reviewer, after a change of roles, or as somebody's deputy."""
        actor = data.draw(st.sampled_from(self.hats))
        with suppress(StateRefused, InputRefused, Forbidden, NotFound):
            if act == "rule":
                cases = select(IdentityCase.id).where(IdentityCase.state == CaseState.WAITING)
                for number in list(db.session.scalars(cases)):
                    rule_case(number, Ruling.CORRECT, note="已核对", actor=actor)
            elif act == "move":
                for number, _, _ in self._transfers():
                    move = data.draw(st.sampled_from([transferring.release, transferring.grant]))
                    move([number], actor=actor)
            elif act == "revoke":
                made = select(Decision.submission_id, Decision.id)
                for submission, decision in db.session.execute(made).tuples().all():
                    revoke(submission, decision, actor=actor, reason="wrong_data", note="错了")
            else:
                for number, _ in self._waiting():
                    if act == "approve":
                        approve(number, actor=actor)
                    else:
                        send_back(number, actor=actor, rows=[2], reason="wrong_data")

    @invariant()
    def nobody_decides_on_what_they_sent(self):
        own = select(Decision.id).join(
            Submission,
            (Submission.county == Decision.county) & (Submission.id == Decision.submission_id),
        )
        senders = (Submission.created_by, Submission.submitted_by)
        assert list(db.session.scalars(own.where(Decision.decided_by.in_(senders)))) == []
        granted = select(IdentityCase.id).where(
            IdentityCase.doubt == Doubt.ASKED, IdentityCase.decided_by == IdentityCase.opened_by
        )
        assert list(db.session.scalars(granted)) == []
        db.session.rollback()

    def _members(self):
        query = select(Member.id).join(Person, Person.key == Member.person_key)
        mine = query.where(Member.id > self.members_before, Person.same_as.is_(None))
        found = list(db.session.scalars(mine.order_by(Member.id)))
        db.session.rollback()
        return found

    @rule(data=st.data())
    def merge(self, data):
        if len(found := self._members()) > 1:
            pair = data.draw(st.lists(st.sampled_from(found), min_size=2, max_size=2, unique=True))
            number = open_pair(*pair, actor=self.above)
            rule_case(number, Ruling.SAME, note="同一人", actor=self.above, kept_id=pair[0])

    @rule(data=st.data())
    def correct(self, data):
        query = select(Membership.union_code, Membership.member_id).where(
            Membership.state.in_(LIVE), Membership.member_id > self.members_before
        )
        live = db.session.execute(query.order_by(Membership.id)).tuples().all()
        db.session.rollback()
        if not live:
            return
        union, member = data.draw(st.sampled_from(live))
        asker = data.draw(st.sampled_from([self.clerks[union], self.hats[0]]))
        person = data.draw(st.sampled_from([*self.people, *self.strangers]))
        try:
            asked = {"document_number": person.number}
            number = ask(union, member, asked, why="录错了", actor=asker)
            if data.draw(st.booleans()):
                return  # it waits
            rule_case(number, Ruling.CORRECT, note="已核对", actor=self.above)
        except (StateRefused, InputRefused) as refused:
            assert refused.code in {"identity.taken", "identity.waits", "identity.same"}

    @rule(data=st.data())
    def undo(self, data):
        query = select(IdentityCase.id).where(
            IdentityCase.state == CaseState.DONE, IdentityCase.member_id > self.members_before
        )
        if done := list(db.session.scalars(query.order_by(IdentityCase.id))):
            try:
                undo(data.draw(st.sampled_from(done)), note="看错了", actor=self.above)
            except StateRefused as refused:
                assert refused.code in {"identity.moved_on", "identity.taken", "identity.state"}

    @invariant()
    def a_number_that_leads_on_is_nobodys(self):
        led = select(Person.key).where(Person.same_as.is_not(None))
        live = led.where(Person.live_membership.is_not(None))
        assert list(db.session.scalars(live)) == []
        for key in db.session.scalars(led).all():
            right = right_key(db.session(), key)  # ends, so nothing leads in a circle
            assert db.session.get(Person, right).same_as is None
        db.session.rollback()

    @invariant()
    def one_live_membership_a_person(self):
        live = Counter(
            db.session.scalars(select(Membership.person_key).where(Membership.state.in_(LIVE)))
        )
        assert max(live.values(), default=1) == 1
        named = select(Person.key, Person.live_membership).where(Person.live_union.is_not(None))
        numbers = select(Membership.person_key, Membership.id).where(Membership.state.in_(LIVE))
        assert dict(db.session.execute(named).tuples().all()) == dict(
            db.session.execute(numbers).tuples().all()
        )

    @invariant()
    def the_totals_are_a_recount(self):
        assert reconcile(db.session(), COUNTY)[1] == []

    @invariant()
    def a_member_stands_once_a_day(self):
        stretches = select(Standing.member_id, Standing.since, Standing.until)
        found = db.session.execute(stretches.order_by(Standing.member_id, Standing.since)).all()
        for one, following in pairwise(found):
            if one.member_id == following.member_id:
                assert one.until is not None and one.until <= following.since
        db.session.rollback()

    @invariant()
    def history_replays_to_the_state(self):
        events = select(MembershipEvent.membership_id, MembershipEvent.type)
        replayed: dict[int, MembershipState] = {}
        for membership, kind in db.session.execute(events.order_by(MembershipEvent.id)):
            if EventType(kind) in AFTER:
                assert replayed.get(membership) is not MembershipState.ENDED
                replayed[membership] = AFTER[EventType(kind)]
        states = db.session.execute(select(Membership.id, Membership.state)).tuples().all()
        assert replayed == {number: MembershipState(state) for number, state in states}
        members = select(Member.person_key)
        keys = list(db.session.scalars(members))
        assert len(keys) == len(set(keys))
        db.session.rollback()

    def teardown(self):
        assert verify(db.session())[1] == []
        db.session.rollback()


def test_the_register_stays_true(register):
    few = settings(
        max_examples=6,
        stateful_step_count=18,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Register, settings=few)


@pytest.mark.soak
def test_the_register_stays_true_for_long(register):
    many = settings(
        max_examples=100,
        stateful_step_count=50,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Register, settings=many)
