"""Unions to which much has happened, for pages that list it."""

from datetime import date

from sqlalchemy import insert

from registry.clock import now
from registry.db import allocate, table_of, transaction
from registry.unions.intake.lines import IntakeState, Line, Outcome, SheetFacts, encoded
from registry.unions.models import UnionEvent, UnionIntake
from registry.unions.states import UnionAct
from tests.factories.unions import COUNTY, TOWNSHIP


def make_union_events(unions: list[str]) -> None:
    """Let each of these unions elect anew and change, as often as it is named."""
    told = {"county": COUNTY, "counts_on": date(2024, 1, 1), "before": "{}", "after": "{}"}
    acts = [(code, act) for code in unions for act in (UnionAct.ELECT, UnionAct.CHANGE)]
    with transaction() as session:
        first = allocate(session, f"union_event:{COUNTY}", len(acts))
        session.execute(
            insert(table_of(UnionEvent)),
            [
                {**told, "id": first + at, "union_code": code, "act": act, "recorded_at": now()}
                for at, (code, act) in enumerate(acts)
            ],
        )


def make_union_intakes(count: int) -> None:
    """Let so many workbooks of so many refused rows have been read at a unit and in the city."""
    lines = [
        Line(row, Outcome.REFUSED, "", f"第 {row} 家工会", [], [], {}, {})
        for row in range(2, count + 2)
    ]
    told = {
        "county": COUNTY,
        "file_name": "工会名单.xlsx",
        "sha256": "0" * 64,
        "state": IntakeState.WAITING,
        **dict.fromkeys(("new_count", "changed_count", "same_count"), 0),
        "refused_count": count,
        "lines": encoded(lines),
        "sheet": encoded(SheetFacts({}, [], [])),
        "read_by": 1,
        "read_at": now(),
    }
    with transaction() as session:
        first = allocate(session, f"union_intake:{COUNTY}", 2 * count)
        rows = [
            {**told, "id": first + at, "place": TOWNSHIP if at < count else COUNTY}
            for at in range(2 * count)
        ]
        session.execute(insert(table_of(UnionIntake)), rows)
