"""Long work survives its worker: every row is there once, whatever is killed, whenever."""

import pytest
from sqlalchemy import func, select

from registry.clock import now
from registry.db import db, transaction
from registry.jobs.leases import LostLease, claim, is_free, unfinished, worker_name
from registry.jobs.models import Batch, BatchState
from registry.jobs.operations import upload
from registry.jobs.queries import progress, worker_alive
from registry.jobs.work import Work, run
from registry.submissions import queries
from registry.submissions.models import SubmissionRow
from registry.submissions.states import Kind, State
from tests.factories.people import make_people
from tests.factories.rosters import UNION, csv_of, make_clerk, make_roster
from tests.factories.workers import start_worker, wait_until


def receive(content):
    clerk = make_clerk()
    return upload(content, file_name="花名册.csv", union_code=UNION, kind=Kind.FULL, actor=clerk)


def state_of(received):
    return progress(db.session(), "331083", received.submission_id)


def rows_of(received):
    query = select(func.count(), func.count(SubmissionRow.row.distinct())).where(
        SubmissionRow.submission_id == received.submission_id
    )
    return tuple(db.session.execute(query).one())


def test_a_worker_takes_up_what_no_wake_up_told_it(small_register):
    received = receive(make_roster(make_people(3)))
    worker = start_worker(small_register)
    try:
        wait_until(lambda: state_of(received).state is BatchState.DONE, "the sweep")
        assert wait_until(lambda: worker_alive(db.session()), "a sign of life")
    finally:
        worker.terminate()
        assert worker.wait(timeout=30) is not None


def test_who_lost_the_lease_writes_nothing(register):
    received = receive(make_roster(make_people(3)))
    fence = claim(received.batch_id, "elsewhere:1:1")
    stalled = Work(received.batch_id, fence, "elsewhere:1:1")
    with transaction() as session:
        session.get(Batch, received.batch_id).lease_until = now()
    assert claim(received.batch_id, worker_name()) == fence + 1

    with pytest.raises(LostLease):
        stalled.do()

    assert rows_of(received) == (0, 0)


def test_a_batch_with_a_living_worker_is_left_alone(register):
    received = receive(make_roster(make_people(3)))
    claim(received.batch_id, "elsewhere:1:1")

    assert unfinished(db.session()) == [received.batch_id]
    assert not is_free(db.session(), received.batch_id, worker_name())
    assert run(received.batch_id, worker_name()) is False


def test_a_refused_file_ends_its_draft_and_says_why(register):
    received = receive(b"\x89PNG\r\n\x1a\n" + bytes(100))

    run(received.batch_id, worker_name())

    now_ = state_of(received)
    assert (now_.state, now_.error_code) == (BatchState.REFUSED, "file.not_a_workbook")
    assert "另存为" in now_.error_message
    view = queries.find(db.session(), received.submission_id)
    assert view.state is State.WITHDRAWN


def test_a_fault_of_ours_is_tried_again_and_then_told(small_register, monkeypatch):
    received = receive(csv_of([["姓名", "证件号码", "性别"], ["某", "1", "男"]]))

    def broken(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("registry.jobs.work.taken_in", broken)
    for _ in range(5):
        with pytest.raises(ZeroDivisionError):
            run(received.batch_id, worker_name())

    ended = state_of(received)
    assert (ended.state, ended.error_code) == (BatchState.FAILED, "job.failed")
    assert "没有丢失" in ended.error_message
