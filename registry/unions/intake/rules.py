"""What is said of a row of a workbook of unions: `seeds/union-rules.csv`, beside the refusals of
the acts and the rules on cells that rosters have too.
"""

import csv
from pathlib import Path
from typing import NamedTuple

from registry.errors import InputRefused

_SEED = Path(__file__).resolve().parents[3] / "seeds" / "union-rules.csv"


class Fault(NamedTuple):
    """What is wrong with a row: in which field (None: the row as a whole), by which rule."""

    field: str | None
    code: str
    message: str


def _read() -> dict[str, str]:
    with _SEED.open(encoding="utf-8", newline="") as file:
        return {line["code"]: line["sentence"] for line in csv.DictReader(file)}


RULES = _read()


def fault(field: str | None, rule: str, **facts: object) -> Fault:
    """Return the fault of a rule, its sentence made from these facts."""
    return Fault(field, rule, RULES[rule].format(**facts))


def fault_of(error: InputRefused, field: str) -> Fault:
    """Return the refusal of an act as a fault of a field."""
    return Fault(field, error.code, error.message)
