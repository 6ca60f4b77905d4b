"""The table: what is to be reached, what was measured, and how it is shown."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Goal:
    """A line of the table: `name` is short and stays the same, `what` is measured `against` what.

    `bound` in `unit` (×, MB, ms, s, %) is not to be passed: upwards, or downwards where `at_least`.
    """

    name: str
    what: str
    against: str
    bound: float
    unit: str = "×"
    at_least: bool = False

    @property
    def words(self) -> str:
        """The bound as a reader writes it, such as ≤ 1.5 ×."""
        return f"{'≥' if self.at_least else '≤'} {self.bound:g} {self.unit}"

    def is_met_by(self, value: float) -> bool:
        """Tell whether a value keeps the bound."""
        return value >= self.bound if self.at_least else value <= self.bound


@dataclass(frozen=True)
class Measured:
    """A goal's value on one engine; None where it could not be measured, and `note` says why.

    `figures` are what the value was made of, by name with their units: {"submit CPU s": 3.5}.
    """

    goal: Goal
    engine: str
    value: float | None
    figures: Mapping[str, float] = field(default_factory=dict)
    note: str = ""

    @property
    def verdict(self) -> str:
        """Whether the goal is met, in a word."""
        if self.value is None:
            return "FAILED"
        return "met" if self.goal.is_met_by(self.value) else "NOT met"

    def as_row(self) -> dict[str, Any]:
        """Return the line as plain data, as it stands in the JSON and as `text` takes it."""
        return {
            **asdict(self.goal),
            "goal": self.goal.words,
            "engine": self.engine,
            "value": self.value,
            "verdict": self.verdict,
            "figures": dict(self.figures),
            "note": self.note,
        }


def text(row: Mapping[str, Any]) -> str:
    """Return a row as one line for a terminal."""
    figures = ", ".join(f"{name} {shown(value)}" for name, value in row["figures"].items())
    more = "; ".join(part for part in (figures, row["note"]) if part)
    value = _value(row)
    return (
        f"{row['name']:<28}{row['engine']:<12}{value:>11}  {row['goal']:<10}"
        f" {row['verdict']:<8} {more}"
    )


def markdown(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows, each with the number of its `run`, as a table of Markdown."""
    lines = [
        "| measured | against | on | value | goal | | made of | run |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        figures = [f"{name} {shown(value)}" for name, value in row["figures"].items()]
        made_of = "; ".join([*figures, *([row["note"]] if row["note"] else [])])
        verdict = row["verdict"] if row["verdict"] == "met" else f"**{row['verdict']}**"
        lines.append(
            f"| {row['what']} | {row['against']} | {row['engine']} | {_value(row)}"
            f" | {row['goal']} | {verdict} | {made_of} | {row['run']} |"
        )
    return "\n".join(lines)


def shown(value: float) -> str:
    """Return a figure with three digits that count."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _value(row: Mapping[str, Any]) -> str:
    return "–" if row["value"] is None else f"{shown(row['value'])} {row['unit']}"
