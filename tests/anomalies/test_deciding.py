"""What the detectors make of plain values: speed, nights, rises."""

from datetime import UTC, date, datetime, timedelta

from registry.anomalies.kinds import TRANSITIONS, AnomalyAct, AnomalyState
from registry.anomalies.people import Rise, rises
from registry.anomalies.reviewers import Decided, is_night, quick
from registry.review.models import Verdict

NOON = datetime(2026, 3, 3, 4, tzinfo=UTC)
DAY = date(2026, 3, 2)


def decided(number, seconds, rows, *, account=1, verdict=Verdict.APPROVE):
    at = NOON + timedelta(seconds=seconds)
    return Decided(number, account, at, verdict, rows, number, NOON - timedelta(hours=1))


def test_reading_begins_after_the_last_decision_of_the_same_person():
    acts = [
        decided(1, 0, 100),  # an hour since it came in
        decided(2, 20, 100),  # twenty seconds for a hundred rows
        decided(3, 80, 100),  # a minute for as many
        decided(4, 81, 29),  # too few to tell
        decided(5, 82, 100, verdict=Verdict.SEND_BACK),
        decided(6, 83, 100, account=2),  # another person's first
    ]
    assert [(one.decision.id, one.seconds) for one in quick(acts, 30, 2)] == [(2, 20.0)]


def test_the_night_goes_over_midnight():
    hours = [hour for hour in range(24) if is_night(NOON + timedelta(hours=hour), 22, 6)]
    assert [(12 + hour) % 24 for hour in hours] == [22, 23, 0, 1, 2, 3, 4, 5]
    assert is_night(NOON, 11, 13)
    assert not is_night(NOON, 13, 23)


def test_a_rise_is_told_once_and_only_within_a_week():
    counts = [
        (DAY + timedelta(days=after), active)
        for after, active in ((0, 20), (3, 25), (5, 31), (30, 60), (31, 62))
    ]
    assert list(rises(counts, 50, 20)) == [Rise(DAY, 20, DAY + timedelta(days=5), 31)]
    assert list(rises(counts, 50, 21)) == []


def test_only_what_waits_is_closed():
    assert [before for before, act in TRANSITIONS if act is AnomalyAct.CLOSE] == [AnomalyState.OPEN]
