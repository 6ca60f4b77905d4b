"""Fields that no form has, sent along with it: what would be worth having in a form."""

from typing import NamedTuple

from werkzeug.test import TestResponse

from registry.access.roles import Role
from tests.factories.crawler import worlds
from tests.factories.crawler.pages import Filled
from tests.factories.crawler.visitor import Visitor
from tests.factories.rosters import OTHER_UNION

EXTRA = {
    **dict.fromkeys(("union", "union_code", "code", "unit", "place"), OTHER_UNION),
    **dict.fromkeys(("reviewer", "account_id", "actor", "submitted_by", "created_by"), "99"),
    **dict.fromkeys(("approved_by", "decided_by", "member_id", "submission_id", "id"), "99"),
    "status": "APPROVED",
    "state": "CLOSED",
    "path": "/",
    "county": "331082",
    "role": Role.ADMINISTRATOR.value,
    "roles": Role.ADMINISTRATOR.value,
    "is_active": "1",
    "is_locked": "1",
    "is_current": "1",
    "must_change_password": "1",
    "version": "77",
    "verdict": "APPROVE",
}


class Sent(NamedTuple):
    """The answer to a form, and what then stands in the database without and with more fields."""

    answer: TestResponse
    plain: worlds.Rows
    with_extra: worlds.Rows

    @property
    def swayed(self) -> dict[str, frozenset[str]]:
        """What the fields changed that nobody asked for."""
        return worlds.differing(self.plain, self.with_extra)


def sent_twice(visitor: Visitor, form: Filled, chance: worlds.Chance) -> Sent:
    """Send a form with every field of `EXTRA` that it does not ask for, put all back, and send it
    as it is.
    """
    world, cookies = worlds.keep(visitor.folder), visitor.cookies()
    asked = {name for name, _ in form.fields}
    chance.again()
    visitor.send(form, **{name: value for name, value in EXTRA.items() if name not in asked})
    with_extra = worlds.rows(visitor.folder)
    worlds.bring_back(world, visitor.folder)
    visitor.take(cookies)
    chance.again()
    answer = visitor.send(form)
    return Sent(answer, worlds.rows(visitor.folder), with_extra)
