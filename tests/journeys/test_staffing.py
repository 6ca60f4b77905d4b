"""A new installation is staffed, from the first administrator's slip to clerks at work."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.steps import confirm, open_place, sign_in, slips_on

pytestmark = pytest.mark.browser

UNIT = "331083001"


@pytest.fixture
def newcomer(desk, new_site):
    """Return a function that follows somebody's invitation and chooses a password."""

    def arrive(account, code, picture=None):
        page = desk(site=new_site)
        page.goto(f"/invitation#{code}")
        expect(page.get_by_label("邀请码")).to_have_value(code)
        if picture:
            picture(page, "invitation")
        chosen = own_password(account)
        page.get_by_label(re.compile("^新密码")).fill(chosen)
        page.get_by_label("再输一遍新密码").fill(chosen)
        page.get_by_role("button", name="设置密码并登录").click()
        expect(page.get_by_role("heading", name="工作台")).to_be_visible()
        return page

    return arrive


def own_password(account):
    return f"四个 不相干 的词 {account}"


def test_from_the_first_slip_to_clerks_at_work(desk, new_site, newcomer, picture):
    administrator = newcomer(new_site.account, new_site.code, picture)
    picture(administrator, "administrator-home")
    reviewer = newcomer(*open_account(administrator, "reviewer-a", UNIT, "审核员", picture))
    keeper = newcomer(*open_account(administrator, "log-keeper", "331083", "安全审计员"))
    lock_somebody(administrator, newcomer, desk, new_site, picture)

    first, second = open_clerks(reviewer, picture)
    clerk = newcomer(*first, picture)
    picture(clerk, "clerk-home")
    reset_password(reviewer, desk, new_site, second, picture)
    hand_over(reviewer, newcomer, clerk, first, picture)

    read_the_trail(keeper, picture)


def open_account(administrator, name, place, role, picture=None):
    """Open an account and return its slip."""
    open_place(administrator, "账号管理")
    administrator.get_by_role("link", name="新建账号").click()
    administrator.get_by_label(re.compile("^账号")).fill(name)
    administrator.get_by_label("使用人姓名").fill(f"{role}甲")
    administrator.get_by_label("所属工会代码").fill(place)
    administrator.get_by_label(role, exact=True).check()
    if picture:
        picture(administrator, "new-account", whole=True)
    administrator.get_by_role("button", name="新建账号").click()
    (slip,) = slips_on(administrator)
    assert slip.account == name
    if picture:
        picture(administrator, "slip")
    administrator.get_by_role("link", name="返回").click()
    return slip


def lock_somebody(administrator, newcomer, desk, new_site, picture):
    """Open an account that holds too much: refused; then lock one, which signs in no more."""
    administrator.get_by_role("link", name="新建账号").click()
    administrator.get_by_label(re.compile("^账号")).fill("too-much")
    administrator.get_by_label("使用人姓名").fill("某甲")
    for role in ("市级管理员", "安全审计员"):
        administrator.get_by_label(role, exact=True).check()
    administrator.get_by_role("button", name="新建账号").click()
    expect(administrator.get_by_role("alert")).to_contain_text("还没有保存")
    picture(administrator, "two-powers", whole=True)

    slip = open_account(administrator, "reviewer-gone", UNIT, "审核员")
    newcomer(*slip)
    row = administrator.get_by_role("row", name=re.compile("reviewer-gone"))
    row.get_by_role("link", name="管理").click()
    picture(administrator, "account", whole=True)
    confirm(administrator, "停用账号", "停用账号")
    expect(administrator.get_by_role("main")).to_contain_text("账号 reviewer-gone 已停用")
    gone = desk(site=new_site)
    sign_in(gone, slip.account, own_password(slip.account))
    expect(gone.get_by_role("main")).to_contain_text("停用")
    picture(gone, "locked")


def open_clerks(reviewer, picture):
    """Open the accounts of all unions at once and return their slips."""
    open_place(reviewer, "经办员账号")
    picture(reviewer, "clerks")
    confirm(reviewer, "开通并打印账号（2 家）", "开通并显示纸条")
    slips = slips_on(reviewer)
    assert len(slips) == 2
    picture(reviewer, "clerk-slips")
    look_at_the_paper(reviewer, slips, picture)
    reviewer.get_by_role("link", name="返回").click()
    return slips


def look_at_the_paper(reviewer, slips, picture):
    """On paper each slip has its code in one line, and nothing that is for the screen."""
    reviewer.emulate_media(media="print")
    picture(reviewer, "clerk-slips-paper")
    for slip in slips:
        box = reviewer.get_by_text(slip.code, exact=True).bounding_box()
        assert box["height"] < 40, "in one line"
    for words in ("邀请码只显示这一次", "也可以把链接发给本人"):
        for shown in reviewer.get_by_text(words).all():
            expect(shown).to_be_hidden()
    reviewer.emulate_media(media="screen")


def reset_password(reviewer, desk, new_site, slip, picture):
    """Give a clerk who lost the slip another one: the first opens nothing any more."""
    manage(reviewer, slip.account)
    picture(reviewer, "clerk", whole=True)
    confirm(reviewer, "重新邀请", "作废原密码并邀请")
    (again,) = slips_on(reviewer)
    assert again.account == slip.account and again.code != slip.code
    reviewer.get_by_role("link", name="返回").click()

    page = desk(site=new_site)
    for code, words in ((slip.code, "邀请码不正确"), (again.code, "工作台")):
        page.goto(f"/invitation#{code}")
        expect(page.get_by_label("邀请码")).to_have_value(code)
        page.get_by_label(re.compile("^新密码")).fill(own_password(slip.account))
        page.get_by_label("再输一遍新密码").fill(own_password(slip.account))
        page.get_by_role("button", name="设置密码并登录").click()
        expect(page.get_by_role("main")).to_contain_text(words)


def hand_over(reviewer, newcomer, clerk, slip, picture):
    """Give a union to another person: the former clerk's open page is dead."""
    manage(reviewer, slip.account)
    reviewer.get_by_label("接手人姓名").fill("接手人乙")
    reviewer.get_by_role("button", name="注销原账号，开通新账号").click()
    (successor,) = slips_on(reviewer)
    assert successor.account != slip.account
    picture(reviewer, "handed-over")
    clerk.goto("/home")
    expect(clerk).to_have_title("登录 - 同心册")
    page = newcomer(*successor)
    open_place(page, "花名册导入")


def manage(reviewer, account):
    open_place(reviewer, "经办员账号")
    row = reviewer.get_by_role("row", name=re.compile(re.escape(account) + r"\b"))
    row.get_by_role("link", name="管理").click()
    expect(reviewer.get_by_role("heading", name=re.compile(re.escape(account)))).to_be_visible()


def read_the_trail(keeper, picture):
    """Find all of it on the trail, by whom, and verify the chain."""
    open_place(keeper, "操作留痕")
    picture(keeper, "trail")
    acts = {
        "administrator": ("新建账号", "停用账号"),
        "reviewer-a": ("批量开通经办员", "重新邀请设置密码", "经办员交接"),
    }
    for account, names in acts.items():
        keeper.get_by_role("searchbox", name="账号").fill(account)
        keeper.get_by_role("button", name="搜索").click()
        for name in names:
            row = keeper.get_by_role("row", name=re.compile(f"{account} {name}"))
            expect(row.first).to_be_visible()
    picture(keeper, "trail-of-one")
    keeper.get_by_role("button", name=re.compile("^校验全部记录")).click()
    expect(keeper.get_by_role("main")).to_contain_text("没有改动、缺失或调换")
    picture(keeper, "verified")
