"""Who gets in, who does not, and what is left behind after leaving."""

import pytest
from playwright.sync_api import expect

from tests.fixtures.demo import PASSWORD
from tests.journeys.steps import sign_in

CLERK, UNION = "clerk-3310831060004", "3310831060004"
OTHER_UNION = "3310831060005"
REVIEWER = "reviewer-331083106"

pytestmark = pytest.mark.browser


def test_a_wrong_password_says_what_to_do_and_keeps_the_name(desk, picture):
    page = desk()
    sign_in(page, CLERK, "not-the-password")
    expect(page.get_by_role("main")).to_contain_text("账号或密码不正确")
    expect(page.get_by_label("账号")).to_have_value(CLERK)
    expect(page.get_by_label("密码")).to_have_value("")
    picture(page, "wrong")

    sign_in(page, CLERK, PASSWORD)
    expect(page.get_by_role("heading", name="工作台")).to_be_visible()


def test_an_unknown_name_is_told_the_same(desk):
    page = desk()
    sign_in(page, "clerk-9999999999999", PASSWORD)
    expect(page.get_by_role("main")).to_contain_text("账号或密码不正确")


def test_an_address_from_before_signing_in_is_reached_after_it(desk):
    page = desk()
    page.goto(f"/unions/{UNION}/members")
    expect(page).to_have_title("登录 - 同心册")
    sign_in(page, CLERK, PASSWORD)
    expect(page.get_by_role("heading", name="会员名册")).to_be_visible()


def test_a_cookie_copied_before_signing_out_is_dead_after_it(desk):
    clerk, thief = desk(CLERK), desk()
    thief.context.clear_cookies()
    thief.context.add_cookies(clerk.context.cookies())
    thief.goto("/home")
    expect(thief.get_by_role("heading", name="工作台")).to_be_visible()

    clerk.get_by_role("button", name="退出").click()
    expect(clerk.get_by_text("您已安全退出。")).to_be_visible()
    for page in (clerk, thief):
        page.goto("/home")
        expect(page).to_have_title("登录 - 同心册")


def test_another_union_does_not_exist_for_a_clerk(desk, picture):
    clerk = desk(CLERK)
    for place in ("roster", "members", "submissions", "person", "totals", "unions"):
        assert clerk.goto(f"/unions/{OTHER_UNION}/{place}").status == 404, place
        expect(clerk.get_by_role("main")).to_contain_text("不在您的管理范围内")
    picture(clerk, "not-found")
    clerk.get_by_role("link", name="返回工作台").click()
    expect(clerk.get_by_role("heading", name="工作台")).to_be_visible()


def test_another_unit_and_its_rosters_do_not_exist_for_a_reviewer(desk):
    own, stranger = desk(REVIEWER), desk("reviewer-331083002")
    own.get_by_role("link", name="审核待办").click()
    address = own.get_by_role("link", name="审核", exact=False).last.get_attribute("href")
    assert address.startswith("/submissions/"), address

    for path in (address, address.removesuffix("/review"), "/unions/331083106/queue"):
        assert own.goto(path).status == 200
        assert stranger.goto(path).status == 404
    expect(stranger.get_by_role("main")).to_contain_text("不在您的管理范围内")


def test_inside_the_place_without_the_permission_is_said_so(desk):
    clerk = desk(CLERK)
    assert clerk.goto(f"/unions/{UNION}/queue").status == 403
    expect(clerk.get_by_role("heading", name="没有这项权限")).to_be_visible()
