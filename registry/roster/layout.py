"""What a person said about a sheet's columns, and what is unsure about them. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

# Before the field that the cells of a column without a header look like: such a column's "label".
UNHEADED = "?"
# Between a label that a sheet bears several times and which one of these it is. No normalised label
# holds it.
NTH = "※"


class Layout(NamedTuple):
    """How a file is to be understood, beyond what its own labels say.

    `sheet`: the sheet to read, None for the first that is a roster. `labels`: what this union calls
    its columns, {normalised label: field or ""}, with `UNHEADED` and `NTH` where a label alone does
    not tell. `columns`: for this file alone, {letter: field or
    ""}; "" is a column that is not taken. With `asks`, whoever reads stops where something is
    unsure instead of going on with the best guess.
    """

    sheet: str | None = None
    labels: Mapping[str, str] = {}
    columns: Mapping[str, str] = {}
    asks: bool = False

    @property
    def is_confirmed(self) -> bool:
        """Whether a person has said what the columns are: nothing is unsure then."""
        return bool(self.columns)


class Why(StrEnum):
    """Why a column is unsure."""

    NEAR = "near"  # its label is nearly one that is known
    LOOKS = "looks"  # its cells look like something that has no column
    TWICE = "twice"  # another column claims the same field


class Doubt(NamedTuple):
    """A column that somebody should look at. `guess` is the field that it may be."""

    column: str
    header: str
    why: Why
    guess: str | None


class Unclear(NamedTuple):
    """A column without a field, as the sandbox saw it. `looks`: the field its cells look like, or
    ""; `repeats`: the field that another column has already, or ""; `is_filled`: it has cells that
    differ from those of that other column."""

    column: str
    header: str
    looks: str
    repeats: str
    is_filled: bool
