"""Help: open to all who are signed in, found by words, with a way back to where one was."""

import re
from html import unescape

import pytest
from sqlalchemy import text

from registry.access.roles import Role
from registry.db import db
from registry.errors import RosterRefused
from registry.roster.help import helps
from registry.roster.messages import TITLES
from registry.roster.rules import RULES
from registry.web.help_picture import MOST, draw, width_of
from tests.factories.accounts import make_account, sign_in
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_roster, take_in
from tests.factories.unions import make_union_tree

SITE = "http://localhost"


@pytest.fixture
def reader(app, client):
    make_union_tree()
    sign_in(client, make_account(Role.CLERK, UNION))
    return client


def links(page):
    return [unescape(link) for link in re.findall(r'href="(/help/[^"]+)"', page)]


def test_the_list_has_every_rule_once_with_its_name(reader):
    page = reader.get("/help").text

    assert sorted(links(page)) == sorted(f"/help/{code}" for code in RULES)
    assert all(title in page for title in TITLES.values())
    for heading in ("需改正", "提醒", "自动修正", "整个文件", "文件不能读取"):
        assert f"{heading}（" in page


def test_a_word_finds_the_rules_that_say_it(reader):
    found = links(reader.get("/help?q=校验码").text)

    assert "/help/document.checksum" in found
    assert "/help/file.damaged" not in found
    assert links(reader.get("/help?q=document.legacy").text)[:1] == ["/help/document.legacy"]
    assert "没有找到" in reader.get("/help?q=火星文").text


def test_what_was_searched_for_comes_back_as_text(reader):
    assert "<script>alert" not in reader.get("/help?q=<script>alert(1)</script>").text


def test_each_rule_has_its_page_with_a_picture(reader):
    for code, known in helps().items():
        page = reader.get(f"/help/{code}").text
        assert f"<h1>{TITLES[code]}</h1>" in page
        assert '<svg class="help-picture"' in page
        assert f"{known.picture.says}</desc>" in unescape(page)
        assert ' style="' not in page
        for step in (*known.page, *known.sheet):
            assert step in unescape(page)


@pytest.mark.parametrize("code", sorted(RULES))
def test_a_picture_fits_a_phone_and_its_words_their_boxes(code):
    drawing = draw(helps()[code].picture)

    assert drawing.width <= MOST
    for word in drawing.words:
        reach = width_of(word.text) / (2 if word.anchor == "middle" else 1)
        assert word.x + reach <= drawing.width, word
        assert 0 < word.y <= drawing.height
    for box in drawing.boxes:
        assert box.x >= 0
        assert box.x + box.width <= drawing.width
        assert box.y + box.height <= drawing.height


def test_an_unknown_rule_is_not_found(reader):
    assert reader.get("/help/cell.invented").status_code == 404
    assert reader.get("/help/").status_code == 404


def test_the_way_back_leads_to_the_page_that_had_the_link(reader):
    came = {"Referer": f"{SITE}/submissions/7?tab=error"}
    page = reader.get("/help/document.checksum", headers=came).text

    assert 'href="/submissions/7?tab=error"' in page
    onward = next(link for link in links(page) if "sex.mismatch" in link)
    # From one help page to another the way back is kept.
    again = reader.get(onward, headers={"Referer": f"{SITE}/help/document.checksum"}).text
    assert 'href="/submissions/7?tab=error"' in again


@pytest.mark.parametrize(
    ("address", "referer"),
    [
        ("/help/cell.required", None),
        ("/help/cell.required", "https://elsewhere.example/page"),
        ("/help/cell.required", f"{SITE}/help"),
        ("/help/cell.required?back=//elsewhere.example", None),
        ("/help/cell.required?back=https://elsewhere.example/", None),
        ("/help/cell.required?back=/help/cell.error", None),
    ],
)
def test_nothing_else_is_a_way_back(reader, address, referer):
    page = reader.get(address, headers={"Referer": referer} if referer else {}).text

    assert "返回工作台" in page
    assert "返回刚才的页面" not in page
    assert "elsewhere.example" not in page


@pytest.mark.parametrize(
    ("role", "place"), [(Role.REVIEWER, "331083001"), (Role.LOG_KEEPER, "331083")]
)
def test_help_stands_in_the_side_bar_of_every_role(app, client, role, place):
    make_union_tree()
    sign_in(client, make_account(role, place))

    assert 'href="/help" class="active"' in client.get("/help/cell.required").text


def test_each_finding_and_a_chosen_rule_lead_to_their_help(client):
    clerk = make_clerk()
    draft = take_in(make_roster(make_people(3), {0: {"ethnicity": "汗族"}}), clerk)
    sign_in(client, make_account(Role.CLERK, UNION))

    plain = links(client.get(f"/submissions/{draft}").text)
    chosen = links(client.get(f"/submissions/{draft}?tab=error&code=code.unknown").text)
    invented = links(client.get(f"/submissions/{draft}?tab=error&code=cell.invented").text)
    # With the way back to the row, or to the rule's rows.
    page = f"/submissions/{draft}?tab%3Derror"
    assert plain == [f"/help/code.unknown?back={page}%23row-2"]
    of_rule = f"/help/code.unknown?back={page}%26code%3Dcode.unknown"
    assert sorted(chosen) == [of_rule, f"{of_rule}%23row-2"]
    assert not any("/help/cell.invented" in one for one in invented)


def test_a_refusal_leads_to_its_help(client):
    clerk = make_clerk()
    with pytest.raises(RosterRefused):
        take_in(b"<html><body>no roster</body></html>", clerk)
    sign_in(client, make_account(Role.CLERK, UNION))
    refused = db.session.execute(text("SELECT id FROM submission")).scalar_one()

    assert links(client.get(f"/submissions/{refused}").text) == ["/help/file.not_a_workbook"]
