"""What a member is counted by, and how it is written down. Pure."""

from typing import NamedTuple


class Facts(NamedTuple):
    """What a member is counted by: codes, "" where nothing is known; `born_in` is a year or 0."""

    state: str
    sex: str
    is_migrant_worker: str
    worker_group: str
    born_in: int


def facts_of(cell: str) -> Facts:
    """Return the facts that a cell's name says; without a year where it has none."""
    state, sex, is_migrant_worker, worker_group, *born_in = cell.split(",")
    return Facts(state, sex, is_migrant_worker, worker_group, int(born_in[0]) if born_in else 0)


def cell_of(facts: Facts) -> str:
    """Return the name of the cell, with the year, in which members with these facts are counted."""
    return ",".join(map(str, facts))


def without_year(cell: str) -> str:
    """Return the cell without the year that one with it belongs to."""
    return cell.rpartition(",")[0]
