"""Who works on which roster; and two who decide at once."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from registry.clock import now
from registry.db import db
from registry.errors import Forbidden, NotFound, StateRefused
from registry.members.models import LIVE, Membership
from registry.review.assigning import release, release_all, take
from registry.review.models import Decision
from registry.review.operations import approve, reject, send_back
from registry.submissions import queries
from registry.submissions.operations import withdraw
from registry.totals.recount import reconcile
from registry.trail.queries import entries, verify
from tests.factories.clock import set_clock
from tests.factories.people import make_people
from tests.factories.rosters import make_clerk, make_reviewer, make_roster, send_in
from tests.factories.unions import COUNTY

PEOPLE = make_people(8)


@pytest.fixture
def sent(register):
    return send_in(make_roster(PEOPLE), make_clerk())


def who(number):
    return queries.find(db.session(), number).assigned_to


def acts(action):
    return [one.detail["submissions"] for one in entries(db.session(), COUNTY, action=action)]


def test_taken_by_one_and_released_by_the_same(sent):
    first, second = make_reviewer(), make_reviewer()
    take(sent, actor=first)
    take(sent, actor=first)
    assert who(sent) == first.account_id
    for act in (take, release):
        with pytest.raises(StateRefused) as refused:
            act(sent, actor=second)
        assert refused.value.code == "review.taken"
    release(sent, actor=first)
    assert who(sent) is None
    take(sent, actor=second)
    assert who(sent) == second.account_id
    assert (acts("review.take"), acts("review.release")) == ([[sent], [sent]], [[sent]])


def test_after_a_day_another_may_take_it_over_or_release_it(sent, monkeypatch):
    first, second = make_reviewer(), make_reviewer()
    take(sent, actor=first)
    set_clock(monkeypatch, now() + timedelta(hours=25))
    take(sent, actor=second)
    assert who(sent) == second.account_id
    set_clock(monkeypatch, now() + timedelta(hours=50))
    release(sent, actor=first)
    assert who(sent) is None


def test_signing_out_releases_all(sent):
    first, second = make_reviewer(), make_reviewer()
    other = send_in(make_roster(PEOPLE[:2]), make_clerk())
    take(sent, actor=first)
    take(other, actor=second)
    assert release_all(actor=first) == 1
    assert release_all(actor=first) == 0
    assert (who(sent), who(other)) == (None, second.account_id)
    assert verify(db.session())[1] == []


def test_others_may_still_decide_and_the_end_frees_it(sent):
    first, second = make_reviewer(), make_reviewer()
    take(sent, actor=first)
    version = queries.find(db.session(), sent).version
    approve(sent, actor=second, rows=[2])
    assert who(sent) == first.account_id
    assert queries.find(db.session(), sent).version == version + 1, "taking it is no change"
    approve(sent, actor=second)
    assert who(sent) is None
    with pytest.raises(StateRefused):
        take(sent, actor=first)


def test_a_roster_taken_back_is_nobodys(sent):
    clerk = make_clerk()
    take(sent, actor=make_reviewer())
    withdraw(sent, actor=clerk)
    assert who(sent) is None


def test_who_sent_it_and_other_units_take_nothing(sent):
    for actor, refusal in ((make_clerk(), Forbidden), (make_reviewer("331083002"), NotFound)):
        for act in (take, release):
            with pytest.raises(refusal):
                act(sent, actor=actor)
    assert who(sent) is None


@pytest.mark.parametrize(
    "other",
    [
        lambda number, actor: approve(number, actor=actor, rows=[4, 5, 6]),
        lambda number, actor: reject(number, actor=actor, rows=[5], reason="duplicate"),
        lambda number, actor: send_back(number, actor=actor, rows=[3, 4], reason="duplicate"),
        lambda number, actor: approve(number, actor=actor),
    ],
)
def test_of_two_at_once_one_decides_and_the_other_is_refused_whole(sent, register, other):
    first, second = make_reviewer(), make_reviewer()
    told, ready = [], threading.Barrier(2)
    db.session.remove()

    def act(what, actor):
        with register.app_context():
            ready.wait()
            try:
                told.append(what(sent, actor).decided)
            except StateRefused as refused:
                told.append(refused.code)

    acts = [(lambda number, actor: approve(number, actor=actor, rows=[2, 3, 4, 5]), first)]
    both = [threading.Thread(target=act, args=one) for one in [*acts, (other, second)]]
    for one in both:
        one.start()
    for one in both:
        one.join()
    # "All that wait" is told without numbers: whoever comes second finds fewer, or none.
    refused = [one for one in told if isinstance(one, str)]
    assert refused in (["row.not_pending"], ["submission.state"], [])
    decided = sum(one for one in told if isinstance(one, int))
    live = select(func.count()).select_from(Membership).where(Membership.state.in_(LIVE))
    members = db.session.scalar(live)
    by_decision = db.session.scalar(select(func.sum(Decision.row_count)))
    assert by_decision == decided
    assert members <= decided
    assert reconcile(db.session(), COUNTY) == (members, [])
