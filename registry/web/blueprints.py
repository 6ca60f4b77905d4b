"""All families of screens, listed once."""

from typing import NamedTuple

from flask import Blueprint

from registry.web import accounts, clerks, health, home, signin, trail
from registry.web.waiting import Contributor


class Family(NamedTuple):
    """A family's screens and what it puts on the home page."""

    blueprint: Blueprint
    waiting: Contributor | None = None


FAMILIES: tuple[Family, ...] = (
    Family(health.blueprint),
    Family(signin.blueprint),
    Family(home.blueprint),
    Family(accounts.blueprint, accounts.waiting),
    Family(clerks.blueprint, clerks.waiting),
    Family(trail.blueprint, trail.waiting),
)
