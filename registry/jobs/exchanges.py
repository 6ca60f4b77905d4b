"""Batches for the higher federation as long work: made, and filled by a worker (or at once)."""

from typing import NamedTuple

from registry.access.actor import Actor
from registry.db import transaction
from registry.exchange import operations
from registry.exchange.operations import Plan
from registry.jobs.models import EXCHANGE
from registry.jobs.operations import queue


class Made(NamedTuple):
    """A batch that was made, and the work that fills it."""

    number: int
    batch_id: int


def make(place_code: str, plan: Plan, *, actor: Actor) -> Made:
    """Make a batch and queue its filling; refusals are those of `exchange.operations.make`."""
    with transaction() as session:
        made = operations.make(session, place_code, plan, actor=actor)
        return Made(made.id, queue(session, EXCHANGE, made.county, made.id, actor.account_id))
