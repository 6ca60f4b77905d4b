"""A union sends its full roster again: compared, the missing accounted for, reviewed, counted."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories.people import make_people
from tests.factories.rosters import make_roster
from tests.journeys.steps import confirm, open_place

UNION, CLERK = "3310831020006", "clerk-3310831020006"
OTHER, OTHER_CLERK = "3310831020007", "clerk-3310831020007"
REVIEWER, CITY = "reviewer-331083102", "city-331083"
PEOPLE = make_people(13, seed=20270105)
MEMBERS, JOINING, ELSEWHERE = PEOPLE[:9], PEOPLE[9:12], PEOPLE[12]
MISSING = MEMBERS[5:]
CHANGES = {0: {"education": "博士研究生"}, 1: {"mobile": "13905760001"}}


@pytest.mark.browser
def test_a_full_roster_is_sent_again(desk, picture):
    clerk, other, reviewer = desk(CLERK), desk(OTHER_CLERK), desk(REVIEWER)
    for page, union, people in ((clerk, UNION, MEMBERS), (other, OTHER, [ELSEWHERE])):
        upload(page, union, make_roster(people), "增量")
        send(page, len(people))
        approve(reviewer, page.url)

    roster = make_roster([*MEMBERS[:5], *JOINING, ELSEWHERE], CHANGES)
    upload(clerk, UNION, roster, "全量")
    compare(clerk, picture)
    account_for(clerk, picture)
    # Typed before the way to the missing, and still there.
    expect(clerk.get_by_label("现有职工人数")).to_have_value("40")
    clerk.get_by_role("button", name="提交审核（9 人）").click()
    expect(clerk.get_by_role("main")).to_contain_text("名册没有列出 4 名现有会员")
    picture(clerk, "sent")

    absent = review(reviewer, clerk.url, picture)
    approve(reviewer, absent)
    picture(reviewer, "absent-approved")

    # Nine members, three joined, one left and one retired: ten are active, one is retained.
    assert members_of(desk(CITY, viewport={"width": 1366, "height": 768})) == 10
    clerk.goto(f"/unions/{UNION}/members")
    main = clerk.get_by_role("main")
    expect(main.get_by_role("row", name=re.compile(MISSING[0].full_name))).to_have_count(0)
    expect(main.get_by_role("row", name=re.compile(MISSING[1].full_name))).to_contain_text(
        "保留会籍"
    )
    picture(clerk, "members")


def upload(page, union, content, kind):
    page.goto(f"/unions/{union}/roster")
    file = {"name": f"{kind}.csv", "mimeType": "text/csv", "buffer": content}
    page.get_by_label("选择花名册文件").set_input_files(file)
    page.get_by_label(kind).check()
    page.get_by_role("button", name="上传并校验").click()
    expect(page.get_by_role("heading", name="核对花名册")).to_be_visible(timeout=20_000)


def send(page, count):
    page.get_by_role("link", name=f"提交审核（{count} 人）").first.click()
    page.get_by_role("button", name=f"提交审核（{count} 人）").click()
    expect(page.get_by_role("main")).to_contain_text(f"已提交 {count} 人")


def approve(reviewer, address):
    """Approve all that can be approved of a submission."""
    number = re.search(r"/submissions/(\d+)", address)[1]
    reviewer.goto(f"/submissions/{number}/review")
    confirm(reviewer, "全部通过", "通过")
    expect(reviewer.get_by_role("main")).to_contain_text("并入库")


def compare(clerk, picture):
    """See what would change, the differences first, before anything is sent."""
    clerk.get_by_role("link", name="提交审核（9 人）").first.click()
    clerk.get_by_label("现有职工人数").fill("40")
    picture(clerk, "confirm", whole=True)
    clerk.get_by_role("link", name=re.compile("看名单.*信息变更")).click()
    tabs = clerk.get_by_role("navigation", name="与会员库比对").get_by_role("link")
    expect(tabs.first).to_be_visible()
    counted = [re.sub(r"\s+|条", "", text) for text in tabs.all_inner_texts()]
    assert counted == ["在其他工会在册1", "信息变更2", "新会员3", "名册中没有4", "无变化3"]
    main = clerk.get_by_role("main")
    expect(main).to_contain_text("博士研究生")
    expect(main).to_contain_text("139******01")
    picture(clerk, "compare")
    tabs.filter(has_text="在其他工会在册").click()
    expect(main).to_contain_text("现在是其他工会的会员")


def account_for(clerk, picture):
    """Say why of two by the keyboard, saved at once, and of the rest with one click."""
    clerk.get_by_role("link", name="名册中没有").click()
    left, retired = (one.full_name for one in MISSING[:2])
    clerk.get_by_label(f"{left}的去向", exact=True).select_option(label="离职（退会）")
    line = clerk.get_by_role("row", name=re.compile(left))
    expect(line).to_contain_text("已保存")
    day = clerk.get_by_label(f"{left}离开的日期", exact=True)
    day.fill("明天")
    day.press("Tab")
    expect(line.get_by_role("alert")).to_contain_text("读不出是哪一天")
    picture(clerk, "date-refused")
    day.fill("2026-03-02")
    day.press("Enter")
    expect(line).to_contain_text("已保存")
    clerk.get_by_label(f"{retired}的去向", exact=True).select_option(label="退休（保留会籍）")
    main = clerk.get_by_role("main")
    expect(main).to_contain_text("已说明：离职（退会） 1 人、退休（保留会籍） 1 人")
    # Leave and come back: what was said is there.
    clerk.reload()
    expect(clerk.get_by_label(f"{left}离开的日期", exact=True)).to_have_value("2026-03-02")
    picture(clerk, "accounted-in-part", whole=True)
    clerk.get_by_role("link", name="返回提交").click()
    clerk.get_by_role("button", name="其余 2 人全部：漏写，仍在本单位").click()
    expect(main).to_contain_text("都已说明")
    picture(clerk, "accounted", whole=True)


def review(reviewer, address, picture):
    """Look at the differences, pass the same at once, then all the rest; return where the absent
    are reviewed."""
    number = re.search(r"/submissions/(\d+)", address)[1]
    open_place(reviewer, "审核待办")
    expect(reviewer.get_by_role("main")).to_contain_text("不在名册中的会员（全量.csv）")
    picture(reviewer, "queue")
    reviewer.goto(f"/submissions/{number}/review")
    expect(reviewer.get_by_role("link", name=re.compile("^在其他工会在册"))).to_have_attribute(
        "aria-current", "page"
    )
    picture(reviewer, "review")
    reviewer.get_by_role("button", name="通过无变化的 3 人").click()
    expect(reviewer.get_by_role("main")).to_contain_text("已通过 3 人并入库")
    approve(reviewer, address)
    expect(reviewer.get_by_role("main")).to_contain_text("1 人在其他工会在册，待转会")
    reviewer.get_by_role("link", name="审核这些人").click()
    expect(reviewer.get_by_role("main")).to_contain_text("离职（退会）")
    picture(reviewer, "absent")
    return reviewer.url


def members_of(city):
    """Recount the city, which must agree, and return the union's active members."""
    city.goto("/home")
    city.get_by_role("link", name="统计分析").first.click()
    city.get_by_role("link", name="数据核对").click()
    city.get_by_role("button", name="现在核对").click()
    expect(city.get_by_role("main")).to_contain_text("完全一致")
    city.goto(f"/unions/{UNION}/totals")
    figure = city.locator(".figure-item, .number-card").filter(has_text="会员").first
    return int(re.search(r"\d+", figure.inner_text().replace(",", ""))[0])
