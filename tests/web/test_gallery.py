"""The components in a real browser, under the product's policy: they fit, they speak, they work."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.factories.accessibility import violations
from tests.factories.served import served
from tests.web.gallery.site import make_gallery

pytestmark = pytest.mark.browser

PAGES = ["/", "/tables", "/forms", "/record", "/bare", "/print"]
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    with served(make_gallery()) as address:
        yield address


@pytest.fixture
def visit(gallery: str, new_page: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Open a page of the gallery; a complaint in the console fails the test."""
    complaints: list[str] = []

    def open_at(path: str, **options: Any) -> Any:
        page = new_page(**options)
        page.on(
            "console",
            lambda said: (
                complaints.append(said.text) if said.type in ("error", "warning") else None
            ),
        )
        assert page.goto(gallery + path).ok, path
        return page

    yield open_at
    assert complaints == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_nothing_sticks_out(
    visit: Callable[..., Any], path: str, size: dict[str, int]
) -> None:
    page = visit(path, viewport=size)
    page.locator("html.scripted").wait_for()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_faulty_form_says_what_to_do_and_takes_the_focus(visit: Callable[..., Any]) -> None:
    page = visit("/forms")
    page.get_by_role("button", name="保存工会信息").click()
    summary = page.get_by_role("alert").first
    summary.wait_for()
    assert "请先改正" in summary.inner_text()
    assert summary.evaluate("one => one === document.activeElement")
    assert page.locator("#employees").get_attribute("aria-invalid") == "true"
    assert "employees-error" in page.locator("#employees").get_attribute("aria-describedby")
    assert violations(page) == []


def test_open_dialog_has_no_violations_and_closes_again(visit: Callable[..., Any]) -> None:
    page = visit("/tables")
    opener = page.get_by_role("button", name="提交审核（595 人）").first
    opener.click()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    assert violations(page) == []
    dialog.get_by_role("button", name="取消").click()
    assert page.get_by_role("dialog").count() == 0
    assert opener.evaluate("one => one === document.activeElement")


def test_dialog_and_menu_work_without_script(visit: Callable[..., Any]) -> None:
    page = visit("/tables", java_script_enabled=False, viewport=PHONE)
    page.locator("a[href='#submit-dialog']").click()
    assert page.locator("#submit-dialog").is_visible()
    page.locator("#submit-dialog button[type=submit]").click()
    assert page.url.endswith("/forms")
    page.locator("[data-side-open]").click()
    assert page.locator("#places .places").is_visible()


def test_menu_opens_on_a_phone_and_escape_closes_it(visit: Callable[..., Any]) -> None:
    page = visit("/", viewport=PHONE)
    assert not page.locator("#places").is_visible()
    page.locator("[data-side-open]").click()
    page.locator("#places .places").wait_for()
    assert violations(page) == []
    page.keyboard.press("Escape")
    assert not page.locator("#places").is_visible()


def test_selection_counts_and_wakes_the_buttons(visit: Callable[..., Any]) -> None:
    page = visit("/tables")
    approve = page.get_by_role("button", name="通过", exact=True)
    assert approve.is_disabled()
    boxes = page.locator("[data-select]")
    boxes.nth(0).click()
    boxes.nth(3).click(modifiers=["Shift"])
    assert page.locator("[data-selected]").inner_text() == "4"
    assert approve.is_enabled()
    page.get_by_label("全选本页").check()
    assert page.locator("[data-selected]").inner_text() == str(boxes.count())
    page.locator("a[data-dialog=back-dialog]").click()
    assert page.locator("[data-selected-of]").inner_text() == str(boxes.count())


def test_rows_are_walked_and_selected_by_keyboard(visit: Callable[..., Any]) -> None:
    page = visit("/tables")
    rows = page.locator("[data-keys] tbody tr")
    rows.first.focus()
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert rows.nth(1).locator("[data-select]").is_checked()
    page.keyboard.press("a")
    page.wait_for_url("**/forms")


def test_keyboard_moves_between_cells(visit: Callable[..., Any]) -> None:
    page = visit("/tables")
    page.locator("#document-12").focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.id") == "document-47"
    page.keyboard.type("1")
    page.keyboard.press("Escape")
    assert page.locator("#document-47").input_value() == "3310**********1234"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "name-88"


def test_saved_cell_comes_back_and_the_next_fault_has_the_focus(visit: Callable[..., Any]) -> None:
    page = visit("/tables")
    page.get_by_role("button", name="改为 331021199001011235").click()
    page.locator("#document-12:not([aria-invalid])").wait_for()
    assert page.locator("#document-12").input_value() == "331021199001011235"
    assert page.evaluate("document.activeElement.id") == "ethnicity-12"
    assert page.evaluate("document.querySelector('#document-12').closest('td').dataset.label") == (
        "证件号码"
    )


def test_enter_belongs_to_the_input_method_while_it_composes(visit: Callable[..., Any]) -> None:
    page = visit("/tables")
    page.locator("#name-12").focus()
    page.evaluate(
        "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', "
        "{key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    assert page.evaluate("document.activeElement.id") == "name-12"


def test_a_form_is_sent_once(visit: Callable[..., Any]) -> None:
    page = visit("/forms")
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    page.route("**/forms", lambda route: None)  # the answer does not come
    asleep = page.evaluate(
        "const button = document.querySelector('#union button[type=submit]');"
        "button.click(); button.click();"
        "new Promise((done) => setTimeout(() => done(button.disabled), 150))"
    )
    assert asleep
    assert len(sent) == 1


def test_upload_tells_name_size_and_hash(visit: Callable[..., Any]) -> None:
    page = visit("/forms")
    content = b"x" * 2048
    page.locator("#file").set_input_files(
        {"name": "花名册.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_text("已选择：花名册.csv（2 KB）").wait_for()
    page.get_by_role("button", name="上传并校验").click()
    page.get_by_text(hashlib.sha256(content).hexdigest()).wait_for()


def test_long_work_ends_with_its_outcome(visit: Callable[..., Any]) -> None:
    page = visit("/tables")
    page.locator("#job[aria-busy=false]").wait_for()
    assert "595 行可以提交" in page.locator("[data-live]").inner_text()


def test_failed_request_is_said_on_the_page(gallery: str, new_page: Callable[..., Any]) -> None:
    page = new_page()
    page.goto(gallery + "/tables")
    page.route("**/cell", lambda route: route.fulfill(status=409, body=""))
    page.locator("#document-12").fill("331021199001011235")
    page.keyboard.press("Tab")
    page.get_by_text("情况已经变化").wait_for()


def test_the_printed_page_has_the_content_only(visit: Callable[..., Any]) -> None:
    page = visit("/tables")
    page.emulate_media(media="print")
    assert not page.locator("#places").is_visible()
    assert page.locator(".print-head").is_visible()
    assert page.get_by_text("方见山").last.is_visible()
    assert page.locator(".table-scroll").evaluate("one => getComputedStyle(one).overflow") == (
        "visible"
    )
