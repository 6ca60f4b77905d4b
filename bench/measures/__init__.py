"""The list of measures. Each is a module here with `GOALS`, the lines of the table that it fills,
and `measure(ground) -> list[Measured]`, which fills them for the engine of that ground.

`dev.py bench` names them in this order; a module is imported only when it is run.
"""

from typing import NamedTuple


class Measure(NamedTuple):
    """A measure by the name that `--only` takes; `is_long` ones run only when they are named or
    with `--long`."""

    name: str
    is_long: bool = False


MEASURES = (
    Measure("submit"),
    Measure("peers"),
    Measure("approve"),
    Measure("resubmit"),
    Measure("rosters"),
    Measure("small_roster"),
    Measure("bulk", is_long=True),
    Measure("big_register"),
    Measure("busy_site"),
    Measure("huge_register", is_long=True),
)
