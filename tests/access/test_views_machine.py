"""Whatever is allowed is done in whatever order: nobody comes to see, or to decide on, what stands
elsewhere by then. Unions move between units, go into one another, months are closed and opened.
"""

import itertools
from contextlib import suppress
from datetime import UTC, datetime
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.anomalies.facts import Fact
from registry.anomalies.kinds import AnomalyKind, AnomalyState
from registry.anomalies.models import Anomaly
from registry.anomalies.operations import close as close_anomaly
from registry.anomalies.operations import keep
from registry.clock import today
from registry.db import db, setting, transaction
from registry.discrepancies import explaining
from registry.discrepancies.models import Explanation
from registry.discrepancies.states import ExplanationState
from registry.errors import Forbidden, NotFound, StateRefused
from registry.members.models import Membership
from registry.periods import operations as periods
from registry.periods.months import Month
from registry.privacy import requests
from registry.privacy.models import PersonalRequest
from registry.privacy.states import Checked, RequestKind, RequestState
from registry.questions import operations as questions
from registry.questions.models import Question
from registry.questions.states import QuestionState
from registry.reorganising.joining import merge
from registry.reorganising.moving import move
from registry.review.operations import approve
from registry.submissions.models import Submission
from registry.submissions.states import State
from registry.vault import signing
from tests.factories.accounts import make_account, sign_in
from tests.factories.app import make_app, running
from tests.factories.clock import set_clock
from tests.factories.people import make_people
from tests.factories.rosters import make_roster, send_in
from tests.factories.unions import COUNTY, make_union

# What each may open of a union inside, and lists at the own place; in lists nobody stands who is
# elsewhere.
OF_A_UNION = ("profile", "members", "totals", "questions", "explanations", "requests", "looks")
LISTS = {
    Role.CLERK: ("members", "submissions", "questions", "explanations", "requests", "looks"),
    Role.REVIEWER: (
        *("queue", "queue/closed", "members", "questions", "questions?tab=answered"),
        *("explanations", "requests", "anomalies", "anomalies?state=CLOSED", "unions", "transfers"),
        *("discrepancies?flag=ALL", "reminders", "identities", "clerks", "dashboard"),
    ),
}
_marks = itertools.count()


