"""Campaigns of verification, begun today."""

from datetime import timedelta

from registry.access.actor import Actor
from registry.campaigns import operations, queries
from registry.campaigns.operations import Plan
from registry.campaigns.queries import CampaignView
from registry.clock import today
from registry.db import db
from registry.identity.mask import Sight
from registry.submissions import confirming
from registry.submissions.whereabouts import AskedMember, Reason, Said
from registry.unions import queries as unions
from tests.factories.rosters import UNION
from tests.factories.unions import COUNTY

TITLE = "下半年会员复核"


def begin(actor: Actor, place: str = COUNTY, **details: object) -> int:
    """Begin a campaign that is due in twenty days; returns its number."""
    plan = Plan(TITLE, today(), today() + timedelta(days=20))
    return operations.begin(place, plan._replace(**details), actor=actor)


def campaign(number: int) -> CampaignView:
    """Return a campaign as the county sees it."""
    db.session.rollback()
    return queries.find(db.session(), COUNTY, f"/{COUNTY}/", number)


def listed(number: int, union: str = UNION, **options: object) -> list[AskedMember]:
    """Return the members of whom a campaign asks a union."""
    before = campaign(number).opens_at
    place = unions.find(db.session(), union)
    return confirming.asked(db.session(), place, before, Sight.OWN_UNION, **options)


def answer(number: int, member_id: int, reason: Reason | None, clerk: Actor, on: str = "") -> None:
    """Say on the page what became of a member."""
    before = campaign(number).opens_at
    confirming.say(clerk.place, before, {member_id: Said(reason, on)}, actor=clerk)


def answer_rest(number: int, clerk: Actor) -> int:
    """Say on the page that all the rest are still here."""
    return confirming.say_rest(clerk.place, campaign(number).opens_at, actor=clerk)


def draft_of(union: str = UNION) -> int | None:
    """Return the number of the draft with a union's answers."""
    db.session.rollback()
    found = confirming.draft_of(db.session(), unions.find(db.session(), union))
    return found.id if found else None
