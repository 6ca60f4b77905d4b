"""The way of a roster: a clerk's messy workbook moves the city's total by exactly its persons."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories import messy_roster as messy
from tests.factories.messy_roster import make_messy_roster

UNION, CLERK = "3310831050003", "clerk-3310831050003"
REVIEWER, CITY = "reviewer-331083105", "city-331083"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SENT_BACK = CONFIRMED, CORRECTED = 5, 12
NOTE = "这两位的身份证与社保名单不一致，请对照原件核对。"


@pytest.fixture
def roster():
    return make_messy_roster(seed=20180731)


@pytest.mark.browser
def test_a_messy_workbook_becomes_members(desk, roster, picture):
    city = desk(CITY)
    before = members_in_the_city(city)
    picture(city, "totals-before")

    clerk = desk(CLERK)
    picture(clerk, "clerk-home")
    upload(clerk, roster, picture)
    correct(clerk, roster, picture)
    address = submit(clerk, picture)

    reviewer = desk(REVIEWER)
    find_in_queue(reviewer, picture)
    send_two_back(reviewer, picture)
    approve_the_rest(reviewer, picture)
    assert members_in_the_city(city) == before + messy.PEOPLE - len(SENT_BACK)

    send_again(clerk, address, roster, picture)
    find_in_queue(reviewer, picture)
    approve_the_rest(reviewer, picture)

    assert members_in_the_city(city) == before + messy.PEOPLE
    picture(city, "totals-after")
    city.get_by_role("link", name="数据核对").click()
    city.get_by_role("button", name="现在核对").click()
    expect(city.get_by_role("main")).to_contain_text("完全一致")
    picture(city, "reconciled")


def upload(clerk, roster, picture):
    """Upload from the home page and wait through the reading for the check page."""
    clerk.get_by_role("link", name="上传花名册").click()
    file = {"name": "2026年花名册（最终版）.xlsx", "mimeType": XLSX, "buffer": roster.content}
    clerk.get_by_label("选择花名册文件").set_input_files(file)
    expect(clerk.get_by_text("已选择：2026年花名册（最终版）.xlsx")).to_be_visible()
    clerk.get_by_label("增量").check()
    picture(clerk, "upload", whole=True)
    clerk.get_by_role("button", name="上传并校验").click()
    expect(clerk.get_by_role("heading", name=re.compile("读取花名册|核对花名册"))).to_be_visible()
    picture(clerk, "reading")
    expect(clerk.get_by_role("heading", name="核对花名册")).to_be_visible(timeout=20_000)
    picture(clerk, "checked", whole=True)


def correct(clerk, roster, picture):
    """Mend every fault in the page, each in the way that suits it."""
    skipped = 1 + messy.FOOTERS
    assert counts(clerk) == {"共": 16, "通过": 4, "提醒": 0, "需改正": 9, "已忽略": skipped}

    clerk.get_by_role("button", name=f"改为 {roster.people[messy.WRONG_DIGIT].number}").click()
    expect(row(clerk, messy.WRONG_DIGIT)).to_contain_text("已改好")

    alike = clerk.locator("form.alike", has_text="汗族")
    alike.get_by_role("combobox").select_option("汉族")
    alike.get_by_role("button", name=f"全部改正（{len(messy.HAN_MISSPELT)} 行）").click()
    for number in messy.HAN_MISSPELT:
        expect(row(clerk, number)).to_have_count(0)
    picture(clerk, "corrected-alike", whole=True)

    write(clerk, messy.NO_NAME, "姓名", roster.people[messy.NO_NAME].full_name)
    write(clerk, messy.NUMERIC, "证件号码", roster.people[messy.NUMERIC].number)
    write(clerk, messy.SHORT_MOBILE, "移动电话", roster.people[messy.SHORT_MOBILE].mobile)

    clerk.get_by_role("button", name=f"第 {messy.DUPLICATES[1]} 行，不报").click()
    expect(row(clerk, messy.DUPLICATES[1])).to_contain_text("已排除")
    expect(row(clerk, messy.DUPLICATES[0])).to_contain_text("校验通过")
    picture(clerk, "corrected", whole=True)
    left = {"共": 16, "通过": messy.PEOPLE, "提醒": 0, "需改正": 0, "已忽略": skipped + 1}
    assert counts(clerk) == left


def submit(clerk, picture):
    """Send the roster for review; return its address."""
    clerk.get_by_role("link", name=f"提交审核（{messy.PEOPLE} 人）").first.click()
    expect(clerk.get_by_role("main")).to_contain_text(f"这次提交 {messy.PEOPLE} 人。")
    picture(clerk, "submit")
    clerk.get_by_role("button", name=f"提交审核（{messy.PEOPLE} 人）").click()
    expect(clerk.get_by_role("main")).to_contain_text(f"已提交 {messy.PEOPLE} 人")
    picture(clerk, "submitted")
    return clerk.url


def find_in_queue(reviewer, picture):
    """Open the union's roster from the queue."""
    reviewer.goto("/home")
    picture(reviewer, "reviewer-home")
    reviewer.get_by_role("link", name="审核待办").click()
    picture(reviewer, "queue")
    name = union_name(reviewer)
    reviewer.get_by_role("row", name=re.compile(name)).get_by_role("link", name="审核").click()
    expect(reviewer.get_by_role("heading", name=re.compile(name))).to_be_visible()
    picture(reviewer, "review")


