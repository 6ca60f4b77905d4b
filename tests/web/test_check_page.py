"""The check page in a real browser: nothing typed is lost, whatever the network does."""

import threading
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.db import db
from registry.submissions import corrections, queries
from tests.factories.accounts import PASSWORD, make_account
from tests.factories.numbers import spoilt
from tests.factories.people import fields_of, make_people
from tests.factories.rosters import UNION, make_roster, take_in

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[1] / "journeys/vendor/axe.min.js"
PEOPLE = make_people(6)
NUMBER = fields_of(PEOPLE[1])["document_number"]
MOBILE = "13905761234"
FAULTS = {
    0: {"ethnicity": "汗族"},
    1: {"document_number": spoilt(NUMBER), "mobile": "138"},
    2: {"full_name": None},
    3: {"ethnicity": "汗族"},
}


@pytest.fixture
def clerk(app):
    account = make_account(Role.CLERK, UNION, name="clerk")
    return actor_of(db.session(), account.id)


@pytest.fixture
def draft(clerk):
    return take_in(make_roster(PEOPLE, FAULTS), clerk)


@pytest.fixture
def page(app, draft, new_page):
    """The check page, signed in."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    page = new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/sign-in")
    page.fill("[name=name]", "clerk")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/home")
    page.goto(f"http://127.0.0.1:{server.server_port}/submissions/{draft}")
    yield page
    server.shutdown()
    thread.join()
    server.server_close()


def slow(page, milliseconds=500):
    """Let every saving take so long."""

    def handle(route):
        page.wait_for_timeout(milliseconds)
        route.continue_()

    page.route("**/rows/*", handle)


def stored(clerk, draft, row, field):
    db.session.rollback()
    return corrections.shown(corrections.open_for_correction(draft, [row], clerk)[row], field)


def test_an_answer_leaves_alone_what_is_being_typed(page, clerk, draft):
    slow(page)
    page.fill("#edit-3-document_number", NUMBER)
    page.press("#edit-3-document_number", "Enter")
    assert page.evaluate("document.activeElement.id") == "edit-3-mobile"
    page.keyboard.press("Control+A")
    page.keyboard.type(MOBILE[:6])
    page.wait_for_selector("#state-3 >> text=需改正")
    page.wait_for_timeout(900)
    assert stored(clerk, draft, 3, "document_number") == NUMBER
    assert page.input_value("#edit-3-mobile") == MOBILE[:6]
    page.keyboard.type(MOBILE[6:])
    page.keyboard.press("Enter")
    page.wait_for_selector("#state-3 >> text=已改好")
    assert stored(clerk, draft, 3, "mobile") == MOBILE


def test_two_cells_of_a_row_saved_quickly_do_not_meet(page, clerk, draft):
    slow(page)
    page.fill("#edit-3-document_number", NUMBER)
    page.fill("#edit-3-mobile", MOBILE)
    page.keyboard.press("Tab")
    page.wait_for_selector("#state-3 >> text=已改好")
    assert stored(clerk, draft, 3, "document_number") == NUMBER
    assert stored(clerk, draft, 3, "mobile") == MOBILE


def test_going_on_waits_for_what_is_being_saved(page):
    slow(page)
    page.focus("#edit-4-full_name")
    page.keyboard.type("赵新")
    page.click("#sending a")
    page.wait_for_url("**/submit")
    assert "这次提交 3 人" in page.inner_text(".big-sentence")


def test_a_cell_that_did_not_arrive_is_marked_and_sent_again(page, clerk, draft):
    page.context.set_offline(True)
    page.fill("#edit-4-full_name", "赵新")
    page.keyboard.press("Enter")
    page.wait_for_selector("#edit-4-full_name.cell-unsaved")
    assert "没有保存" in page.inner_text("#flashes")
    page.context.set_offline(False)
    page.focus("#edit-4-full_name")
    page.keyboard.press("Tab")
    page.wait_for_selector("#state-4 >> text=已改好")
    assert stored(clerk, draft, 4, "full_name") == "赵新"
    assert page.inner_text("#flashes") == ""


def test_enter_belongs_to_the_input_method_while_it_composes(page, clerk, draft):
    page.focus("#edit-4-full_name")
    keyboard = page.context.new_cdp_session(page)
    keyboard.send(
        "Input.imeSetComposition", {"text": "zhao", "selectionStart": 4, "selectionEnd": 4}
    )
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert page.evaluate("document.activeElement.id") == "edit-4-full_name"
    assert stored(clerk, draft, 4, "full_name") == ""
    keyboard.send("Input.insertText", {"text": "赵"})
    page.keyboard.press("Tab")
    page.wait_for_selector("#state-4 >> text=已改好")
    assert stored(clerk, draft, 4, "full_name") == "赵"


def test_a_suggestion_and_all_alike_are_one_click_each(page, draft):
    page.select_option("#edit-2-ethnicity", "汉族")
    page.click("text=其余 1 行也改成“汉族”")
    page.wait_for_selector("text=已把 1 行的“民族”改为“汉族”")
    db.session.rollback()
    assert queries.find(db.session(), draft).error_count == 2


def test_axe_finds_nothing_before_and_after_a_correction(page):
    page.fill("#edit-4-full_name", "赵新")
    page.keyboard.press("Enter")
    page.wait_for_selector("#state-4 >> text=已改好")
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(one["id"], one["nodes"][0]["html"][:160]) for one in found["violations"]] == []
