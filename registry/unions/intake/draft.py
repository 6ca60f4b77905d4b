"""What a row would do to one union, step by step: the rules are those of the acts on the screen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from registry.errors import InputRefused
from registry.unions.book import COLUMN
from registry.unions.intake.lines import Step
from registry.unions.intake.rules import Fault, fault, fault_of
from registry.unions.states import TRANSITIONS, UnionAct, UnionState

_T = TypeVar("_T")


@dataclass(slots=True)
class Draft:
    """A union while a row is laid into it. `told` is what the row says, `values` the union's
    columns as they would stand; `cover` and `uncover` the employers (name, credit code; number).
    """

    told: Mapping[str, str]
    values: dict[str, Any]
    faults: list[Fault]
    steps: list[Step] = field(default_factory=list)
    cover: list[tuple[str, str | None]] = field(default_factory=list)
    uncover: list[int] = field(default_factory=list)

    @property
    def state(self) -> UnionState:
        """The union's state as it would stand."""
        return UnionState(self.values["status"])

    def day(self, name: str) -> date | None:
        """Return the day that the row tells."""
        text = self.told.get(name)
        return date.fromisoformat(text) if text else None

    def add(self, new: Fault) -> None:
        """Note a fault; a field keeps its first, from which the others follow."""
        if new.field is None or new.field not in {one.field for one in self.faults}:
            self.faults.append(new)

    def refuse(self, name: str | None, rule: str, **facts: object) -> None:
        """Note what is wrong with a field."""
        self.add(fault(name, rule, **facts))

    def refuse_day(self, name: str, rule: str, **facts: object) -> None:
        """Note what is wrong with a day; the sentence names its column."""
        self.refuse(name, rule, label=COLUMN[name].label, **facts)

    def attempt(self, name: str, check: Callable[..., _T], *told: Any) -> _T | None:
        """Return what a check of the acts returns, None and a fault of the field if it refuses."""
        try:
            return check(*told)
        except InputRefused as error:
            self.add(fault_of(error, name))
            return None

    def step(self, act: UnionAct, new: Mapping[str, Any], on: date | None = None) -> None:
        """Do an act: set what differs, and move the state."""
        moved = TRANSITIONS.get((self.state, act))
        if moved is None:
            self.refuse(None, "union.no_act", state=self.state.label, act=act.label)
            return
        wanted = {**new, "status": moved.value}
        differing = {name: value for name, value in wanted.items() if self.values[name] != value}
        before = {name: _text(self.values[name]) for name in differing}
        after = {name: _text(value) for name, value in differing.items()}
        self.values.update(differing)
        self.steps.append(Step(act, before, after, on))


def _text(value: Any) -> str | None:
    return value.isoformat() if isinstance(value, date) else value
