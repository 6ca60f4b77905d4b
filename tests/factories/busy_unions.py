"""Unions to which much has happened, for pages that list it."""

from datetime import date

from sqlalchemy import insert

from registry.clock import now
from registry.db import allocate, table_of, transaction
from registry.unions.models import UnionEvent
from registry.unions.states import UnionAct
from tests.factories.unions import COUNTY


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
