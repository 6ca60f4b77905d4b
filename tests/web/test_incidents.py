"""The report on an incident on the screen: the log keeper's, and nobody else's."""

from datetime import timedelta
from html import unescape

from registry.access.roles import Role
from registry.clock import now
from tests.factories.accounts import make_account, sign_in
from tests.factories.rosters import UNION
from tests.factories.trail import make_long_trail
from tests.factories.unions import COUNTY, make_union_tree


def test_the_log_keeper_sees_it_and_nobody_else(app):
    make_union_tree()
    keeper = make_account(Role.LOG_KEEPER, COUNTY)
    clerk = make_account(Role.CLERK, UNION)
    start = now() - timedelta(minutes=5)
    make_long_trail(COUNTY, 6, ["member.open"], start, timedelta(seconds=1), first=1_000)
    page = f"/unions/{COUNTY}/trail/incident"
    client, other = app.test_client(), app.test_client()
    sign_in(client, keeper)
    sign_in(other, clerk)
    text = unescape(client.get(page).text)
    assert "somebody" in text
    assert UNION in text
    wrong = client.get(f"{page}?from=gestern")
    assert wrong.status_code == 400
    assert "没有看懂" in unescape(wrong.text)
    assert "这段时间没有人看过" in client.get(f"{page}?account=nobody").text
    assert other.get(page).status_code == 404
    assert other.get(f"/unions/{UNION}/trail/incident").status_code == 403
