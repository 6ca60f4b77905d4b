"""What a run leaves: a JSON of all rows and, where asked, `docs/performance.md`."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import table
from bench.ground import ROOT

RESULTS = ROOT / "bench-results" / "bench.json"
KEPT = ROOT / "docs" / "performance.json"
PAGE = ROOT / "docs" / "performance.md"
NOTES = ROOT / "bench" / "notes.md"

Row = dict[str, Any]


def dated(rows: Sequence[Row], sizes: Mapping[str, int]) -> list[Row]:
    """Return the rows with the day, the machine and the sizes of this run."""
    run = {"on": datetime.now(UTC).date().isoformat(), "machine": machine(), **sizes}
    return [{**row, "run": run} for row in rows]


def machine() -> str:
    """Return what was measured on: processor, cores, system and Python."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()},"
        f" Python {platform.python_version()}"
    )


def save(path: Path, rows: Sequence[Row]) -> None:
    """Write rows as JSON."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", "utf-8")


def keep(rows: Sequence[Row], order: Sequence[str]) -> None:
    """Put rows into those kept from earlier runs, and write the page from all of them.

    `order` are the names of all goals there are: a row that no measure fills any more is left out.
    """
    old = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else []
    merged = {(row["name"], row["engine"]): row for row in [*old, *rows]}
    known = [row for row in merged.values() if row["name"] in order]
    known.sort(key=lambda row: (order.index(row["name"]), row["engine"] != "sqlite"))
    save(KEPT, known)
    PAGE.write_text(page(known, NOTES.read_text("utf-8")), "utf-8")


def page(rows: Sequence[Row], notes: str) -> str:
    """Return the page: the figures of `rows`, then the notes written by hand."""
    missed = [row for row in rows if row["verdict"] != "met"]
    runs: dict[tuple[str, ...], None] = {}
    for row in rows:
        run = row["run"]
        runs[run["on"], run["machine"], f"{run['rows']:,}", str(run["rounds"])] = None
    measured = [
        f"- {on}, {which}: {count} rows, {rounds} rounds" for on, which, count, rounds in runs
    ]
    return "\n".join(
        [
            "# Performance",
            "",
            "<!-- Written by `python3 dev.py bench --write-docs`; the text below the figures is"
            " `bench/notes.md`. -->",
            "",
            f"{len(rows) - len(missed)} of {len(rows)} goals are met.",
            "",
            table.markdown(rows),
            "",
            "Measured on:",
            "",
            *measured,
            "",
            notes.strip(),
            "",
        ]
    )