def union_name(reviewer):
    return reviewer.get_by_role("rowheader").first.inner_text()


def send_two_back(reviewer, picture):
    for number in SENT_BACK:
        reviewer.get_by_role("checkbox", name=re.compile(f"选择第 {number} 行")).check()
    reviewer.get_by_role("button", name=re.compile("^退回")).click()
    dialog = reviewer.get_by_role("dialog", name=re.compile("退回"))
    dialog.get_by_label("原因").select_option(label="信息有误")
    dialog.get_by_label("说明").fill(NOTE)
    picture(reviewer, "send-back")
    dialog.get_by_role("button", name=f"退回 {len(SENT_BACK)} 人").click()
    expect(reviewer.get_by_role("main")).to_contain_text(f"已退回 {len(SENT_BACK)} 人")
    picture(reviewer, "sent-back")


def approve_the_rest(reviewer, picture):
    reviewer.get_by_role("button", name=re.compile("全部通过")).click()
    dialog = reviewer.get_by_role("dialog")
    picture(reviewer, "approve")
    dialog.get_by_role("button", name=re.compile("通过")).click()
    expect(reviewer.get_by_role("main")).to_contain_text("并入库")
    picture(reviewer, "approved")


def send_again(clerk, address, roster, picture):
    """See what was sent back and why, confirm one person, correct the other, submit again."""
    clerk.goto(address)
    picture(clerk, "told", whole=True)
    expect(clerk.get_by_role("main")).to_contain_text(NOTE)
    clerk.get_by_role("link", name=f"去改正这 {len(SENT_BACK)} 行").click()
    picture(clerk, "came-back", whole=True)
    expect(clerk.get_by_role("main")).to_contain_text(NOTE)
    clerk.get_by_role("link", name=f"第 {CORRECTED} 行，整行修改").click()
    cell = clerk.get_by_label("移动电话", exact=True)
    expect(cell).to_have_value(roster.people[CORRECTED].mobile)
    cell.fill("13958600000")
    picture(clerk, "whole-row", whole=True)
    clerk.get_by_role("button", name="保存并重新校验").click()
    expect(row(clerk, CORRECTED)).to_contain_text("139******00")
    clerk.get_by_role("link", name=f"提交审核（{len(SENT_BACK)} 人）").first.click()
    clerk.get_by_role("button", name=f"提交审核（{len(SENT_BACK)} 人）").click()
    expect(clerk.get_by_role("main")).to_contain_text(f"已提交 {len(SENT_BACK)} 人")


def members_in_the_city(city):
    """Read the number of members from the totals page."""
    city.goto("/home")
    city.get_by_role("link", name="统计分析").first.click()
    total = city.get_by_role("table", name="各单位情况", exact=True).locator("tr.total")
    return int(total.locator("td").nth(5).inner_text().replace(",", ""))


def counts(clerk):
    """Read the counts above the rows, which must add up."""
    names = ("共", "通过", "提醒", "需改正", "已忽略")
    shown = clerk.locator("#reckoning dd").all_inner_texts()
    found = dict(zip(names, (int(re.sub(r"\D", "", text)) for text in shown), strict=True))
    assert found["共"] == sum(found[name] for name in names[1:]), found
    return found


def row(clerk, number):
    return clerk.locator(f"#row-{number}")


def write(clerk, number, column, text):
    """Type into a cell and leave it; it is judged at once."""
    cell = clerk.get_by_label(f"第 {number} 行{column}", exact=True)
    cell.fill(text)
    cell.press("Tab")
    expect(row(clerk, number)).to_contain_text("已改好")
