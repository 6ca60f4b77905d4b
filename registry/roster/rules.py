"""Every finding and refusal that the product knows, read from `seeds/rules.csv`."""

import csv
from pathlib import Path
from typing import NamedTuple

_SEED = Path(__file__).resolve().parents[2] / "seeds" / "rules.csv"


class Rule(NamedTuple):
    """One rule: `severity` is error, warning, fixed or refused; `level` is cell, row or file."""

    code: str
    severity: str
    level: str
    condition: str
    suggested_fix: str


def _read() -> dict[str, Rule]:
    with _SEED.open(encoding="utf-8", newline="") as file:
        return {
            line["code"]: Rule(
                line["code"],
                line["severity"],
                line["level"],
                line["condition"],
                line["suggested_fix"] or "",
            )
            for line in csv.DictReader(file)
        }


RULES: dict[str, Rule] = _read()
