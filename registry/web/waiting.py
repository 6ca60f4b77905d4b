"""What waits for a person: each family of screens contributes cards to the home page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from registry.access.actor import Actor


@dataclass(frozen=True)
class Card:
    """One thing that waits, or one figure worth knowing.

    `urgency` orders the page (high first; 0 means nothing waits and the card only informs). `tone`
    is one of red, amber, blue, green, grey. `count` is the large figure, `unit` stands after it.
    """

    title: str
    count: int
    unit: str
    text: str
    href: str
    action: str
    icon: str = "inbox"
    tone: str = "blue"
    urgency: int = 0


Contributor = Callable[[Session, Actor], Iterable[Card]]
