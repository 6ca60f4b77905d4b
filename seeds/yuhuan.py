"""The tree of Yuhuan: the county federation and its twelve review units."""

import csv
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import ROOT
from registry.db import bulk_insert, table_of, transaction
from registry.trail.operations import record
from registry.unions.models import Level, TradeUnion

COUNTY = "331083"
COUNTY_NAME = "玉环市总工会"
# A township federation is a general union in streets and towns, a league of unions in the two
# townships on islands.
_LEAGUE = "乡"


class Unit(NamedTuple):
    """A review unit: its nine-digit code, the place's name and the name of its federation."""

    code: str
    place: str
    name: str


def units() -> list[Unit]:
    """Return the twelve review units in the order of their codes."""
    path = ROOT / "seeds" / "codes" / "yuhuan_units.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Unit(
                row["code"],
                row["name"],
                row["name"] + ("工会联合会" if row["kind"] == _LEAGUE else "总工会"),
            )
            for row in csv.DictReader(file)
        ]


def seed_tree() -> int:
    """Write the county federation and the review units that are missing; return how many were.

    Again it changes nothing, and leaves no entry on the trail.
    """
    with transaction() as session:
        laid = _lay_tree(session)
        if laid:
            record_seed(session, {"unions": laid})
    return laid


def record_seed(session: Session, added: dict[str, int]) -> None:
    """Write on the trail what was laid, in the transaction that lays it."""
    record(
        session,
        "installation.seed",
        actor=None,
        actor_name="seed",
        county=COUNTY,
        place=COUNTY,
        detail=added,
    )


def _lay_tree(session: Session) -> int:
    rows: list[tuple[str, str | None, Level, str]] = [(COUNTY, None, Level.COUNTY, COUNTY_NAME)]
    rows += [(unit.code, COUNTY, Level.TOWNSHIP, unit.name) for unit in units()]
    there = set(session.scalars(select(TradeUnion.code).where(TradeUnion.county == COUNTY)))
    missing = [row for row in rows if row[0] not in there]
    if not missing:
        return 0
    codes, parents, levels, names = (list(column) for column in zip(*missing, strict=True))
    columns: dict[str, Sequence[object]] = {
        "code": codes,
        "county": [COUNTY] * len(codes),
        "path": [place_of(code) for code in codes],
        "parent_code": parents,
        "level": levels,
        "name": names,
        "status": ["active"] * len(codes),
    }
    return bulk_insert(session, table_of(TradeUnion), list(columns), list(columns.values()))


def place_of(code: str) -> str:
    """Return a union's path, from the county down to itself."""
    codes = [COUNTY, code[:9], code]
    return "/" + "".join(f"{part}/" for part in dict.fromkeys(codes))
