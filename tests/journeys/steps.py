"""Steps that several journeys take, spoken through the screen."""

import re
from typing import NamedTuple

from playwright.sync_api import Page, expect

from tests.fixtures.demo import PASSWORD


class Slip(NamedTuple):
    """What a printed slip says."""

    account: str
    code: str


def sign_in(page: Page, account: str, password: str = PASSWORD) -> None:
    """Fill the sign-in form and send it."""
    page.get_by_label("账号").fill(account)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


def open_place(page: Page, name: str) -> None:
    """Follow the side bar."""
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name=name).click()
    expect(page.get_by_role("main").get_by_role("heading", level=1)).to_be_visible()


def slips_on(page: Page) -> list[Slip]:
    """Read the slips that the page shows."""
    expect(page.get_by_role("heading", name=re.compile("账号纸条"))).to_be_visible()
    shown = page.locator("section.slip")
    return [Slip(*shown.nth(i).locator("code").all_inner_texts()) for i in range(shown.count())]


def confirm(page: Page, opener: str, button: str) -> None:
    """Open a dialog by its button and press the button in it; both are beginnings of names."""
    page.get_by_role("main").get_by_role("button", name=re.compile(f"^{opener}")).click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile(f"^{button}")).click()


def approve_all(reviewer: Page, union: str) -> None:
    """Open a union's roster from the queue and approve everybody in it."""
    open_place(reviewer, "审核待办")
    reviewer.get_by_role("link", name=re.compile(f"审核.*{union}")).click()
    confirm(reviewer, "全部通过", "通过")
    expect(reviewer.get_by_role("main")).to_contain_text("并入库")


def union_of(clerk: Page) -> str:
    """Return the name of the union for which a clerk has signed in."""
    return clerk.locator(".who-text > span").inner_text().split(" · ")[1]
