"""One workbook for many unions: sent by a reviewer, approved by another, corrected by a clerk."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.factories.accessibility import bring_axe
from tests.factories.numbers import spoilt
from tests.factories.people import label_row, make_people, table
from tests.factories.rosters import csv_of
from tests.journeys.steps import approve_all, open_place
from tests.journeys.test_every_page import complaints_about

pytestmark = pytest.mark.browser

TOWNSHIP = "331083003"
FIRST, SECOND = f"{TOWNSHIP}0001", f"{TOWNSHIP}0002"


@pytest.fixture
def roster(tmp_path):
    """A file whose persons belong to two unions, and to one that nobody knows."""
    people = make_people(9, seed=23)
    names = (FIRST, SECOND, "外地某某公司")
    rows = [
        label_row(person) | {"所属工会": names[place % 3]} for place, person in enumerate(people)
    ]
    rows[0]["证件号码"] = spoilt(people[0].number)
    file = Path(tmp_path) / "街道合并名册.csv"
    file.write_bytes(csv_of(table(rows)))
    return file


def test_one_workbook_for_many_unions(desk, picture, roster):
    page = desk(f"reviewer-{TOWNSHIP}")
    bring_axe(page)
    open_place(page, "合并报送")
    page.get_by_label("选择合并名册文件").set_input_files(roster)
    page.get_by_role("button", name="上传并读取").click()
    expect(page.get_by_role("heading", name="这些工会，对不对？")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("还有 1 个名称（3 人）要您确认")
    assert complaints_about(page) == []
    picture(page, "names")

    page.get_by_label("“外地某某公司”是哪家工会").select_option("不报这些行")
    page.get_by_role("button", name=re.compile("^保存这一页")).click()
    page.get_by_role("button", name="确认，校验并拆分（6 人，2 家工会）").click()
    expect(page.get_by_role("heading", name="拆分报送的结果")).to_be_visible(timeout=30_000)
    assert complaints_about(page) == []
    picture(page, "result")
    with page.expect_download() as download:
        page.get_by_role("button", name="下载问题清单").click()
    assert download.value.suggested_filename == "问题清单-街道合并名册.csv"

    union = page.get_by_role("rowheader").last.inner_text()
    approve_all(desk(f"reviewer2-{TOWNSHIP}"), re.escape(union))

    clerk = desk(f"clerk-{FIRST}")
    clerk.get_by_role("link", name="去改正").first.click()
    expect(clerk.get_by_role("main")).to_contain_text("由上级工会代为上传的名册")
