"""A file that leaves for a reason: what was wrong before is not said beside the file that came."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.steps import open_place

REVIEWER = "reviewer2-331083105"
NUMBER = "110101199003077715"

pytestmark = pytest.mark.browser


def test_a_reason_is_asked_for_mended_and_the_file_comes(desk, picture):
    page = desk(REVIEWER)
    open_place(page, "报送记录")
    page.get_by_role("link", name=re.compile("^(查看|打开)")).first.click()
    page.get_by_role("link", name="原始文件").click()
    main = page.get_by_role("main")
    give = page.get_by_role("button", name="下载原始文件")
    give.click()
    expect(main).to_contain_text("请选择查看理由。")

    page.get_by_label("查看理由").select_option(index=1)
    page.get_by_label("补充说明").fill(f"核对 {NUMBER}")
    give.click()
    expect(main).to_contain_text("请不要写完整的证件号码")
    picture(page, "number")
    page.get_by_label("补充说明").fill("核对标红的几行")
    with page.expect_download() as arriving:
        give.click()
    assert arriving.value.suggested_filename
    expect(main).to_contain_text("正在准备文件")
    expect(main).not_to_contain_text("请不要写完整的证件号码")
    expect(give).to_be_enabled()
    picture(page, "came")
    page.get_by_role("link", name="返回").last.click()
    expect(page.get_by_role("link", name="原始文件")).to_be_visible()
