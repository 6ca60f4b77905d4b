"""Who looks and when lies over every page behind the frame, and nothing else in it changes."""

from datetime import UTC, datetime

from registry.access.roles import Role
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.clock import set_clock
from tests.factories.rosters import UNION
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree


def test_the_picture_says_who_looks_and_when(client, monkeypatch):
    make_union_tree()
    stranger = client.get("/watermark.svg")
    assert stranger.status_code == 303 and "watermark" not in client.get("/sign-in").text
    city = make_account(Role.AUDITOR, COUNTY)
    set_clock(monkeypatch, datetime(2026, 7, 31, 6, 5, tzinfo=UTC))
    sign_in(client, city)

    picture = client.get("/watermark.svg")

    assert picture.mimetype == "image/svg+xml" and picture.headers["Cache-Control"] == "no-store"
    assert f"{city.name} 2026-07-31 14:05" in picture.text and "style" not in picture.text
    assert 'class="watermark" src="/watermark.svg" alt=""' in client.get("/home").text
    assert "watermark" not in client.get(f"/unions/{COUNTY}/screen").text


def test_what_is_printed_has_it_too(client):
    make_union_tree()
    sign_in(client, make_account(Role.REVIEWER, TOWNSHIP))
    days = {"begins_on": "2018-07-01", "ends_on": "2018-07-05", "objections": "来办公室"}
    posted = post(client, f"/unions/{UNION}/posting", **days)
    slips = post(client, f"/unions/{UNION}/clerks/create")
    for page, words in ((posted, "会员名单公示"), (slips, "账号纸条（1 张）")):
        assert page.status_code == 200 and words in page.text
        assert 'class="watermark" src="/watermark.svg" alt=""' in page.text
