"""What happens to unions. Called inside the transaction of the act that needs it."""

from datetime import date

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.clock import now
from registry.unions.models import Headcount
from registry.unions.queries import Union


def declare_headcount(
    session: Session, union: Union, employees: int, on: date, *, actor: Actor
) -> None:
    """Write the number of employees declared for a day; a second declaration of that day
    replaces it.
    """
    session.execute(
        delete(Headcount).where(
            Headcount.county == union.county,
            Headcount.union_code == union.code,
            Headcount.declared_on == on,
        )
    )
    session.execute(
        insert(Headcount).values(
            county=union.county,
            union_code=union.code,
            declared_on=on,
            employees=employees,
            declared_by=actor.account_id,
            recorded_at=now(),
        )
    )
