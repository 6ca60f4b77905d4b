"""People of whom a roster says something else than the register, and what became of them."""

from sqlalchemy import func, select

from registry.db import db
from registry.members.models import Member, Membership
from registry.review.models import IdentityCase
from registry.submissions.queries import find, row
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_roster

FAR_UNION, FAR_TOWNSHIP = "3310830020001", "331083002"
ANNA, BEN, CARL, *OTHERS = make_people(8)
WHY = {"note": "已对照身份证复印件"}


def again(person, **changes):
    return make_roster([person], {0: changes})


def member_of(name):
    db.session.rollback()
    query = select(Member).where(Member.full_name == name).order_by(Member.id.desc())
    return db.session.scalars(query).first()


def case():
    db.session.rollback()
    return db.session.scalars(select(IdentityCase).order_by(IdentityCase.id.desc())).first()


def state_of(number, at=2):
    db.session.rollback()
    return row(db.session(), find(db.session(), number), at).state


def active(union=UNION):
    db.session.rollback()
    return db.session.scalar(
        select(func.count())
        .select_from(Membership)
        .where(Membership.union_code == union, Membership.state == "ACTIVE")
    )


def twin(person, other):
    """A roster of somebody with the name and mobile of `person` and the number of `other`."""
    said = {"full_name": person.full_name, "mobile": person.mobile}
    return again(other, **said)
