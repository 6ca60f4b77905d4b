"""Campaigns of a busy site."""

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from registry.access.actor import Actor
from registry.campaigns.aiming import set_targets
from registry.campaigns.models import Campaign, CampaignScope, CampaignTarget, CampaignTurn
from registry.clock import now, today
from registry.db import db, transaction
from registry.identity.mask import Sight
from registry.members.checked import begin_of
from registry.members.models import CheckedTally, Membership
from registry.submissions import confirming
from registry.submissions.whereabouts import Reason, Said
from registry.unions import queries as unions
from tests.factories.campaigns import begin
from tests.factories.copies import copies
from tests.factories.registrations import begin as begin_registration
from tests.factories.rosters import UNION
from tests.factories.unions import TOWNSHIP


def make_campaigns(clerk: Actor, auditor: Actor, count: int) -> int:
    """Have many campaigns, closed but for one, in which half of the union's members are answered
    for; returns the number of that.

    The members were last checked long before.
    """
    number = begin(auditor)
    closed: dict[str, Any] = {"state": "CLOSED", "closed_by": 1, "closed_at": now()}
    copies(
        Campaign,
        Campaign.id == number,
        count,
        id=lambda copy: 1_000 + copy,
        **{name: lambda _, value=value: value for name, value in closed.items()},
    )
    copies(
        CampaignScope,
        CampaignScope.campaign_id == number,
        count,
        campaign_id=lambda copy: 1_000 + copy,
    )
    # The union's checks, told of each other union too.
    copies(
        CheckedTally,
        CheckedTally.union_code == UNION,
        count,
        union_code=lambda copy: f"{TOWNSHIP}{999 + copy}",
    )
    earlier = timedelta(days=100)
    with transaction() as session:
        session.execute(update(Membership).values(admitted_at=now() - earlier))
        session.execute(update(CheckedTally).values(checked_on=today() - earlier))
    before = begin_of(today())
    union = unions.find(db.session(), UNION)
    open_ones = confirming.asked(db.session(), union, before, Sight.OWN_UNION, limit=count)
    said = {one.member_id: Said(Reason.LEFT) for one in open_ones[: count // 2]}
    confirming.say(UNION, before, said, actor=clerk)
    return number


def make_registration(auditor: Actor, count: int) -> int:
    """Have a registration whose unit began many times and whose target was set many times; returns
    its number.
    """
    number = begin_registration(auditor)
    set_targets(number, {(TOWNSHIP, today()): 5}, actor=auditor)
    for model in (CampaignTurn, CampaignTarget):
        chosen = (model.campaign_id == number) & (model.union_code == TOWNSHIP)
        copies(model, chosen, count, number=lambda copy: 1_000 + copy)
    return number
