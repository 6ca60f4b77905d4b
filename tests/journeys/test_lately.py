"""The password asked for late: somebody wrote for long, and nothing that they wrote is lost."""

import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import expect

from tests.fixtures.demo import PASSWORD

REVIEWER = "reviewer2-331083103"

pytestmark = pytest.mark.browser


def test_what_was_typed_for_long_is_done_after_the_password(desk, demo_site, picture):
    page = desk(REVIEWER)
    page.goto("/tokens")
    words = "人事系统每晚核对在册人数，张工负责，办公室内线登记在册"
    page.get_by_label("给哪个系统用").fill(words)
    page.get_by_role("checkbox").first.check()
    _let_time_pass(demo_site.folder)
    page.get_by_role("button", name="新建令牌并显示").click()

    main = page.get_by_role("main")
    expect(main).to_contain_text("您刚才填写和选择的内容都保留着")
    picture(page, "asked")
    page.get_by_label("密码").fill("not-the-password")
    page.get_by_role("button", name="确认并继续").click()
    expect(main).to_contain_text("密码不正确")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="确认并继续").dblclick()
    expect(main).to_contain_text("只显示这一次")
    page.goto("/tokens")
    expect(page.get_by_role("row").filter(has_text=words)).to_have_count(1)


def _let_time_pass(folder) -> None:
    """Have all passwords of the site given long ago."""
    with closing(sqlite3.connect(folder / "registry.sqlite3", timeout=20)) as database:
        database.execute("UPDATE sign_in_session SET fresh_until = created_at")
        database.commit()
