"""No answer asks the database row by row: with ten times the rows it asks as often."""

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.db import db
from tests.factories.app import make_app, running
from tests.factories.busy_site import make_busy_site
from tests.factories.rosters import UNION
from tests.factories.statements import counted_statements
from tests.factories.tokens import ROOT, make_program
from tests.factories.unions import COUNTY

ASKED = {
    Role.CLERK: [
        "/submissions/{sent}",
        "/submissions/{admitted}",
        "/submissions/{faulty}",
        "/submissions/{faulty}/findings",
        "/submissions/{admitted}/decisions",
        f"/unions/{UNION}/totals",
    ],
    Role.AUDITOR: [f"/unions/{COUNTY}/totals"],
}


def test_no_answer_asks_more_often_for_more_rows(tmp_path):
    few, many = (walked(tmp_path / str(count), count) for count in (10, 100))
    assert few == many


def test_every_address_that_gives_something_is_asked(tmp_path):
    with running(make_app(tmp_path)) as app:
        there = {
            rule.endpoint
            for rule in app.url_map.iter_rules()
            if rule.rule.startswith(ROOT) and "GET" in rule.methods
        }
        at = app.url_map.bind("").match
        numbers = {"sent": 1, "admitted": 1, "faulty": 1}
        asked = {
            at(ROOT + address.format(**numbers))[0] for some in ASKED.values() for address in some
        }
    assert there - asked == {"api.description"}


def walked(folder, count):
    """Return how many statements each answer takes, by role and address."""
    found = {}
    with running(make_app(folder)) as app:
        site = make_busy_site(count)
        for role, listed in ASKED.items():
            actor = actor_of(db.session(), site.accounts[role].id)
            # The token was shown before: its last use is not noted now.
            program = make_free_program(app, actor)
            for address in listed:
                here = address.format(**site.numbers)
                with counted_statements() as asked:
                    assert program.get(here).status_code == 200, here
                found[role, address] = asked.count
    return found


def make_free_program(app, actor):
    """Make a program for an account that has as many tokens as it may already."""
    from sqlalchemy import update

    from registry.accounts.models import ApiToken
    from registry.clock import now

    db.session.execute(update(ApiToken).values(ended_at=now()))
    db.session.commit()
    return make_program(app, actor)
