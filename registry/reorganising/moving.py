"""A union moved under another unit: its path and all that hold it follow, in one transaction."""

from sqlalchemy import Table, case, exists, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.db import table_of, transaction
from registry.errors import InputRefused, StateRefused
from registry.members.models import Membership, Transfer
from registry.questions.models import Question
from registry.reorganising.open_work import OpenWork, open_work
from registry.review.models import IdentityCase
from registry.submissions.bundles.models import BundlePart
from registry.submissions.models import Submission
from registry.unions import queries
from registry.unions.lifecycle import demand_unit
from registry.unions.recording import changed, checked_note, taken, tell
from registry.unions.states import UnionAct

# Where a union's own path stands beside its code. Campaigns and bundles have the path of a unit or
# of the county, which do not move.
FOLLOWING: tuple[tuple[Table, str], ...] = (
    (table_of(Submission), "path"),
    (table_of(BundlePart), "path"),
    (table_of(Question), "path"),
    (table_of(Transfer), "from_path"),
    (table_of(Transfer), "to_path"),
)


def move(code: str, parent_code: str, *, note: str = "", actor: Actor) -> None:
    """Put a union under another unit of the county; its code, members and history stay.

    Raises `InputRefused` (union.same), `NotFound` and `Forbidden` without the permission at both
    units, `StateRefused` for a place that is no unit, and while a roster of many unions with this
    one in it is being split.
    """
    note = checked_note(note)
    with transaction() as session:
        one = taken(session, code, UnionAct.MOVE, actor)
        parent = queries.find(session, parent_code)
        demand(actor, Permission.MANAGE_UNIONS, parent.path)
        demand_unit(parent)
        if parent.code == one.parent_code:
            raise InputRefused("union.same", "上级工会和原来一样，没有更改。")
        if OpenWork.BUNDLES in open_work(session, one.county, one.code):
            raise StateRefused(
                "union.bundle", "有一份合并名册里有该工会、还没有办完，办完以后再变更上级。"
            )
        former = one.path
        one.path = f"{parent.path}{one.code}/"
        before, after = changed(one, {"parent_code": parent.code})
        session.flush()
        for table, column in FOLLOWING:
            session.execute(
                update(table)
                .where(table.c.county == one.county, table.c[column] == former)
                .values({column: one.path})
            )
        _give_back(session, one.county, one.code)
        settle_transfers_at(session, one.county, one.code, parent.path)
        rule_cases_at(session, one.county, one.code, above(former), parent.path)
        tell(session, one, UnionAct.MOVE, actor, before=before, after=after, note=note)


def _give_back(session: Session, county: str, code: str) -> None:
    """Free the union's rosters from reviewers who see them no more."""
    of_union = (Submission.county == county, Submission.union_code == code)
    session.execute(update(Submission).where(*of_union).values(assigned_to=None, assigned_at=None))


def settle_transfers_at(session: Session, county: str, code: str, unit: str) -> None:
    """Let the federation that is now the nearest above both sides settle the union's transfers."""
    transfers = table_of(Transfer)
    for own, other in (("from_union", "to_path"), ("to_union", "from_path")):
        shares = transfers.c[other].startswith(unit, autoescape=True)
        session.execute(
            update(transfers)
            .where(transfers.c.county == county, transfers.c[own] == code)
            .values(arbiter=case((shares, unit), else_=above(unit)))
        )


def rule_cases_at(session: Session, county: str, code: str, former: str, unit: str) -> None:
    """Take the cases of the union's members along: to the new unit where nobody else is in them,
    else to the county, which is above all of them.
    """
    cases = table_of(IdentityCase)
    of_other = exists().where(
        Membership.county == county,
        Membership.member_id == cases.c.other_id,
        Membership.union_code == code,
    )
    of_roster = exists().where(
        Submission.county == county,
        Submission.id == cases.c.submission_id,
        Submission.union_code == code,
    )
    here = (cases.c.county == county, cases.c.path == former)
    alone = (
        (cases.c.union_code == code)
        & (cases.c.other_id.is_(None) | of_other)
        & (cases.c.submission_id.is_(None) | of_roster)
    )
    session.execute(update(cases).where(*here, alone).values(path=unit))
    involved = (cases.c.union_code == code) | of_other | of_roster
    session.execute(update(cases).where(*here, involved).values(path=above(former)))


def above(path: str) -> str:
    """Return the path of the place above."""
    return f"{path.rstrip('/').rpartition('/')[0]}/"
