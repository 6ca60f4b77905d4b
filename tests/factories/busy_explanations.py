"""Explanations of a busy site."""

from registry.access.actor import Actor
from registry.discrepancies import explaining
from registry.discrepancies.models import Explanation
from tests.factories.copies import copies
from tests.factories.rosters import UNION
from tests.factories.unions import COUNTY


def make_explanations(clerk: Actor, auditor: Actor, count: int) -> None:
    """Have many explanations that a union has given."""
    explaining.ask(COUNTY, [UNION], actor=auditor)
    explaining.answer(1, "劳务派遣的人在我们这里入会。", actor=clerk)
    copies(Explanation, Explanation.id == 1, count, id=lambda copy: 1_000 + copy)
