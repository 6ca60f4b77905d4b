"""Reviewing from the keyboard, in a real browser: what the keys do, and where they must not."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from registry.access.roles import Role
from registry.db import db
from registry.submissions import queries
from registry.submissions.states import RowState
from tests.factories.accessibility import violations
from tests.factories.accounts import make_account
from tests.factories.people import make_people
from tests.factories.rosters import OTHER_UNION, make_clerk, make_roster, send_in
from tests.factories.served import seat, served
from tests.factories.unions import TOWNSHIP, make_union_tree

pytestmark = pytest.mark.browser

PEOPLE = make_people(6)


@pytest.fixture
def number(app: Any) -> int:
    """A roster of four that waits, another one behind it."""
    make_union_tree()
    first = send_in(make_roster(PEOPLE[:4]), make_clerk())
    send_in(make_roster(PEOPLE[4:]), make_clerk(OTHER_UNION), union=OTHER_UNION)
    return first


@pytest.fixture
def site(app: Any) -> Iterator[str]:
    with served(app) as address:
        yield address


@pytest.fixture
def review(app: Any, site: str, number: int, new_page: Callable[..., Any]) -> Any:
    """The page of the first roster, in the browser of a reviewer."""
    reviewer = make_account(Role.REVIEWER, TOWNSHIP, name="reviewer")
    page = new_page()
    seat(page, app, site, reviewer)
    page.goto(f"{site}/submissions/{number}/review")
    page.locator("html.scripted").wait_for()
    return page


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def focused(page: Any) -> int:
    """Return the Excel number of the row that has the focus."""
    label = page.evaluate("document.activeElement.getAttribute('aria-label')")
    return int(label.split()[1])


def states_of(number: int) -> dict[int, RowState]:
    db.session.rollback()
    found = queries.rows(db.session(), queries.find(db.session(), number))
    return {row.row: row.state for row in found}


def approved(number: int) -> list[int]:
    return [row for row, state in states_of(number).items() if state is RowState.APPROVED]


def test_rows_are_walked_chosen_and_approved(review: Any, number: int) -> None:
    assert focused(review) == 2
    press(review, "j", "x", "ArrowDown", " ", "k")
    assert focused(review) == 3
    assert review.get_by_role("button", name="通过 2 人").is_enabled()
    press(review, "a")
    review.get_by_text("已通过 2 人并入库。仍待审 2 人。").wait_for()
    assert approved(number) == [3, 4]


def test_without_a_choice_the_row_itself_is_meant(review: Any, number: int) -> None:
    press(review, "j", "j", "a")
    review.get_by_text("已通过 1 人并入库").wait_for()
    assert approved(number) == [4]


def test_the_keyboard_is_found_again_from_anywhere(review: Any, number: int) -> None:
    press(review, "j")
    review.evaluate("document.activeElement.blur()")
    press(review, "a")  # nobody has the focus: no letter acts by surprise
    assert approved(number) == []
    press(review, "j")
    assert focused(review) == 3
    review.locator("tbody tr").nth(3).locator("[data-select]").click()
    assert focused(review) == 5


def test_letters_belong_to_who_writes(review: Any, number: int) -> None:
    press(review, "x", "r")
    dialog = review.get_by_role("dialog")
    dialog.get_by_label("说明").fill("")
    dialog.get_by_label("说明").press_sequentially("ajkxgnrd?")
    assert review.get_by_role("dialog").count() == 1
    assert dialog.get_by_label("说明").input_value() == "ajkxgnrd?"
    press(review, "Escape")
    assert approved(number) == []


def test_an_input_method_keeps_its_keys(review: Any, number: int) -> None:
    review.evaluate(
        "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', "
        "{key: 'a', isComposing: true, bubbles: true, cancelable: true}))"
    )
    assert review.get_by_text("通过 0 人").is_visible()
    assert approved(number) == []


def test_sending_back_asks_why_and_keeps_the_choice(review: Any, number: int) -> None:
    press(review, "x", "j", "x", "r")
    dialog = review.get_by_role("dialog", name="退回 2 人")
    dialog.get_by_role("button", name="退回 2 人").click()
    review.get_by_role("dialog").get_by_text("请选择退回或驳回的原因").wait_for()
    dialog = review.get_by_role("dialog", name="退回 2 人")
    dialog.get_by_label("原因").select_option("not_employee")
    dialog.get_by_role("button", name="退回 2 人").click()
    review.get_by_text("已退回 2 人，原因：非本单位职工。").wait_for()
    sent_back = [row for row, state in states_of(number).items() if state is RowState.SENT_BACK]
    assert sent_back == [2, 3]


def test_all_go_after_a_confirmation_and_then_the_next(review: Any, number: int) -> None:
    press(review, "g")
    review.get_by_role("dialog").get_by_role("button", name="通过 4 人").click()
    review.get_by_text("已通过 4 人并入库。这份名册已全部办结。").wait_for()
    press(review, "n")
    review.get_by_role("heading", name="试验0002公司工会").wait_for()


def test_who_looked_at_a_row_comes_back_to_it(review: Any, number: int) -> None:
    press(review, "j", "j", "Enter")
    review.get_by_role("heading", name="第 4 行").wait_for()
    review.get_by_role("link", name="返回名册").click()
    review.get_by_role("heading", name="试验0001公司工会").wait_for()
    review.locator("html.scripted").wait_for()
    assert focused(review) == 4


def test_the_keys_are_listed_and_axe_finds_nothing(review: Any) -> None:
    press(review, "?")
    review.get_by_role("dialog", name="键盘操作").wait_for()
    assert violations(review) == []
