"""What a run leaves: a JSON of all rows and, where asked, `docs/performance.md`."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import table
from bench.ground import ROOT
from bench.table import Goal

RESULTS = ROOT / "bench-results" / "bench.json"
KEPT = ROOT / "docs" / "performance.json"
PAGE = ROOT / "docs" / "performance.md"
NOTES = ROOT / "bench" / "notes.md"

Row = dict[str, Any]


def dated(rows: Sequence[Row], sizes: Mapping[str, int]) -> list[Row]:
    """Return the rows with the day, the commit, the machine and the sizes of this run."""
    today = datetime.now(UTC).date().isoformat()
    run = {"on": today, "commit": _commit(), "machine": machine(), **sizes}
    return [{**row, "run": run} for row in rows]


def machine() -> str:
    """Return what was measured on: processor, cores, system and Python."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    kernel = platform.release().partition("-")[0]
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()} {kernel},"
        f" Python {platform.python_version()}"
    )


def _commit() -> str:
    """Return what the checkout stands at, "+" where files were changed since."""
    ask = ["git", "describe", "--always", "--dirty=+"]
    told = subprocess.run(ask, cwd=ROOT, capture_output=True, text=True, check=False)
    return told.stdout.strip() or "an unknown commit"


def save(path: Path, rows: Sequence[Row]) -> None:
    """Write rows as JSON."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", "utf-8")


def keep(rows: Sequence[Row], goals: Sequence[Goal]) -> None:
    """Put rows into those kept from earlier runs, and write the page from all of them.

    `goals` are all that there are: a row that no measure fills any more is left out.
    """
    old = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else []
    merged = {(row["name"], row["engine"]): row for row in [*old, *rows]}
    order = [goal.name for goal in goals]
    known = [row for row in merged.values() if row["name"] in order]
    known.sort(key=lambda row: (order.index(row["name"]), row["engine"] != "sqlite"))
    save(KEPT, known)
    PAGE.write_text(page(known, goals, NOTES.read_text("utf-8")), "utf-8")


def page(rows: Sequence[Row], goals: Sequence[Goal], notes: str) -> str:
    """Return the page: the figures of `rows`, what was not measured, the notes written by hand."""
    met = sum(row["verdict"] == "met" for row in rows)
    runs = list(dict.fromkeys(_run(row) for row in rows))
    numbered = [{**row, "run": runs.index(_run(row)) + 1} for row in rows]
    measured = {row["name"] for row in rows}
    unmeasured = [goal for goal in goals if goal.name not in measured]
    return "\n".join(
        [
            "# Performance",
            "",
            "<!-- Written by `python3 dev.py bench --write-docs`; the text below the figures stands"
            " in `bench/notes.md`. -->",
            "",
            f"{met} of {len(rows)} lines reach their goal.",
            "",
            table.markdown(numbered),
            "",
            *_listed("The runs:", runs, "1."),
            *_listed("Not measured yet:", [f"{one.what} ({one.words})" for one in unmeasured]),
            notes.strip(),
            "",
        ]
    )


def _listed(title: str, lines: Sequence[str], mark: str = "-") -> list[str]:
    return [title, "", *(f"{mark} {line}" for line in lines), ""] if lines else []


def _run(row: Row) -> str:
    run = row["run"]
    rounds = f"{run['rounds']} round{'s' * (run['rounds'] > 1)}"
    return f"{run['on']}, at {run['commit']}, {run['machine']}; {run['rows']:,} rows, {rounds}"
