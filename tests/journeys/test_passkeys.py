"""A passkey in a real browser, with an authenticator of the browser's own: added, signed in with,
lost, stood in for by a recovery code, taken away.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.fixtures.demo import PASSWORD
from tests.journeys.steps import confirm, sign_in

ACCOUNT = "system"
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}

pytestmark = pytest.mark.browser


def test_a_passkey_is_added_used_lost_and_taken_away(desk, named_site, picture):
    page = desk(ACCOUNT, site=named_site)
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    key = devices.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})["authenticatorId"]

    page.goto("/safety")
    page.get_by_role("link", name="添加通行密钥").click()
    page.get_by_label(re.compile("^名字")).fill("办公室的电脑")
    page.get_by_role("button", name="添加这台设备的通行密钥").click()
    expect(page.get_by_role("heading", name="恢复码（10 个）")).to_be_visible()
    code = page.locator("ol code").first.inner_text()
    leave(page)

    arrive(page, picture)
    page.get_by_role("button", name="用通行密钥确认").click()
    page.wait_for_url("**/home")
    page.goto("/confirm?next=/safety")
    page.get_by_role("button", name="用通行密钥确认").click()
    expect(page.get_by_role("main")).to_contain_text("请先填写密码。")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="用通行密钥确认").click()
    expect(page.get_by_role("heading", name="登录与安全")).to_be_visible()
    leave(page)

    devices.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": key})
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    arrive(page, picture)
    page.get_by_role("button", name="用通行密钥确认").click()
    expect(page.get_by_role("main")).to_contain_text("没有完成，可以再试一次。")
    page.get_by_label("恢复码").fill(code)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/home")

    page.goto("/safety")
    confirm(page, "删除", "删除")
    expect(page.get_by_role("main")).to_contain_text("登录时不能再用它")
    leave(page)
    sign_in(page, ACCOUNT)
    page.wait_for_url("**/home")


def arrive(page, picture):
    """Give the password, after which the second factor is asked for."""
    sign_in(page, ACCOUNT)
    expect(page.get_by_role("heading", name="第二步验证")).to_be_visible()
    picture(page, "second")


def leave(page):
    """Sign out."""
    page.goto("/home")
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_text("您已安全退出。")).to_be_visible()
