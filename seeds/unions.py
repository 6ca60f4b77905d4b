"""The demo's grassroots unions and the numbers of employees that they declared."""

from random import Random

from sqlalchemy.orm import Session

from registry.clock import now
from registry.db import bulk_insert, table_of
from registry.unions.models import Headcount, Level, TradeUnion
from seeds.employers import DECLARED_ON, Employer, year_before
from seeds.yuhuan import COUNTY, place_of


def lay_unions(session: Session, employers: list[Employer]) -> int:
    """Write the unions below their units; return their number."""
    count = len(employers)
    columns: dict[str, list[object]] = {
        "code": [employer.code for employer in employers],
        "county": [COUNTY] * count,
        "path": [place_of(employer.code) for employer in employers],
        "parent_code": [employer.code[:9] for employer in employers],
        "level": [Level.GRASSROOTS] * count,
        "name": [employer.name for employer in employers],
        "kind": [employer.kind for employer in employers],
        "status": ["active"] * count,
        "industry": [employer.industry for employer in employers],
        "employer_category": [employer.category for employer in employers],
        "formed_on": [employer.formed_on for employer in employers],
    }
    return bulk_insert(session, table_of(TradeUnion), list(columns), list(columns.values()))


def lay_headcounts(session: Session, employers: list[Employer], chance: Random) -> int:
    """Write what each union declared, a year ago and now; return the number of declarations."""
    before, latest = DECLARED_ON
    told = [
        (employer.code, day, employees)
        for employer in employers
        for day, employees in (
            (before, year_before(employer.employees, chance)),
            (latest, employer.employees),
        )
        if employer.formed_on <= day
    ]
    codes, days, employees = (list(column) for column in zip(*told, strict=True))
    names = ("county", "union_code", "declared_on", "employees", "recorded_at")
    columns = ([COUNTY] * len(told), codes, days, employees, [now()] * len(told))
    return bulk_insert(session, table_of(Headcount), names, columns)
