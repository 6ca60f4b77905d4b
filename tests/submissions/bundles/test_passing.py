"""What comes meanwhile is done in between: clerks and units do not wait for a whole register."""

import importlib

from registry.db import db
from registry.jobs import bundles
from registry.jobs.leases import worker_name
from registry.jobs.models import BatchState
from registry.jobs.operations import upload as upload_roster
from registry.jobs.queries import progress
from registry.jobs.work import run
from registry.submissions.bundles import release
from registry.submissions.bundles.states import BundleState
from registry.submissions.states import Kind
from tests.factories.bundles import TOWNSHIP, WRITTEN, make_bundle, messy, ready, view
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_roster


def long(people, reviewer):
    """Return the number of a bundle read in whose file is some times larger than the others."""
    return ready(make_bundle(make_people(people, seed=21), WRITTEN), reviewer)


def small(reviewer, seed):
    """Upload a bundle of two persons; returns its number, its reading waits."""
    content = make_bundle(make_people(2, seed=seed), WRITTEN)
    return bundles.upload(content, file_name="x.csv", place_code=TOWNSHIP, actor=reviewer).bundle_id


def states_at(monkeypatch, method, number):
    """Have the bundle's state noted each time the work comes to a step; returns the notes."""
    noted = []
    whole = getattr(operations_of(method), method.rpartition(".")[2])

    def noting(*args, **kwargs):
        noted.append(view(number).state)
        return whole(*args, **kwargs)

    monkeypatch.setattr(method, noting)
    return noted


def operations_of(method):
    return importlib.import_module(method.rpartition(".")[0])


def test_a_small_bundle_is_read_while_a_long_one_is_read(reviewer, monkeypatch):
    received = bundles.upload(
        make_bundle(make_people(5100, seed=21), WRITTEN),
        file_name="x.csv",
        place_code=TOWNSHIP,
        actor=reviewer,
    )
    number = small(reviewer, 31)
    noted = states_at(monkeypatch, "registry.submissions.bundles.operations.finish_reading", number)

    run(received.batch_id, worker_name())

    assert noted == [BundleState.READING, BundleState.MAPPING]


def test_small_bundles_pass_one_a_step_and_the_long_one_goes_on(reviewer, monkeypatch):
    batch_id = bundles.confirm(long(200, reviewer), actor=reviewer)
    numbers = [small(reviewer, seed) for seed in range(31, 41)]
    monkeypatch.setattr(
        "registry.jobs.bundle_work.BundleWork._release",
        lambda *_: states.extend(view(number).state for number in numbers),
    )
    states = []

    run(batch_id, worker_name())

    # One chunk and three unions: four steps.
    assert states == [BundleState.MAPPING] * 4 + [BundleState.READING] * 6


def test_a_bundle_of_the_same_size_waits(reviewer, monkeypatch):
    batch_id = bundles.confirm(long(3, reviewer), actor=reviewer)
    number = small(reviewer, 31)

    run(batch_id, worker_name())

    assert view(number).state is BundleState.READING


def test_a_clerks_roster_passes_while_the_unions_are_counted(reviewer, monkeypatch):
    batch_id = bundles.confirm(ready(messy(40), reviewer), actor=reviewer)
    received, states = [], []

    def come(*args):
        if not received:
            received.append(
                upload_roster(
                    make_roster(make_people(3, seed=9)),
                    file_name="x.csv",
                    union_code=UNION,
                    kind=Kind.FULL,
                    actor=make_clerk(),
                )
            )
        return count_part(*args)

    count_part = release.count
    monkeypatch.setattr("registry.submissions.bundles.release.count", come)
    monkeypatch.setattr(
        "registry.jobs.bundle_work.BundleWork._release",
        lambda *_: states.append(progress(db.session(), "331083", received[0].submission_id).state),
    )

    run(batch_id, worker_name())

    assert states == [BatchState.DONE]


def test_a_clerks_roster_is_done_in_between(reviewer, monkeypatch):
    bundle_id = ready(messy(40), reviewer)
    batch_id = bundles.confirm(bundle_id, actor=reviewer)
    roster = make_roster(make_people(3, seed=9))
    received = upload_roster(
        roster, file_name="x.csv", union_code=UNION, kind=Kind.FULL, actor=make_clerk()
    )
    states = []
    monkeypatch.setattr(
        "registry.jobs.bundle_work.BundleWork._release",
        lambda *_: states.append(progress(db.session(), "331083", received.submission_id).state),
    )

    run(batch_id, worker_name())

    assert states == [BatchState.DONE]
