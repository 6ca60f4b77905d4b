"""The first page and the side bar."""

import re

import pytest

from registry.access.roles import GRANTS, Role
from registry.web.navigation import GROUPS
from registry.web.waiting import Card
from tests.factories.accounts import make_account, sign_in
from tests.factories.unions import COUNTY

PLACES = {
    Role.CLERK: "3310830010001",
    Role.REVIEWER: "331083001",
    Role.AUDITOR: COUNTY,
    Role.ADMINISTRATOR: COUNTY,
    Role.LOG_KEEPER: COUNTY,
}


@pytest.mark.parametrize("role", list(Role))
def test_the_side_bar_holds_the_places_of_the_role_and_no_others(app, client, role):
    sign_in(client, make_account(role, PLACES[role]))
    side_bar = re.search(r'aria-label="主菜单">(.*?)</nav>', client.get("/home").text, re.S)[1]
    known = {rule.rule for rule in app.url_map.iter_rules()}
    for entry in (entry for _, entries in GROUPS for entry in entries):
        href = entry.rule.replace("<code>", PLACES[role])
        may = entry.permission is None or entry.permission in GRANTS[role]
        gives_way = entry.unless in GRANTS[role]
        shown = may and not gives_way and entry.rule in known
        link = re.search(rf'href="{href}"[^>]*>(?:(?!</a>).)*<span>{entry.label}</span>', side_bar)
        assert (link is not None) == shown, entry.label


def test_what_is_most_urgent_stands_first_and_figures_come_after(app, client):
    def card(title, urgency):
        return Card(title, 7, "份", "说明", "/home", "去办理", urgency=urgency)

    def contribute(_session, actor):
        assert actor.place == PLACES[Role.CLERK]
        return [card("不急的", 1), card("最急的", 9), card("数字", 0)]

    app.extensions["waiting"] = [contribute]
    sign_in(client, make_account(Role.CLERK, PLACES[Role.CLERK]))
    page = client.get("/home").text
    assert page.index("最急的") < page.index("不急的") < page.index("数字")
    assert "下面的事情在等您办理" in page


def test_an_empty_desk_says_so(app, client):
    app.extensions["waiting"] = []
    sign_in(client, make_account(Role.CLERK, PLACES[Role.CLERK]))
    assert "没有待办事项" in client.get("/home").text
