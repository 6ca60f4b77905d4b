"""Every help page in a browser: axe finds nothing, it fits a phone, its drawing holds its words."""

import re

import pytest
from playwright.sync_api import expect

from registry.roster.rules import RULES
from tests.factories.accessibility import bring_axe, violations

pytestmark = pytest.mark.browser

PAGES = [f"/help/{code}" for code in RULES]
# All but the first of each family: document.*, name.* …
FAMILIES = {code.partition(".")[0]: f"/help/{code}" for code in reversed(RULES)}
ALIKE = set(PAGES) - set(FAMILIES.values())
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
# Words that reach over the drawing's edge, or over the right edge of the box they begin in.
SPILT = """() => {
  const drawing = document.querySelector(".help-picture");
  const boxes = [...drawing.querySelectorAll("rect")].map(box => box.getBBox());
  return [...drawing.querySelectorAll("text")].filter(text => {
    const word = text.getBBox();
    const right = word.x + word.width;
    return right > drawing.viewBox.baseVal.width || boxes.some(box =>
      Math.abs(box.x + 8 - word.x) < 1 && word.y > box.y - 3 &&
      word.y + word.height < box.y + box.height + 5 && right > box.x + box.width);
  }).map(text => text.textContent);
}"""


def test_every_help_page(desk, picture):
    """Nothing is spilt or sticks out on any; all are made alike, so axe sees one of each family."""
    look_at_all(desk, picture, closely=lambda address: address not in ALIKE)


@pytest.mark.soak
def test_every_help_page_closely(desk, picture):
    look_at_all(desk, picture, closely=lambda address: True)


def look_at_all(desk, picture, closely):
    page = desk("clerk-3310830010001")
    bring_axe(page)
    complaints = []
    for address in ("/help", *PAGES):
        assert page.goto(address).status == 200, address
        if closely(address):
            # The frame is always the same, and contrast that of the same parts.
            is_first = address == "/help"
            found = violations(page, frame=is_first, contrast=is_first)
            complaints += [(address, *one) for one in found]
        if address != "/help":
            picture(page, address.strip("/").replace("/", "-"))
            complaints += [(address, "spilt", word) for word in page.evaluate(SPILT)]
        page.set_viewport_size(PHONE)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            complaints.append((address, "wider than a phone"))
        page.set_viewport_size(DESK)
    assert complaints == []


def test_from_a_finding_to_its_help_and_back(desk):
    page = desk("clerk-3310830010001")
    page.get_by_role("link", name="去改正").first.click()
    page.get_by_role("link", name="怎么办").first.click()
    page.wait_for_url(re.compile(r"/help/.+back="))
    page.locator(".help-related a").first.click()
    page.wait_for_url(re.compile(r"/help/.+back="))
    page.get_by_role("link", name="返回刚才的页面").first.click()
    page.wait_for_url(re.compile(r"/submissions/\d+\?.*#row-\d+$"))
    expect(page.get_by_role("heading", name="核对花名册")).to_be_visible()
