"""The bench says what it measured, and says so where it could not."""

import os
import sys
from types import SimpleNamespace

import pytest

from bench import __main__ as bench
from bench import document, measure, table
from bench.measures import Measure
from bench.table import Goal, Measured

AT_MOST = Goal("submit", "`submit`", "the floor", 1.5)
AT_LEAST = Goal("peer", "`submit`", "a peer", 10, at_least=True)


@pytest.mark.parametrize(
    ("goal", "value", "verdict"),
    [
        (AT_MOST, 1.5, "met"),
        (AT_MOST, 1.51, "NOT met"),
        (AT_LEAST, 10.0, "met"),
        (AT_LEAST, 9.9, "NOT met"),
        (AT_MOST, None, "FAILED"),
    ],
)
def test_verdict_follows_the_bound(goal, value, verdict):
    assert Measured(goal, "sqlite", value).verdict == verdict


def test_a_failing_measure_gives_each_of_its_rows_the_reason(monkeypatch):
    def fail(ground):
        raise measure.MeasureFailed("it said no")

    module = SimpleNamespace(GOALS=(AT_MOST, AT_LEAST), measure=fail)
    monkeypatch.setattr(bench, "_module", lambda measure: module)
    rows = bench._measured(Measure("any"), SimpleNamespace(engine="sqlite"))
    assert [(row.goal, row.value, row.note) for row in rows] == [
        (AT_MOST, None, "it said no"),
        (AT_LEAST, None, "it said no"),
    ]


def test_a_command_is_charged_for_what_it_starts():
    spin = "import time\nwhile time.process_time() < 0.3: pass"
    code = (
        "import subprocess, sys; held = b'x' * 50_000_000;"
        f"subprocess.run([sys.executable, '-c', {spin!r}])"
    )
    cost = measure.run([sys.executable, "-c", code], os.environ)
    assert cost.cpu >= 0.3
    assert cost.largest >= 50
    assert cost.together >= 50


def test_a_command_that_ends_badly_is_no_measure():
    with pytest.raises(measure.MeasureFailed, match="ended with 3: oh no"):
        measure.run(
            [sys.executable, "-c", "import sys; print('oh no', file=sys.stderr); sys.exit(3)"],
            os.environ,
        )


def test_works_take_turns_and_each_has_its_own_median():
    order = []

    def work(name, cpus):
        def done():
            order.append(name)
            return measure.Cost(cpus.pop(0), 1, 1, 1)

        return done

    costs = measure.interleaved(
        3, {"a": work("a", [1.0, 9.0, 2.0]), "b": work("b", [4.0, 4.0, 4.0])}
    )
    assert "".join(order) == "abbaab"
    assert (costs["a"].cpu, costs["b"].cpu) == (2.0, 4.0)


def test_the_page_keeps_rows_of_earlier_runs_and_replaces_measured_ones(tmp_path, monkeypatch):
    for name, file in (("KEPT", "kept.json"), ("PAGE", "page.md"), ("NOTES", "notes.md")):
        monkeypatch.setattr(document, name, tmp_path / file)
    (tmp_path / "notes.md").write_text("## Method\n\nBy hand.\n")

    def rows(*measured):
        return document.dated([one.as_row() for one in measured], {"rows": 10, "rounds": 1})

    goals = [AT_MOST, AT_LEAST, Goal("later", "something else", "–", 1)]
    document.keep(rows(Measured(AT_LEAST, "sqlite", 12.0), Measured(AT_MOST, "sqlite", 3.0)), goals)
    document.keep(rows(Measured(AT_MOST, "sqlite", 1.2, {"submit CPU s": 2.4})), goals)
    page = (tmp_path / "page.md").read_text()
    assert "2 of 2 lines reach their goal" in page
    assert "- something else (≤ 1 ×)" in page
    assert "submit CPU s 2.40" in page
    assert "By hand." in page


def test_a_row_that_is_not_reached_stands_out():
    row = Measured(AT_MOST, "sqlite", 3.0).as_row()
    assert "**NOT met**" in table.markdown([{**row, "run": 1}])
    assert "3.00 ×" in table.text(row)