def mark() -> str:
    """Return two characters that stand nowhere else."""
    number = next(_marks)
    return chr(0x6C00 + number // 400) + chr(0x7000 + number % 400)


class Views(RuleBasedStateMachine):
    """Two units of which each has two unions, with clerks and a reviewer; new ones each time."""

    number: ClassVar[int] = 100
    app: ClassVar[object] = None
    patch: ClassVar[pytest.MonkeyPatch]

    def __init__(self) -> None:
        super().__init__()
        Views.number += 2
        self.units = [f"{COUNTY}{Views.number + one}" for one in range(2)]
        self.at = {f"{unit}000{one}": unit for unit in self.units for one in (1, 2)}
        self.gone: set[str] = set()
        self.months = 0
        # What only stands where a union is: names, questions, reasons.
        self.known: dict[str, set[str]] = {code: {mark()} for code in self.at}
        for code, (name,) in self.known.items():
            make_union(code, name=f"{name}工会")
        self.facts: list[Fact] = []
        self.accounts = {
            **{code: make_account(Role.CLERK, code) for code in self.at},
            **{unit: make_account(Role.REVIEWER, unit) for unit in self.units},
            COUNTY: make_account(Role.AUDITOR, COUNTY),
        }
        self.since = {
            model: db.session.scalar(select(func.max(model.id))) or 0
            for model in (Submission, Question, Explanation, Anomaly, PersonalRequest)
        }

    def _actor(self, place):
        db.session.rollback()
        return actor_of(db.session(), self.accounts[place].id)

    def _of(self, model, state=None):
        """Return (number, union) of what this example made, in a state."""
        db.session.rollback()
        query = select(model.id, model.union_code).where(model.id > self.since[model])
        query = query.where(model.state == state) if state else query
        return db.session.execute(query.order_by(model.id)).tuples().all()

    def _live(self):
        """Return (union, member) of who is a member of one of these unions."""
        db.session.rollback()
        query = select(Membership.union_code, Membership.member_id).where(
            Membership.state == "ACTIVE", Membership.union_code.in_(self._open())
        )
        return db.session.execute(query.order_by(Membership.id)).tuples().all()

    def _other(self, code):
        return next(unit for unit in self.units if unit != self.at[code])

    def _open(self):
        return [code for code in self.at if code not in self.gone]

    def _decided(self, act, number, union, *details):
        """Have the other unit's reviewer refused, the own one let in."""
        with pytest.raises((NotFound, Forbidden)):
            act(number, *details, actor=self._actor(self._other(union)))
        return act(number, *details, actor=self._actor(self.at[union]))

    @initialize()
    def begin(self):
        """Have somebody in each union, somebody who waits, a question and an anomaly."""
        for code in self.at:
            self._send(code, admits=True)
            self._send(code, admits=False)
            self._ask(code)
            self._find(code)

    @rule(data=st.data(), admits=st.booleans())
    def send(self, data, admits):
        self._send(data.draw(st.sampled_from(self._open())), admits)

    def _send(self, code, admits):
        name = f"欧阳{mark()}"
        roster = make_roster(make_people(1, seed=next(_marks)), {0: {"full_name": name}})
        number = send_in(roster, self._actor(code), union=code)
        self.known[code].add(name)
        if admits:
            self._decided(approve, number, code)

    @rule(data=st.data())
    @precondition(lambda self: self._of(Submission, State.SUBMITTED))
    def approve(self, data):
        waiting = self._of(Submission, State.SUBMITTED)
        self._decided(approve, *data.draw(st.sampled_from(waiting)))

    @rule(data=st.data())
    def ask(self, data):
        self._ask(data.draw(st.sampled_from(self._open())))

    def _ask(self, code):
        text = mark()
        questions.ask(code, f"{text}怎么填？", actor=self._actor(code))
        self.known[code].add(text)

    @rule(data=st.data())
    @precondition(lambda self: self._of(Question, QuestionState.OPEN))
    def answer(self, data):
        waiting = self._of(Question, QuestionState.OPEN)
        self._decided(questions.answer, *data.draw(st.sampled_from(waiting)), "请看填表说明。")

    @rule(data=st.data())
    @precondition(lambda self: self._live())
    def ask_for_an_explanation(self, data):
        code, _ = data.draw(st.sampled_from(self._live()))
        with suppress(StateRefused):
            explaining.ask(self.at[code], [code], actor=self._actor(self.at[code]))

    @rule(data=st.data())
    @precondition(lambda self: self._of(Explanation, ExplanationState.ASKED))
    def explain(self, data):
        number, code = data.draw(st.sampled_from(self._of(Explanation, ExplanationState.ASKED)))
        text = mark()
        with suppress(StateRefused, Forbidden):  # the clerk of a union that is gone
            explaining.answer(number, f"{text}劳务派遣。", actor=self._actor(code))
            self.known[code].add(text)

    @rule(data=st.data(), accepts=st.booleans())
    @precondition(lambda self: self._of(Explanation, ExplanationState.ANSWERED))
    def decide_on_an_explanation(self, data, accepts):
        number, code = data.draw(st.sampled_from(self._of(Explanation, ExplanationState.ANSWERED)))
        act, said = (explaining.accept, ()) if accepts else (explaining.ask_again, ("请写人数。",))
        with suppress(StateRefused):
            self._decided(act, number, code, *said)

    @rule(data=st.data())
    def find_an_anomaly(self, data):
        self._find(data.draw(st.sampled_from(self._open())))

    def _find(self, code):
        text = mark()
        with transaction() as session:
            # A search tells all that there is.
            self.facts.append(Fact(AnomalyKind.AGE, code, text, [1], f"{text}超龄。"))
            keep(session, COUNTY, self.facts)
        self.known[code].add(text)

    @rule(data=st.data())
    @precondition(lambda self: self._of(Anomaly, AnomalyState.OPEN))
    def close_an_anomaly(self, data):
        found = self._of(Anomaly, AnomalyState.OPEN)
        self._decided(close_anomaly, *data.draw(st.sampled_from(found)), "看过了。")

    @rule(data=st.data())
    @precondition(lambda self: self._live())
    def request(self, data):
        code, member = data.draw(st.sampled_from(self._live()))
        text = mark()
        said = (RequestKind.ACCESS, Checked.IN_PERSON, f"{text}想看。")
        with suppress(StateRefused):
            requests.ask(code, member, *said, actor=self._actor(code))
            self.known[code].add(text)

    @rule(data=st.data())
    @precondition(lambda self: self._of(PersonalRequest, RequestState.ASKED))
    def grant(self, data):
        asked = self._of(PersonalRequest, RequestState.ASKED)
        self._decided(requests.grant, *data.draw(st.sampled_from(asked)))

    @rule(data=st.data())
    def move(self, data):
        code = data.draw(st.sampled_from(self._open()))
        with pytest.raises(NotFound):
            move(code, self._other(code), actor=self._actor(self.at[code]))
        move(code, self._other(code), actor=self._actor(COUNTY))
        self.at[code] = self._other(code)

    @rule(data=st.data())
    @precondition(lambda self: len(self._open()) > 2)
    def merge(self, data):
        code, into = data.draw(st.permutations(self._open()))[:2]
        merge(code, into, today(), actor=self._actor(COUNTY))
        self.gone.add(code)
        # Members, drafts, questions go over; what was decided stays where it was.
        self.known[into] |= self.known[code]

    @rule()
    @precondition(lambda self: self.months < 2)
    def close_a_month(self):
        """Let time go by, close the month that is over, open it again, close it."""
        actor, month = self._actor(COUNTY), Month.of(today())
        noon = datetime(month.next.year, month.next.number, 2, 4, tzinfo=UTC)
        set_clock(Views.patch, noon)
        self.months += 1
        periods.close(COUNTY, month, actor=actor)
        periods.reopen(COUNTY, month, "数字有误", actor=actor)
        periods.close(COUNTY, month, actor=actor)

    def _look(self, place):
        """Whoever it is sees the own, and nothing of others, in lists and by addresses."""
        role = Role.REVIEWER if place in self.units else Role.CLERK
        inside = [code for code in self.at if place in (code, self.at[code])]
        own = set().union(*(self.known[code] for code in inside))
        hidden = set().union(*self.known.values()) - own
        client = Views.app.test_client()
        sign_in(client, self.accounts[place])
        for page in (*LISTS[role], f"periods/{Month.of(today()).previous}/moves/ENTER"):
            text = client.get(f"/unions/{place}/{page}").text
            assert [one for one in hidden if one in text] == [], (place, page)
        for code in self.at:
            for page in OF_A_UNION:
                status = client.get(f"/unions/{code}/{page}").status_code
                wanted = {200, 403} if code in inside else {404}
                assert status in wanted, (place, code, page, status)
        named = {Submission: "/submissions/{0}", Question: "/unions/{1}/questions/{0}"}
        for model, address in named.items():
            for number, code in self._of(model):
                status = client.get(address.format(number, code)).status_code
                assert (status == 200) == (code in inside), (place, address, number, code)

    def teardown(self):
        for place in (*self.units, self._open()[0]):
            self._look(place)


def machine(app, monkeypatch, **how):
    if not signing.has_key(setting("DATA")):
        signing.new_key(setting("DATA"))
    set_clock(monkeypatch, datetime(2030, 1, 10, 4, tzinfo=UTC))
    Views.app, Views.patch = app, monkeypatch
    chosen = settings(deadline=None, suppress_health_check=list(HealthCheck), **how)
    run_state_machine_as_test(Views, settings=chosen)


def test_nobody_sees_what_is_elsewhere_by_then(tmp_path, monkeypatch):
    with running(make_app(tmp_path)) as app:
        make_union(COUNTY)
        machine(app, monkeypatch, max_examples=3, stateful_step_count=8)


@pytest.mark.soak
def test_nobody_sees_what_is_elsewhere_for_long(register_with_screens, monkeypatch):
    machine(register_with_screens, monkeypatch, max_examples=40, stateful_step_count=30)
