"""A file with unsure columns: asked once on the column page, and not at the next upload."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories.people import fields_of, make_people
from tests.factories.rosters import csv_of
from tests.journeys.steps import open_place

CLERK = "clerk-3310831050004"
HEADER = ["姓名", "性别", "民族", "", "手机", "部门", "政治面目", "是否农民工"]


def roster(people):
    return csv_of(
        [
            HEADER,
            *(
                [one["full_name"], one["sex"], one["ethnicity"], one["document_number"],
                 one["mobile"], "装配车间", "群众", "是"]
                for one in map(fields_of, people)
            ),
        ]
    )  # fmt: skip


def upload(page, content, name):
    open_place(page, "花名册导入")
    file = {"name": name, "mimeType": "text/csv", "buffer": content}
    page.get_by_label("选择花名册文件").set_input_files(file)
    page.get_by_role("button", name="上传并校验").click()


@pytest.mark.browser
def test_unsure_columns_are_asked_once(desk, picture):
    people = make_people(9, seed=731)
    clerk = desk(CLERK)
    upload(clerk, roster(people), "车间名册.csv")
    expect(clerk.get_by_role("heading", name="核对列名", level=1)).to_be_visible()
    expect(clerk.get_by_role("heading", name=re.compile("有 2 列看不准"))).to_be_visible()
    picture(clerk, "columns", whole=True)

    number = clerk.get_by_label("第 D 列是")
    expect(number).to_have_value("document_number")
    number.select_option(label="不读取这一列")
    clerk.get_by_role("button", name="确认列名").click()
    expect(clerk.get_by_role("alert")).to_contain_text("还没有选哪一列是“证件号码”")
    clerk.get_by_label("第 D 列是").select_option(label="证件号码")
    clerk.get_by_role("button", name="确认列名").click()
    expect(clerk.get_by_role("heading", name="核对花名册")).to_be_visible()
    expect(clerk.get_by_role("list", name="进度")).to_contain_text("核对列名")
    picture(clerk, "checked")

    upload(clerk, roster(people[:7]), "再报一次.csv")
    expect(clerk.get_by_role("heading", name="核对花名册")).to_be_visible()
    expect(clerk.get_by_role("list", name="进度")).not_to_contain_text("核对列名")

    clerk.get_by_role("link", name="列名不对？重新核对列名").click()
    expect(clerk.get_by_role("heading", name="每一列是什么")).to_be_visible()
    clerk.get_by_role("link", name="返回，不改变").click()
    expect(clerk.get_by_role("heading", name="核对花名册")).to_be_visible()
