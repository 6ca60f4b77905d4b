"""`drills`: every fault that the product must outlast, for as long as told, and the page on it.

Each drill writes a line of JSON; docs/reliability.md is written from these. Lines of an earlier run
stay for drills that were not run again (`--only`).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from workbench import child, environment

PAGE = environment.ROOT / "docs" / "reliability.md"
LINES = environment.ROOT / "docs" / "reliability.json"
HEAD = """# Reliability

Written by `python3 dev.py drills --write-docs`; not to be edited by hand. What each drill does
stands in `tests/drills/`, what is asserted after each in `tests/drills/checker.py`: it asks the
database with SQL of its own and knows none of the product. The rows that were sent are all there,
in one state each; nobody has two live memberships; every status has its entry on the trail; the
totals are what members come to; the chain holds; everything acknowledged is there exactly once.
`acknowledged` counts what people were told had been done, kept outside of the installation;
`lost` and `doubled` are counted by the checker.

"""


def run(arguments: list[str]) -> int:
    """Run the drills; return pytest's exit code."""
    asked = _parser().parse_args(arguments)
    environment.ensure("dev")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report"
        report.touch()
        failed = _pytest(asked, report)
        lines = [json.loads(line) for line in report.read_text("utf-8").splitlines()]
    if asked.write_docs:
        _write(_with_earlier(lines, asked.seed))
    for line in lines:
        print(_row(line))
    return failed


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 dev.py drills")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="another one each time")
    parser.add_argument(
        "--times", type=int, help="repetitions of each; each has its own usual ones"
    )
    parser.add_argument("--only", default="", help="a word of pytest's -k: killed, disk, sqlite …")
    parser.add_argument("--write-docs", action="store_true", help="write docs/reliability.md anew")
    return parser


def _pytest(asked: argparse.Namespace, report: Path) -> int:
    given = {"DRILL_REPORT": str(report), "DRILL_SEED": str(asked.seed)}
    if asked.times:
        given["DRILL_TIMES"] = str(asked.times)
    print(f"seed {asked.seed}", flush=True)
    only = ["-k", asked.only] if asked.only else []
    try:
        return subprocess.run(
            [str(environment.PYTHON), "-m", "pytest", "tests/drills", "-m", "", "-q", *only],
            cwd=environment.ROOT,
            env=environment.variables(**given),
            check=False,
            preexec_fn=child.die_with_parent,
        ).returncode
    except KeyboardInterrupt:
        return 130  # what was done until then is kept all the same


def _with_earlier(lines: list[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    dated = [{**line, "seed": seed, "on": time.strftime("%Y-%m-%d")} for line in lines]
    earlier = json.loads(LINES.read_text("utf-8")) if LINES.exists() else []
    by_drill = {(line["fault"], line["engine"]): line for line in [*earlier, *dated]}
    return [by_drill[key] for key in sorted(by_drill)]


def _write(lines: list[dict[str, Any]]) -> None:
    LINES.write_text(json.dumps(lines, ensure_ascii=False, indent=1) + "\n", "utf-8")
    table = [
        "| fault | engine | times | acknowledged | lost | doubled | seconds | seed | |",
        "|---|---|--:|--:|--:|--:|--:|--:|---|",
        *(f"{_row(line)} {line['seed']} | {line['note']} |" for line in lines),
    ]
    machine = f"{os.cpu_count()} processors, {platform.system()} {platform.release().split('-')[0]}"
    days = sorted({line["on"] for line in lines})
    PAGE.write_text(
        f"{HEAD}{machine}, {days[0]} to {days[-1]}.\n\n" + "\n".join(table) + "\n", "utf-8"
    )


def _row(line: dict[str, Any]) -> str:
    names = ("fault", "engine", "times", "acknowledged", "lost", "doubled", "seconds")
    return "| " + " | ".join(str(line[name]) for name in names) + " |"
