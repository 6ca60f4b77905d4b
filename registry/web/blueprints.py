"""All families of screens, listed once."""

from typing import NamedTuple

from flask import Blueprint

from registry.web import (
    absent,
    accounts,
    bundles,
    campaign_cards,
    campaigns,
    clerks,
    columns,
    comparing,
    confirming,
    correcting,
    correcting_many,
    corrections,
    decisions,
    deputies,
    health,
    help,
    home,
    identities,
    mail,
    members,
    passing,
    person,
    published,
    question,
    questions,
    reference,
    reminders,
    returns,
    review,
    roster,
    sampling,
    sending,
    signin,
    submissions,
    totals,
    trail,
    transfers,
    union,
    union_acts,
    union_changes,
    unions,
)
from registry.web.waiting import Contributor


class Family(NamedTuple):
    """A family's screens and what it puts on the home page."""

    blueprint: Blueprint
    waiting: Contributor | None = None


FAMILIES: tuple[Family, ...] = (
    Family(health.blueprint),
    Family(signin.blueprint),
    Family(home.blueprint),
    Family(mail.blueprint),
    Family(roster.blueprint, roster.waiting),
    Family(columns.blueprint),
    Family(correcting.blueprint),
    Family(correcting_many.blueprint),
    Family(sending.blueprint),
    Family(comparing.blueprint),
    Family(absent.blueprint),
    Family(submissions.blueprint),
    Family(review.blueprint, review.waiting),
    Family(passing.blueprint),
    Family(returns.blueprint),
    Family(sampling.blueprint),
    Family(decisions.blueprint),
    Family(identities.blueprint, identities.waiting),
    Family(bundles.blueprint, bundles.waiting),
    Family(transfers.blueprint, transfers.waiting),
    Family(campaigns.blueprint, campaign_cards.waiting),
    Family(confirming.blueprint),
    Family(questions.blueprint, questions.waiting),
    Family(question.blueprint),
    Family(published.blueprint),
    Family(reference.blueprint, reference.waiting),
    Family(unions.blueprint, unions.waiting),
    Family(union.blueprint),
    Family(union_acts.blueprint),
    Family(union_changes.blueprint),
    Family(members.blueprint, members.waiting),
    Family(person.blueprint),
    Family(corrections.blueprint),
    Family(reminders.blueprint, reminders.waiting),
    Family(totals.blueprint, totals.waiting),
    Family(accounts.blueprint, accounts.waiting),
    Family(clerks.blueprint, clerks.waiting),
    Family(deputies.blueprint, deputies.waiting),
    Family(trail.blueprint, trail.waiting),
    Family(help.blueprint),
)
