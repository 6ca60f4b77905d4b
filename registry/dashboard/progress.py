"""How far a place is with its target, beside the time."""

from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.campaigns.queries import CampaignView, registration_on
from registry.campaigns.targets import Figure, aims, figure_of
from registry.unions.queries import Union


class Progress(NamedTuple):
    """The registration that runs, and how a place stands in it."""

    campaign: CampaignView
    figure: Figure


def progress(session: Session, place: Union, done: int, on: date) -> Progress | None:
    """Return how far a place is at the end of a day with what is `done` there, which its totals say
    (`target_rate`); None where no registration runs or the place has no target.
    """
    one = registration_on(session, place.county, on)
    if one is None:
        return None
    figure = figure_of(one, aims(session, one, on), place.code, done, on)
    return Progress(one, figure) if figure.target else None
