"""Months that went by: people admitted and gone on invented days, and months closed after them."""

from datetime import UTC, datetime

import pytest

from registry.access.actor import Actor
from registry.access.roles import Role
from registry.db import setting
from registry.periods.months import Month
from registry.periods.operations import Closed, close
from registry.review.operations import approve
from registry.vault import signing
from tests.factories.accounts import make_actor
from tests.factories.clock import set_clock
from tests.factories.people import make_people
from tests.factories.rosters import make_clerk, make_reviewer, make_roster, send_in
from tests.factories.unions import COUNTY

MARCH, APRIL = Month(2030, 3), Month(2030, 4)
LEAVES, RESTS = {"change": "退会"}, {"change": "保留会籍"}


def at(monkeypatch: pytest.MonkeyPatch, month: int, day: int) -> None:
    """Set the clock to noon of a day of 2030, in Shanghai."""
    set_clock(monkeypatch, datetime(2030, month, day, 4, tzinfo=UTC))


def make_city() -> Actor:
    """Make the city's administrator, on an installation that can sign."""
    if not signing.has_key(setting("DATA")):
        signing.new_key(setting("DATA"))
    return make_actor(Role.AUDITOR, COUNTY)


def admit(people, changes=None) -> None:
    """Have a roster of these people sent in and approved; `changes` as for `make_roster`."""
    approve(send_in(make_roster(people, changes), make_clerk()), actor=make_reviewer())


def two_months(monkeypatch: pytest.MonkeyPatch, city: Actor) -> tuple[Closed, Closed]:
    """Close March with four members, and April in which one came, one left and one rests."""
    people = make_people(5)
    at(monkeypatch, 3, 10)
    admit(people[:4])
    at(monkeypatch, 4, 2)
    march = close(COUNTY, MARCH, actor=city)
    at(monkeypatch, 4, 5)
    admit([people[4], people[0], people[1]], {1: LEAVES, 2: RESTS})
    at(monkeypatch, 5, 3)
    return march, close(COUNTY, APRIL, actor=city)
