"""A sample is drawn once, by a recorded seed, and its outcome stands on the submission."""

import hashlib
import hmac
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.review.call_result import CallResult
from registry.review.models import SampledRow
from registry.review.operations import approve
from registry.review.sample_queries import calls, sample_of
from registry.review.sampling import chosen, draw, keep_call, sample_size
from registry.submissions import queries
from registry.trail.queries import entries, verify
from tests.factories.people import make_people
from tests.factories.rosters import make_clerk, make_reviewer, make_roster, send_in, take_in
from tests.factories.unions import COUNTY


@pytest.mark.parametrize(
    ("waiting", "size"),
    [(0, 0), (1, 1), (10, 10), (11, 10), (200, 10), (201, 11), (640, 32), (1000, 50), (9999, 50)],
)
def test_the_size_follows_the_rule(waiting, size):
    assert sample_size(waiting) == size


@given(rows=st.sets(st.integers(2, 10_000), max_size=80), seed=st.binary(min_size=32, max_size=32))
def test_anyone_can_draw_the_same_again(rows, seed):
    by_hand = sorted(
        rows, key=lambda row: hmac.new(seed, f"7:{row}".encode(), hashlib.sha256).hexdigest()
    )
    expected = sorted(by_hand[: sample_size(len(rows))])
    assert chosen(seed.hex(), 7, rows) == chosen(seed.hex(), 7, sorted(rows)) == expected


@pytest.fixture
def sent(register):
    """The number of a roster of forty that waits."""
    return send_in(make_roster(make_people(40)), make_clerk())


def sample(number):
    return sample_of(db.session(), queries.find(db.session(), number))


def sampled(number):
    return list(
        db.session.scalars(select(SampledRow.row).where(SampledRow.submission_id == number))
    )


def test_a_sample_is_recorded_with_its_seed_and_drawn_once(sent):
    reviewer = make_reviewer()
    assert sample(sent) is None
    assert draw(sent, actor=reviewer) == 10
    found = sample(sent)
    assert (found.size, found.drawn_from, found.open) == (10, 40, 10)
    assert sorted(sampled(sent)) == chosen(found.seed, sent, range(2, 42))
    (entry,) = entries(db.session(), COUNTY, action="review.sample")
    assert entry.detail == {"submission": sent, "seed": found.seed, "size": 10, "drawn_from": 40}
    with pytest.raises(StateRefused) as refused:
        draw(sent, actor=reviewer)
    assert refused.value.code == "sample.drawn"
    assert sample(sent) == found


def test_calls_add_up_on_the_submission_and_stand_on_the_trail(sent):
    reviewer = make_reviewer()
    draw(sent, actor=reviewer)
    first, second, third = sampled(sent)[:3]
    keep_call(sent, first, actor=reviewer, result=CallResult.TRUE)
    keep_call(sent, second, actor=reviewer, result=CallResult.UNREACHED)
    keep_call(sent, third, actor=reviewer, result=CallResult.FALSE, note="去年就离职了")
    # Reached at last, also after the roster was decided on.
    approve(sent, actor=reviewer)
    keep_call(sent, second, actor=reviewer, result=CallResult.TRUE)
    found = sample(sent)
    assert (found.true, found.false, found.unreached, found.open) == (2, 1, 0, 7)
    view = queries.find(db.session(), sent)
    told = {one.row.row: (one.result, one.note) for one in calls(db.session(), view)}
    assert told[third] == (CallResult.FALSE, "去年就离职了")
    assert len(told) == 10
    said = [one.detail["result"] for one in entries(db.session(), COUNTY, action="review.call")]
    assert said == ["TRUE", "FALSE", "UNREACHED", "TRUE"]
    assert verify(db.session())[1] == []


@pytest.mark.parametrize(
    ("result", "note", "code"),
    [
        (CallResult.FALSE, " ", "note.missing"),
        (CallResult.TRUE, "打了13812345678", "note.number"),
        (CallResult.TRUE, "啊" * 201, "note.too_long"),
    ],
)
def test_a_note_holds_no_number_and_says_what_is_false(sent, result, note, code):
    reviewer = make_reviewer()
    draw(sent, actor=reviewer)
    with pytest.raises(InputRefused) as refused:
        keep_call(sent, sampled(sent)[0], actor=reviewer, result=result, note=note)
    assert refused.value.code == code
    assert sample(sent).open == 10


def test_only_rows_of_the_sample_are_called(sent):
    reviewer = make_reviewer()
    draw(sent, actor=reviewer)
    other = next(row for row in range(2, 42) if row not in sampled(sent))
    with pytest.raises(NotFound):
        keep_call(sent, other, actor=reviewer, result=CallResult.TRUE)


def test_who_sent_it_draws_nothing_and_neither_do_others(sent):
    clerk, reviewer = make_clerk(), make_reviewer()
    for actor, refusal in ((clerk, Forbidden), (make_reviewer("331083002"), NotFound)):
        with pytest.raises(refusal):
            draw(sent, actor=actor)
    assert sample(sent) is None
    with pytest.raises(NotFound):
        draw(take_in(make_roster(make_people(2, seed=5)), clerk), actor=reviewer)


def test_what_is_decided_is_not_sampled(sent):
    reviewer = make_reviewer()
    approve(sent, actor=reviewer)
    with pytest.raises(StateRefused):
        draw(sent, actor=reviewer)


def test_two_at_once_draw_one_sample(sent, register):
    reviewer, told, ready = make_reviewer(), [], threading.Barrier(2)
    db.session.remove()

    def act():
        with register.app_context():
            ready.wait()
            try:
                told.append(draw(sent, actor=reviewer))
            except StateRefused as refused:
                told.append(refused.code)

    both = [threading.Thread(target=act) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(map(str, told)) == ["10", "sample.drawn"]
    assert len(sampled(sent)) == 10
