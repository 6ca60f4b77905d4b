"""Unions with figures of their own, straight into the tallies."""

from datetime import date
from typing import Any

from registry.clock import now
from registry.db import transaction
from registry.members.models import CheckedTally, Tally
from registry.totals.metrics import CELLS
from registry.unions.models import Headcount
from tests.factories.unions import COUNTY


def make_counts(code: str, day: date, active: int, employees: int = 0, **counts: int) -> None:
    """Let a union have so many active members at the end of a day, with all cells filled and all
    checked that day, from one roster that passed at once; and declare its employees if there are.
    """
    counted: dict[str, Any] = {
        "filled": active * CELLS,
        "rows": active,
        "submitted": 1,
        "first_pass": 1,
        "admissions": 1,
        **counts,
    }
    key: dict[str, Any] = {"county": COUNTY, "union_code": code}
    with transaction() as session:
        session.add(Tally(**key, day=day, active=active, **counted))
        session.add(CheckedTally(**key, day=day, checked_on=day, entered=active, verified=0))
        if employees:
            session.add(Headcount(**key, declared_on=day, employees=employees, recorded_at=now()))
