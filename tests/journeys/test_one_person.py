"""One person by hand: joins, is looked at for a reason, leaves; the history keeps all of it."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories.people import fields_of, make_person
from tests.journeys.steps import approve_all, open_place, union_of

pytestmark = pytest.mark.browser

CLERK, REVIEWER = "clerk-3310831070006", "reviewer-331083107"
REASON = "电话通知领取节日慰问品，核对本人号码"
PERSON = make_person(seed=331083107)


def test_a_person_joins_is_looked_at_and_leaves(desk, picture):
    clerk, reviewer = desk(CLERK), desk(REVIEWER)
    union = union_of(clerk)

    join(clerk, picture)
    approve_all(reviewer, union)
    find_member(clerk, picture)
    look_at_the_number(clerk, picture)
    leave(clerk, picture)
    approve_all(reviewer, union)
    read_history(clerk, picture)
    read_trail(desk("log-keeper"), picture)


def join(clerk, picture):
    """Fill the form, one fault first: it is told at its field and nothing is lost."""
    open_place(clerk, "会员名册")
    picture(clerk, "no-members")
    clerk.get_by_role("link", name="登记一名会员").click()
    fields = fields_of(PERSON)
    wrong = PERSON.number[:17] + ("0" if PERSON.number[17] != "0" else "1")
    for label, field in (
        ("姓名", "full_name"),
        ("移动电话", "mobile"),
        ("会籍变化日期", "changed_on"),
    ):
        clerk.get_by_label(label).fill(fields[field])
    clerk.get_by_label("证件号码").fill(wrong)
    for label, field in (
        ("民族", "ethnicity"),
        ("是否农民工", "is_migrant_worker"),
        ("就业状况", "work_status"),
        ("学历", "education"),
        ("政治面貌", "political_status"),
        ("户籍类型", "household_kind"),
    ):
        clerk.get_by_label(label).select_option(label=fields[field])
    picture(clerk, "form", whole=True)
    clerk.get_by_role("button", name="核对填写的内容").click()
    expect(clerk.get_by_role("alert")).to_contain_text("校验码不正确")
    picture(clerk, "fault", whole=True)

    expect(clerk.get_by_label("姓名")).to_have_value(PERSON.full_name)
    clerk.get_by_label("证件号码").fill(PERSON.number)
    clerk.get_by_role("button", name="核对填写的内容").click()
    expect(clerk.get_by_role("heading", name="核对后提交")).to_be_visible()
    picture(clerk, "look-over", whole=True)
    clerk.get_by_role("button", name="提交审核（1 人）").click()
    expect(clerk.get_by_role("main")).to_contain_text("已提交审核（1 人）")
    picture(clerk, "sent")


def find_member(clerk, picture):
    open_place(clerk, "会员名册")
    picture(clerk, "members")
    clerk.get_by_role("rowheader", name=PERSON.full_name).get_by_role("link").click()
    expect(clerk.get_by_role("heading", name=PERSON.full_name)).to_be_visible()
    expect(clerk.get_by_role("main")).to_contain_text("本地校验通过")
    expect(clerk.get_by_role("main")).not_to_contain_text(PERSON.number)
    picture(clerk, "member", whole=True)


def look_at_the_number(clerk, picture):
    """The full number is shown for a reason only, and for a short while."""
    main = clerk.get_by_role("main")
    clerk.get_by_role("button", name="显示证件号码").click()
    expect(main).to_contain_text("请选择查看理由")
    expect(main).not_to_contain_text(PERSON.number)

    clerk.get_by_label("查看理由").select_option("VERIFY")
    clerk.get_by_label("补充说明").fill(REASON)
    clerk.get_by_role("button", name="显示证件号码").click()
    expect(main).to_contain_text(PERSON.number)
    picture(clerk, "opened", whole=True)

    clerk.goto(clerk.url)
    expect(clerk.get_by_role("table", name="谁查看过")).to_contain_text(REASON)
    expect(main).not_to_contain_text(PERSON.number)


def leave(clerk, picture):
    clerk.get_by_role("link", name="退会").click()
    expect(clerk.get_by_label("会籍变化类型")).to_have_value("退会")
    clerk.get_by_label("会籍变化日期").fill("2026-06-30")
    clerk.get_by_label("会籍变化原因").select_option(index=1)
    picture(clerk, "leave")
    clerk.get_by_role("button", name="核对填写的内容").click()
    expect(clerk.get_by_role("main")).to_contain_text("会籍终止")
    picture(clerk, "leave-look-over")
    clerk.get_by_role("button", name="提交审核（1 人）").click()
    expect(clerk.get_by_role("main")).to_contain_text("已提交审核（1 人）")


def read_history(clerk, picture):
    """Who left stands in no list of members, but with the state asked for is found again."""
    open_place(clerk, "会员名册")
    expect(clerk.get_by_role("main")).to_contain_text("0")
    expect(clerk.get_by_role("rowheader", name=PERSON.full_name)).to_have_count(0)
    clerk.get_by_role("combobox", name=re.compile("^会籍")).select_option(label="会籍终止")
    clerk.get_by_role("button", name="搜索").click()
    clerk.get_by_role("rowheader", name=PERSON.full_name).get_by_role("link").click()
    main = clerk.get_by_role("main")
    for event in ("入会", "退会"):
        expect(main.get_by_role("listitem").filter(has_text=event).first).to_be_visible()
    expect(main).to_contain_text("2026-06-30")
    expect(main).to_contain_text("会籍终止")
    picture(clerk, "history", whole=True)


def read_trail(keeper, picture):
    open_place(keeper, "操作留痕")
    keeper.get_by_role("searchbox", name="账号").fill(CLERK)
    keeper.get_by_role("button", name="搜索").click()
    row = keeper.get_by_role("row", name=re.compile("查看会员完整信息"))
    expect(row).to_contain_text(REASON)
    expect(keeper.get_by_role("main")).not_to_contain_text(PERSON.number)
    picture(keeper, "trail")
