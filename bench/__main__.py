"""`python3 dev.py bench` measures and prints the table."""

import argparse
import importlib
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from bench import document, table
from bench.ground import POSTGRESQL, SQLITE, Ground
from bench.measures import MEASURES, Measure
from bench.postgresql import server
from bench.table import Goal, Measured


def main() -> int:
    """Measure what is asked for; return 1 when something could not be measured.

    A goal that is not met is no failure: its row says so.
    """
    asked = _arguments()
    chosen = _chosen(asked.only, asked.long)
    engines = [SQLITE, POSTGRESQL] if asked.engine == "both" else [asked.engine]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    rows = []
    with _folder() as folder:
        for engine in engines:
            with server(folder / "server") if engine == POSTGRESQL else nullcontext() as running:
                ground = Ground(engine, folder, asked.rows, asked.rounds, running)
                for measure in chosen:
                    for row in _measured(measure, ground):
                        rows.append(row.as_row())
                        print(table.text(rows[-1]), flush=True)
    dated = document.dated(rows, {"rows": asked.rows, "rounds": asked.rounds})
    document.save(document.RESULTS, dated)
    if asked.write_docs:
        document.keep(dated, _goals())
    return 1 if any(row["value"] is None for row in rows) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py bench")
    names = ", ".join(measure.name for measure in MEASURES)
    parser.add_argument("--rows", type=int, default=100_000, help="rows of a large roster")
    parser.add_argument("--rounds", type=int, default=3, help="how often each step is done")
    parser.add_argument("--only", nargs="+", metavar="NAME", help=f"some of: {names}")
    parser.add_argument("--long", action="store_true", help="also what takes many minutes")
    parser.add_argument("--engine", choices=[SQLITE, POSTGRESQL, "both"], default="both")
    parser.add_argument("--write-docs", action="store_true", help="write docs/performance.md")
    return parser.parse_args()


def _chosen(only: Sequence[str] | None, long: bool) -> list[Measure]:
    if only is None:
        return [measure for measure in MEASURES if long or not measure.is_long]
    unknown = set(only) - {measure.name for measure in MEASURES}
    if unknown:
        raise SystemExit(f"no measure is called {', '.join(sorted(unknown))}")
    return [measure for measure in MEASURES if measure.name in only]


def _measured(measure: Measure, ground: Ground) -> list[Measured]:
    """Run a measure; what fails gives each of its rows the reason, and the others go on."""
    module = _module(measure)
    try:
        measured: list[Measured] = module.measure(ground)
    except Exception as failure:
        traceback.print_exc()
        reason = " ".join(str(failure).split()) or type(failure).__name__
        return [Measured(goal, ground.engine, None, note=reason) for goal in module.GOALS]
    return measured


def _module(measure: Measure) -> Any:
    return importlib.import_module(f"bench.measures.{measure.name}")


def _goals() -> list[Goal]:
    return [goal for measure in MEASURES for goal in _module(measure).GOALS]


@contextmanager
def _folder() -> Iterator[Path]:
    """Lend a folder that everybody may enter: the server runs as nobody where we are root."""
    folder = Path(tempfile.mkdtemp(prefix="tongxin-bench-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
