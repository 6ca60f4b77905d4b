"""A clerk asks at a row, the unit answers with the keyboard, the clerk reads it on a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories.accessibility import bring_axe
from tests.journeys.test_every_page import PHONE, complaints_about, sticks_out

pytestmark = pytest.mark.browser

CLERK, UNIT = "clerk-3310830020021", "reviewer-331083002"
TEXT, ANSWER = "座机能不能填在手机一栏？", "不能，没有手机就留空。"


def test_a_question_goes_up_and_its_answer_comes_back(desk, picture):
    clerk = desk(CLERK)
    bring_axe(clerk)
    clerk.get_by_role("link", name="去改正").first.click()
    clerk.get_by_role("link", name=re.compile(r"^提问\s*：第 \d+ 行")).first.click()
    expect(clerk.get_by_label("您的问题")).to_be_focused()
    assert complaints_about(clerk) == []
    clerk.keyboard.type(TEXT)
    picture(clerk, "ask")
    clerk.keyboard.press("Tab")
    clerk.keyboard.press("Enter")
    expect(clerk.get_by_role("main")).to_contain_text("问题已经交给上级工会")
    expect(clerk.get_by_role("link", name=re.compile(r"号报送第 \d+ 行"))).to_be_visible()
    assert complaints_about(clerk) == []

    unit = desk(UNIT)
    bring_axe(unit)
    unit.get_by_role("link", name="答复问题").click()
    row = unit.get_by_role("row").filter(has_text=TEXT)
    row.focus()
    unit.keyboard.press("Enter")
    expect(unit.get_by_role("heading", name="问答")).to_be_visible()
    unit.get_by_label("答复", exact=True).fill(ANSWER)
    picture(unit, "answer")
    assert complaints_about(unit) == []
    unit.get_by_role("button", name="答复", exact=True).click()
    expect(unit.get_by_role("main")).to_contain_text("已答复")

    phone = desk(CLERK, viewport=PHONE, has_touch=True, is_mobile=True)
    phone.get_by_role("link", name="去看答复").tap()
    expect(phone.get_by_role("heading", name="问题上报")).to_be_visible()
    phone.wait_for_load_state()
    assert sticks_out(phone) is None
    phone.get_by_role("link", name=TEXT).tap()
    expect(phone.get_by_role("main")).to_contain_text(ANSWER)
    phone.wait_for_load_state()
    picture(phone, "read")
    assert sticks_out(phone) is None
    phone.get_by_role("button", name="明白了").tap()
    expect(phone.get_by_role("main")).to_contain_text("已经了结")
