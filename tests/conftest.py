"""What every test gets: no network but this machine's own, and steady Hypothesis settings.

Fixtures stand by subject in `tests/fixtures/`; things to make stand in `tests/factories/`.
"""

import contextlib
import gc
import os

import hypothesis

from registry.jobs import work

pytest_plugins = [
    "tests.fixtures.network",
    "tests.fixtures.postgresql",
    "tests.fixtures.chromium",
    "tests.fixtures.register",
    "tests.fixtures.demo",
    "tests.fixtures.logs",
    "tests.fixtures.trail",
    "tests.fixtures.site",
]

# No deadline: on two busy cores a slow example says nothing. The same examples wherever CI is set,
# so that a change is judged by what it changed.
hypothesis.settings.register_profile(
    "tongxin", deadline=None, derandomize=bool(os.environ.get("CI"))
)
hypothesis.settings.load_profile("tongxin")

# Each test throws an application away: looking for what is garbage as often as Python does took a
# tenth of the time. A worker's own way, which looks through all at once between many jobs, would
# keep what thousands of tests threw away.
gc.set_threshold(200_000, 20, 20)
work._collecting_rarely = contextlib.nullcontext

# What a power failure would lose does not matter here; drills have processes of their own.
os.fsync = os.fstat
