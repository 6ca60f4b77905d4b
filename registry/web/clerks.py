"""To come."""

from collections.abc import Iterable

from flask import Blueprint
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.web.waiting import Card

blueprint = Blueprint("clerks", __name__)


def waiting(session: Session, actor: Actor) -> Iterable[Card]:
    """Nothing yet."""
    return ()
