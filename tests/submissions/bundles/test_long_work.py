"""A bundle survives its worker, is paused and goes on, and leaves nothing when it is cancelled."""

import random
import signal
import time

import pytest
from sqlalchemy import func, select

from registry.db import db
from registry.errors import StateRefused
from registry.jobs import bundles
from registry.jobs.bundle_work import BundleWork
from registry.jobs.leases import LostLease, claim, worker_name
from registry.jobs.models import Batch, BatchState
from registry.jobs.queries import bundle_progress
from registry.jobs.wake import wake
from registry.jobs.work import KINDS, run
from registry.submissions.bundles import release
from registry.submissions.bundles.models import BundleGap, BundleName, BundlePart
from registry.submissions.bundles.states import BundleState
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.states import RowState, State
from registry.totals.recount import reconcile
from tests.factories.bundles import TOWNSHIP, messy, ready, view
from tests.factories.workers import start_worker, wait_until


def now_of(bundle_id):
    return bundle_progress(db.session(), "331083", bundle_id)


def count(table):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table))


def check_every_row_is_there_once(bundle_id, total):
    done = view(bundle_id)
    assert done.state is BundleState.DONE
    assert done.total_count == total
    assert total == done.good_count + done.error_count + done.left_out_count + done.skipped_count
    sent = select(Submission.id).where(Submission.state == State.SUBMITTED)
    query = select(func.count(), func.count(SubmissionRow.row.distinct())).where(
        SubmissionRow.submission_id.in_(sent)
    )
    stored = done.good_count + done.error_count
    assert tuple(db.session.execute(query).one()) == (stored, stored)
    states = dict(
        db.session.execute(select(SubmissionRow.state, func.count()).group_by(SubmissionRow.state))
        .tuples()
        .all()
    )
    assert states == {
        RowState.PENDING: done.good_count,
        RowState.HELD: done.error_count,
        RowState.DRAFT: done.error_count,
    }
    gaps = db.session.scalar(select(func.sum(BundleGap.last - BundleGap.row + 1)))
    assert gaps == done.left_out_count
    assert reconcile(db.session(), "331083")[1] == []


def kill_and_finish(app, bundle_id, batch_id, moments):
    for moment in moments:
        worker = start_worker(app)
        wake(batch_id)
        time.sleep(moment)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    worker = start_worker(app)
    try:
        wait_until(lambda: now_of(bundle_id).state is BatchState.DONE, "the end")
    finally:
        worker.terminate()
        worker.wait()


@pytest.mark.soak
def test_killed_in_the_middle_every_row_is_there_once(register, reviewer):
    bundle_id = ready(messy(12_000), reviewer)
    batch_id = bundles.confirm(bundle_id, actor=reviewer)
    worker = start_worker(register)
    wake(batch_id)
    wait_until(lambda: db.session.get(Batch, batch_id).cursor, "the first rows")
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert view(bundle_id).state is BundleState.SPLITTING
    assert count(SubmissionRow) < 12_000

    kill_and_finish(register, bundle_id, batch_id, [1.0])

    check_every_row_is_there_once(bundle_id, 12_000)


@pytest.mark.soak
def test_killed_thirty_times_every_row_is_there_once(register, reviewer):
    bundle_id = ready(messy(60_000), reviewer)
    batch_id = bundles.confirm(bundle_id, actor=reviewer)
    moments = [random.Random(7).uniform(0.5, 6) for _ in range(30)]

    kill_and_finish(register, bundle_id, batch_id, moments)

    check_every_row_is_there_once(bundle_id, 60_000)


def interrupted(monkeypatch, batch_id, act, *, after=1):
    """Do a batch; after its first chunk somebody acts on the bundle, as on a page."""
    from registry.submissions.bundles import staging

    write, written = staging.write, []

    def and_then(session, county, bundle_id, staged):
        write(session, county, bundle_id, staged)
        written.append(bundle_id)

    monkeypatch.setattr("registry.jobs.bundle_work.staging.write", and_then)

    def between(self, *_):
        if len(written) == after:
            monkeypatch.undo()
            act()

    monkeypatch.setattr("registry.jobs.bundle_work.BundleWork._let_pass", between)
    assert run(batch_id, worker_name()) is False


def test_paused_it_stands_still_and_goes_on_from_there(reviewer, monkeypatch):
    bundle_id = ready(messy(11_000), reviewer)
    batch_id = bundles.confirm(bundle_id, actor=reviewer)

    interrupted(monkeypatch, batch_id, lambda: bundles.pause(bundle_id, actor=reviewer))

    now = now_of(bundle_id)
    assert (now.state, now.done) == (BatchState.PAUSED, 5000)
    assert run(batch_id, worker_name()) is False
    with pytest.raises(StateRefused):
        bundles.pause(bundle_id, actor=reviewer)
    assert bundles.resume(bundle_id, actor=reviewer) == batch_id
    with pytest.raises(StateRefused):
        bundles.resume(bundle_id, actor=reviewer)
    bundles.run_now(batch_id)
    check_every_row_is_there_once(bundle_id, 11_000)


