"""Originals go when their time is over and nobody needs them; the hash, and all else, stays."""

from datetime import date, datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import insert, select, update

from registry.accounts.models import SignInFailure
from registry.campaigns.models import Campaign
from registry.clock import now
from registry.db import db, setting, transaction
from registry.jobs import housekeeping, retention
from registry.jobs.models import WorkerBeat
from registry.questions.models import Question
from registry.review.operations import approve, send_back
from registry.submissions import originals, queries
from registry.submissions.models import Submission
from registry.submissions.operations import withdraw
from registry.trail import queries as trail
from tests.factories.clock import set_clock
from tests.factories.people import make_people
from tests.factories.rosters import (
    OTHER_UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
    take_in,
)
from tests.factories.schema import rows
from tests.factories.unions import COUNTY

DAYS = 30


@pytest.fixture
def kept_for(register):
    """The register, keeping originals for `DAYS`."""
    register.config["ORIGINAL_DAYS"] = DAYS
    return register


def later(monkeypatch, days):
    set_clock(monkeypatch, datetime.now(now().tzinfo) + timedelta(days=days))


def files():
    return {one.name for one in (setting("DATA") / "originals").iterdir()}


def original_of(number):
    return db.session().scalar(select(Submission.original).where(Submission.id == number))


def entries():
    return trail.entries(db.session(), COUNTY, action="original.remove")


def test_what_is_over_goes_and_what_is_needed_stays(kept_for, monkeypatch):
    clerk, other, reviewer = make_clerk(), make_clerk(OTHER_UNION), make_reviewer()
    people = make_people(40)
    contents = {}

    def sent(first, size=2, by=clerk):
        content = make_roster(people[first : first + size])
        number = send_in(content, by, union=by.place)
        contents[number] = content
        return number

    # Over: admitted. Needed: in review; a draft; what a draft takes up again; a withdrawn one whose
    # draft has the same file; one that a question is about.
    over, waiting, answered = sent(0), sent(2), sent(4)
    approve(over, actor=reviewer)
    approve(answered, actor=reviewer)
    draft = take_in(make_roster(people[6:8]), clerk)
    partly = sent(8)
    send_back(partly, rows=[2], reason="wrong_data", note="请核对", actor=reviewer)
    approve(partly, actor=reviewer)
    withdrawn = sent(10)
    withdraw(withdrawn, actor=clerk)
    asked = sent(12, by=other)
    approve(asked, actor=reviewer)
    with transaction() as session:
        question = rows()["question"] | {"submission_id": asked, "state": "OPEN"}
        session.execute(insert(Question).values(question))
    before, names = files(), {number: original_of(number) for number in (over, answered)}

    later(monkeypatch, DAYS - 1)
    assert retention.due(db.session()) == [] and retention.remove_due() == 0
    later(monkeypatch, DAYS + 1)
    (found,) = retention.due(db.session())
    assert [row.id for row in found.submissions] == [over, answered]
    assert found.size == len(contents[over]) + len(contents[answered])
    assert files() == before

    assert (retention.remove_due(), retention.remove_due()) == (2, 0)
    assert files() == before - set(names.values())
    for number in (over, answered):
        view = queries.find(db.session(), number)
        assert view.original is None and view.original_removed_at is not None
        assert view.file_sha256 == sha256(contents[number]).hexdigest()
    for number in (waiting, draft, partly, asked):
        assert originals.fetch(original_of(number))
    (entry,) = entries()
    lines = "".join(
        f"submission {one} {sha256(contents[one]).hexdigest()}\n" for one in (over, answered)
    )
    assert entry.detail["count"] == 2
    assert entry.detail["digest"] == sha256(lines.encode()).hexdigest()
    # The same file again is still the same roster.
    again = send_in(contents[over], clerk)
    assert again == over

    with transaction() as session:
        session.execute(update(Question).values(state="CLOSED"))
    assert retention.remove_due() == 1 and original_of(asked) is None


def test_an_open_campaign_keeps_what_came_since_it_began(kept_for, monkeypatch):
    clerk, reviewer = make_clerk(), make_reviewer()
    number = send_in(make_roster(make_people(2)), clerk)
    approve(number, actor=reviewer)
    begun = {"opens_on": date(2000, 1, 1), "due_on": date(2100, 1, 1), "state": "OPEN"}
    campaign = rows()["campaign"] | begun | {"closed_at": None, "closed_by": None}
    with transaction() as session:
        session.execute(insert(Campaign).values(campaign))
    later(monkeypatch, DAYS + 1)
    assert retention.remove_due() == 0
    with transaction() as session:
        session.execute(update(Campaign).values(due_on=date(2001, 1, 1), ends_when_due=True))
    assert retention.remove_due() == 1


def test_killed_between_it_is_taken_up_again(kept_for, monkeypatch):
    clerk, reviewer = make_clerk(), make_reviewer()
    number = send_in(make_roster(make_people(2)), clerk)
    approve(number, actor=reviewer)
    later(monkeypatch, DAYS + 1)
    with monkeypatch.context() as patch:

        def killed():
            raise KeyboardInterrupt

        patch.setattr(retention, "_delete_marked", killed)
        with pytest.raises(KeyboardInterrupt):
            retention.remove_due()
    assert len(files()) == 1 and original_of(number) is not None
    assert retention.remove_due() == 0
    assert files() == set() and original_of(number) is None
    assert len(entries()) == 1


def test_without_the_setting_nothing_goes_and_dead_weight_does(register, monkeypatch):
    number = send_in(make_roster(make_people(2)), make_clerk())
    approve(number, actor=make_reviewer())
    with transaction() as session:
        session.execute(insert(WorkerBeat).values(worker="gone", seen_at=now()))
        session.execute(insert(SignInFailure).values(subject="x", failures=1, since=now()))
    later(monkeypatch, 10_000)
    assert retention.remove_due() == 0 and original_of(number) in files()
    with transaction() as session:
        session.execute(insert(WorkerBeat).values(worker="here", seen_at=now() + timedelta(10_000)))
    housekeeping.sweep()
    assert db.session().scalars(select(WorkerBeat.worker)).all() == ["here"]
    assert db.session().scalars(select(SignInFailure.subject)).all() == []
