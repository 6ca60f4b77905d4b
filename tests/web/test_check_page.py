"""The check page in a real browser: nothing typed is lost, whatever the network does."""

import pytest

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.db import db
from registry.submissions import corrections, queries
from tests.factories.accessibility import violations
from tests.factories.accounts import make_account
from tests.factories.numbers import spoilt
from tests.factories.people import fields_of, make_people
from tests.factories.rosters import UNION, make_roster, take_in
from tests.factories.served import seat, served

pytestmark = pytest.mark.browser

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
def account(app):
    return make_account(Role.CLERK, UNION, name="clerk")


@pytest.fixture
def clerk(account):
    return actor_of(db.session(), account.id)


@pytest.fixture
def draft(clerk):
    return take_in(make_roster(PEOPLE, FAULTS), clerk)


@pytest.fixture
def page(app, account, draft, new_page):
    """The check page, signed in."""
    with served(app) as site:
        page = new_page()
        seat(page, app, site, account)
        page.goto(f"{site}/submissions/{draft}")
        yield page


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


def test_an_answer_that_was_overtaken_does_not_bring_old_counts(page):
    def held_up(route):
        answer = route.fetch()
        page.wait_for_selector("#state-4 >> text=已改好")
        route.fulfill(response=answer)

    page.route("**/rows/2", held_up)
    before = int(page.inner_text("#reckoning .text-red"))
    page.select_option("#edit-2-ethnicity", "汉族")
    page.fill("#edit-4-full_name", "赵新")
    page.press("#edit-4-full_name", "Enter")
    page.wait_for_selector("#state-2 >> text=已改好")
    page.wait_for_timeout(300)
    assert int(page.inner_text("#reckoning .text-red")) == before - 2


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
    assert violations(page) == []


IN_SIGHT = """() => {
    const { top, bottom } = document.activeElement.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight && top < bottom;
}"""
FOCUSED = "document.activeElement.id || document.activeElement.className"
LOW = {"width": 1366, "height": 420}


def again(page):
    """Load the page again, as with F5."""
    page.reload()
    page.wait_for_timeout(300)


def test_what_has_the_focus_is_seen_from_the_start(page):
    page.set_viewport_size(LOW)
    again(page)
    assert page.evaluate(FOCUSED).startswith("edit-") and page.evaluate(IN_SIGHT)
    page.evaluate("scrollTo(0, 150)")
    again(page)
    assert page.evaluate(FOCUSED).startswith("edit-") and page.evaluate(IN_SIGHT)


def test_after_undoing_the_row_is_seen(page):
    page.set_viewport_size(LOW)
    page.select_option("#edit-5-ethnicity", "汉族")
    page.wait_for_selector("#state-5 >> text=已改好")
    page.click("[data-undo]")
    page.wait_for_url("**#row-5")
    page.wait_for_timeout(400)
    assert page.evaluate(FOCUSED) == "edit-5-ethnicity" and page.evaluate(IN_SIGHT)


def test_help_leads_back_to_the_row_and_its_cell(page):
    page.set_viewport_size(LOW)
    page.click("#row-4 >> text=怎么办")
    page.get_by_role("link", name="返回刚才的页面").first.click()
    page.wait_for_url("**#row-4")
    page.wait_for_timeout(400)
    assert page.evaluate(FOCUSED) == "edit-4-full_name" and page.evaluate(IN_SIGHT)


def test_after_the_last_correction_the_way_on_is_seen(page):
    page.set_viewport_size(LOW)
    for key in ("edit-2-ethnicity", "edit-5-ethnicity"):
        page.select_option(f"#{key}", "汉族")
    for key, value in (
        ("edit-3-document_number", NUMBER),
        ("edit-3-mobile", MOBILE),
        ("edit-4-full_name", "赵新"),
    ):
        page.fill(f"#{key}", value)
        page.press(f"#{key}", "Enter")
    page.wait_for_selector("[data-all-right]")
    page.wait_for_timeout(300)
    assert page.evaluate("document.activeElement.matches('[data-all-right]')")
    page.wait_for_function(IN_SIGHT)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").startswith("提交审核（6 人）")
    again(page)
    page.goto(f"{page.url.partition('?')[0]}?tab=error#row-4")
    page.wait_for_timeout(400)
    assert page.evaluate("document.activeElement.textContent").startswith("提交审核（6 人）")


def test_after_a_conflict_the_focus_is_with_what_is_said(page, clerk, draft):
    corrections.edit_row(draft, 3, {"mobile": "13905760001"}, actor=clerk)
    page.fill("#edit-3-mobile", MOBILE)
    page.press("#edit-3-mobile", "Tab")
    page.wait_for_selector("#flashes a")
    page.wait_for_timeout(300)
    assert page.evaluate("document.activeElement.textContent") == "回到第 3 行"
    page.wait_for_function(IN_SIGHT)
    page.keyboard.press("Enter")
    page.wait_for_timeout(100)
    assert page.evaluate("document.activeElement.closest('tr')?.id") == "row-3"
    page.wait_for_function(IN_SIGHT)


def test_a_whole_row_has_the_focus_in_its_first_fault(page):
    page.click("#row-4 [data-whole-row]")
    page.wait_for_url("**/rows/4**")
    assert page.evaluate(FOCUSED) == "full_name"