def test_paused_before_it_began_it_does_not_begin(reviewer):
    bundle_id = ready(messy(20), reviewer)
    batch_id = bundles.confirm(bundle_id, actor=reviewer)

    bundles.pause(bundle_id, actor=reviewer)

    assert claim(batch_id, worker_name()) is None
    assert run(batch_id, worker_name()) is False
    assert count(SubmissionRow) == 0
    bundles.run_now(bundles.resume(bundle_id, actor=reviewer))
    check_every_row_is_there_once(bundle_id, 20)


def test_the_last_stage_tells_how_many_unions_are_counted(reviewer, monkeypatch):
    bundle_id = ready(messy(199), reviewer)
    batch_id = bundles.confirm(bundle_id, actor=reviewer)
    seen, let_pass = [], BundleWork._let_pass

    def between(self, stage, done, total):
        db.session.rollback()
        now = now_of(bundle_id)
        seen.append((now.stage, now.done, now.total))
        assert (stage, done, total) == seen[-1]
        if seen[-1] == ("finish", 2, 3) and len(seen) < 10:
            bundles.pause(bundle_id, actor=reviewer)
        let_pass(self, stage, done, total)

    monkeypatch.setattr(BundleWork, "_let_pass", between)
    assert run(batch_id, worker_name()) is False
    assert list(dict.fromkeys(seen)) == [
        ("store", 199, 199),
        ("settle", 0, 0),
        ("finish", 1, 3),
        ("finish", 2, 3),
    ]
    assert now_of(bundle_id).state is BatchState.PAUSED

    monkeypatch.undo()
    counted = []
    keep = release.keep_count
    monkeypatch.setattr(
        "registry.jobs.bundle_work.release.keep_count",
        lambda *given: (counted.append(given[2]), keep(*given)),
    )
    bundles.run_now(bundles.resume(bundle_id, actor=reviewer))
    assert len(counted) == 1
    check_every_row_is_there_once(bundle_id, 199)


def test_cancelled_nothing_is_left(register, reviewer, monkeypatch):
    bundle_id = ready(messy(11_000), reviewer)
    batch_id = bundles.confirm(bundle_id, actor=reviewer)
    cleared = []

    interrupted(
        monkeypatch,
        batch_id,
        lambda: cleared.append(bundles.cancel(bundle_id, actor=reviewer)),
    )

    assert count(SubmissionRow) > 0
    bundles.run_now(cleared[0])
    tables = (SubmissionRow, Submission, BundlePart, BundleName, BundleGap)
    assert [count(table) for table in tables] == [0] * 5
    assert list((register.config["DATA"] / "originals").iterdir()) == []
    assert view(bundle_id).state is BundleState.CANCELLED
    with pytest.raises(StateRefused):
        bundles.cancel(bundle_id, actor=reviewer)


def test_cancelled_the_same_file_may_come_again(reviewer):
    content = messy(20)
    bundle_id = ready(content, reviewer)
    bundles.run_now(bundles.cancel(bundle_id, actor=reviewer))

    again = ready(content, reviewer)

    assert again != bundle_id


def test_what_is_done_is_not_cancelled(reviewer):
    bundle_id = ready(messy(20), reviewer)
    bundles.run_now(bundles.confirm(bundle_id, actor=reviewer))

    with pytest.raises(StateRefused) as refused:
        bundles.cancel(bundle_id, actor=reviewer)

    assert refused.value.code == "bundle.state"
    check_every_row_is_there_once(bundle_id, 20)


def test_who_lost_the_lease_writes_nothing(reviewer):
    bundle_id = ready(messy(20), reviewer)
    batch_id = bundles.confirm(bundle_id, actor=reviewer)
    fence = claim(batch_id, "elsewhere:1:1")
    stalled = KINDS["bundle"](batch_id, fence, "elsewhere:1:1", asks=False)
    bundles.pause(bundle_id, actor=reviewer)

    with pytest.raises(LostLease):
        stalled.do()

    assert count(SubmissionRow) == 0


def test_work_that_failed_goes_on_with_the_same_file_or_when_asked(reviewer, monkeypatch):
    content = messy(20)
    bundle_id = ready(content, reviewer)
    batch_id = bundles.confirm(bundle_id, actor=reviewer)
    with monkeypatch.context() as broken:
        broken.setattr("registry.submissions.bundles.release.release", _broken)
        for _ in range(5):
            with pytest.raises(ZeroDivisionError):
                run(batch_id, worker_name())
    assert now_of(bundle_id).state is BatchState.FAILED

    again = bundles.upload(content, file_name="x.csv", place_code=TOWNSHIP, actor=reviewer)

    assert (again.bundle_id, again.already) == (bundle_id, True)
    bundles.run_now(again.batch_id)
    check_every_row_is_there_once(bundle_id, 20)


def _broken(*_args):
    raise ZeroDivisionError
