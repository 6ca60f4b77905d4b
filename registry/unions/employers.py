"""The employers that a joint union covers: added and taken out, one transaction each."""

from typing import NamedTuple

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.db import table_of, transaction
from registry.errors import InputRefused, NotFound
from registry.unions.models import UnionEmployer
from registry.unions.particulars import COVERING, NOT_JOINT, checked_credit_code, checked_name
from registry.unions.recording import taken, tell
from registry.unions.states import UnionAct


class EmployerView(NamedTuple):
    """An employer as plain values."""

    number: int
    name: str
    credit_code: str | None


_employer = table_of(UnionEmployer).c


def employers(session: Session, county: str, code: str) -> list[EmployerView]:
    """Return the employers that a union covers, in the order in which they came."""
    query = select(*(_employer[name] for name in EmployerView._fields)).where(
        _employer.county == county, _employer.union_code == code
    )
    return [EmployerView(*row) for row in session.execute(query.order_by(_employer.number))]


def cover(code: str, name: str, credit_code: str = "", *, actor: Actor) -> None:
    """Add an employer to a joint union.

    Raises `InputRefused` (union.name, .credit_code, .not_joint, .employer_known), `StateRefused`.
    """
    name, checked_code = checked_name(name), checked_credit_code(credit_code)
    with transaction() as session:
        one = taken(session, code, UnionAct.COVER, actor)
        if one.kind not in COVERING:
            raise InputRefused(*NOT_JOINT)
        there = employers(session, one.county, one.code)
        if name in {each.name for each in there}:
            raise InputRefused("union.employer_known", "这个单位已经在列。")
        # What was taken out keeps its number in the history only; numbers go on from the highest.
        highest = select(func.max(_employer.number)).where(
            _employer.county == one.county, _employer.union_code == one.code
        )
        session.execute(
            insert(table_of(UnionEmployer)).values(
                county=one.county,
                union_code=one.code,
                number=(session.scalar(highest) or 0) + 1,
                name=name,
                credit_code=checked_code,
            )
        )
        tell(session, one, UnionAct.COVER, actor, after={"employer": name})


def uncover(code: str, number: int, *, actor: Actor) -> None:
    """Take an employer out of a joint union. Raises `NotFound`, `StateRefused`."""
    with transaction() as session:
        one = taken(session, code, UnionAct.UNCOVER, actor)
        there = {each.number: each for each in employers(session, one.county, one.code)}
        if number not in there:
            raise NotFound("union.employer_unknown", "这个单位不在列，可能已经移除，请刷新页面。")
        session.execute(
            delete(UnionEmployer).where(
                UnionEmployer.county == one.county,
                UnionEmployer.union_code == one.code,
                UnionEmployer.number == number,
            )
        )
        tell(session, one, UnionAct.UNCOVER, actor, before={"employer": there[number].name})
