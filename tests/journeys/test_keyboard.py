"""Work without a mouse, and Enter that belongs to the input method."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.steps import open_place

pytestmark = pytest.mark.browser

REVIEWER, CLERK = "reviewer-331083400", "clerk-3310831030004"
MANY = 40  # stops on the way with Tab


def test_a_reviewer_decides_with_the_keyboard(desk, picture):
    page = desk(REVIEWER)
    tab_to(page, "a", "审核待办")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="审核待办")).to_be_visible()
    is_ready(page, page.locator("tbody tr").first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1).filter(has_text="待审")).to_be_visible()
    rows = page.locator(".review-table tbody tr")
    is_ready(page, rows.first)
    waiting = waiting_count(page)

    for key in ("x", "j", "j", "x"):
        page.keyboard.press(key)
    expect(page.get_by_role("button", name=re.compile("^通过 2 人"))).to_be_enabled()
    picture(page, "two-chosen")
    page.keyboard.press("a")
    expect(page.get_by_role("main")).to_contain_text("已通过 2 人并入库")
    assert waiting_count(page) == waiting - 2

    is_ready(page, rows.first)
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog", name=re.compile("退回"))
    reason = dialog.get_by_label("原因")
    expect(reason).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("rad")  # letters that decide elsewhere
    expect(dialog.get_by_label("说明")).to_have_value("rad")
    picture(page, "send-back")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("已退回 1 人")
    assert waiting_count(page) == waiting - 3

    is_ready(page, rows.first)
    page.keyboard.press("g")
    expect(page.get_by_role("dialog", name=re.compile("写入会员库"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert waiting_count(page) == waiting - 3


def test_a_clerk_corrects_with_the_keyboard(desk, picture):
    page = desk(CLERK)
    tab_to(page, "a", "去改正")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="核对花名册")).to_be_visible()
    tab_to(page, ".cell-edit")
    cell = page.locator(":focus")
    line = cell.locator("xpath=ancestor::tr")
    number = line.get_attribute("id").removeprefix("row-")
    field = cell.get_attribute("name")
    before = cell.input_value()
    assert cell.get_attribute("aria-invalid") == "true"

    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("x")
    page.keyboard.press("Escape")
    expect(cell).to_have_value(before)

    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    saved = page.locator(f"#edit-{number}-{field}")
    expect(saved).to_have_attribute("data-old", "1")
    there = page.locator(".cell-edit:focus")
    expect(there).to_have_count(1)
    assert there.get_attribute("id") != f"edit-{number}-{field}"
    picture(page, "next-cell")

    page.keyboard.press("Shift+Enter")
    expect(saved).to_be_focused()


def test_enter_while_an_input_method_composes_sends_nothing(desk):
    page = desk(CLERK)
    open_place(page, "会员名册")
    search = page.get_by_role("searchbox", name="姓名")
    search.click()
    address = page.url
    compose(page, "chen")
    page.keyboard.press("Enter")
    expect(search).to_be_focused()
    assert page.url == address

    page.keyboard.insert_text("陈")
    tab_to(page, "button", "搜索")
    page.keyboard.press("Space")
    page.wait_for_url("**search=**")
    expect(search).to_have_value("陈")


def test_enter_while_an_input_method_composes_leaves_the_cell_alone(desk):
    page = desk(CLERK)
    page.get_by_role("link", name="去改正").first.click()
    cell = page.locator("input.cell-edit").first
    page.wait_for_load_state()
    asked = []
    page.on("request", lambda request: asked.append(request.method))
    cell.click()
    before = cell.get_attribute("data-old")
    cell.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    cell.dispatch_event("keydown", {"key": "Enter", "keyCode": 229, "bubbles": True})
    compose(page, "ming")
    page.keyboard.press("Enter")
    expect(cell).to_be_focused()
    assert cell.get_attribute("data-old") == before
    assert "POST" not in asked


def is_ready(page, row):
    """Wait until the first row has the focus and the scripts that know the keys are there."""
    page.wait_for_load_state()
    expect(row).to_be_focused()


def tab_to(page, selector, text=""):
    """Press Tab until something that matches has the focus."""
    page.wait_for_load_state()
    wanted = page.locator(f"{selector}:focus", has_text=text)
    for _ in range(MANY):
        page.keyboard.press("Tab")
        if wanted.count():
            return
    pytest.fail(f"{MANY} times Tab do not lead to {selector} {text}")


def compose(page, letters):
    """Begin to write through an input method: the letters are not text yet."""
    composing = {"text": letters, "selectionStart": len(letters), "selectionEnd": len(letters)}
    page.context.new_cdp_session(page).send("Input.imeSetComposition", composing)


def waiting_count(page):
    shown = page.locator(".reckoning-item", has_text="待审").locator("dd")
    return int(re.sub(r"\D", "", shown.inner_text()))
