"""Every page that a role can reach: axe finds nothing on it, and on a phone nothing sticks out."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.factories.accessibility import bring_axe, violations
from tests.journeys.steps import sign_in

pytestmark = pytest.mark.browser

DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
# What each must at least reach: a walk that finds no links is no walk. The length of a union's code
# tells its level: a city's page is another than a grassroots union's.
ROLES = {
    # A draft with errors, nobody in the register yet; then: members, a roster sent back in part.
    "clerk-3310830010001": ["/unions/13/roster", "/submissions/N", "/unions/13/person"],
    "clerk-3310830010008": ["/unions/13/members/N", "/submissions/N", "/submissions/N/rows/N"],
    "reviewer-331083001": ["/submissions/N/review", "/submissions/N/review/rows/N", "/clerks/N"],
    "city-331083": ["/unions/13/totals", "/unions/6/reconcile", "/unions/13/members/N"],
    "system": ["/unions/6/accounts", "/unions/6/accounts/new", "/accounts/N"],
    "log-keeper": ["/unions/6/trail"],
}
# No link on the first page of unions leads to one with members.
ALSO = {"city-331083": ["/unions/3310830010005/members"]}
AT_MOST = {"/submissions/N": 3}  # a draft, one that waits, one that is closed look different
LEVELS = {6: "6", 9: "9", 13: "13"}
LINKS = """links => links
    .filter(link => link.origin === location.origin && !link.hasAttribute("download"))
    .map(link => link.pathname)"""


@pytest.fixture(scope="session")
def first_to_see(tmp_path_factory, worker_id):
    """Return a function that tells whether no other role of this run came to a kind of page yet."""
    base = tmp_path_factory.getbasetemp()
    seen = (base if worker_id == "master" else base.parent) / "pages-seen"
    seen.mkdir(exist_ok=True)

    def is_first(kind):
        try:
            (seen / kind.replace("/", "-")).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    return is_first


@pytest.mark.parametrize("account", ROLES)
def test_every_page_of_a_role(desk, picture, account, first_to_see):
    """Each is answered; each kind is looked at by the first role that comes to it. The contrast of
    what pages are made of is looked at in the gallery, that of each page in the long tests.
    """
    walk(desk(account), account, picture, first_to_see, contrast=False)


@pytest.mark.soak
@pytest.mark.parametrize("account", ROLES)
def test_every_page_looked_at_closely_by_each_role(desk, picture, account):
    walk(desk(account), account, picture, lambda kind: True, contrast=True)


def walk(page, account, picture, is_looked_at, *, contrast):
    """Follow all links of a role from page to page, one of each kind."""
    bring_axe(page)
    complaints, seen, visited = [], [], {"/"}
    waiting = ["/home", "/password", *ALSO.get(account, ())]
    while waiting:
        path = waiting.pop(0)
        kind = kind_of(path)
        if path in visited or seen.count(kind) >= AT_MOST.get(kind, 1):
            continue
        visited.add(path)
        seen.append(kind)
        if is_looked_at(kind):
            links, found = look(page, path, picture, frame=len(seen) == 1, contrast=contrast)
            complaints += [(path, *one) for one in found]
        else:
            links = fetch(page, path)
        waiting += links
    assert complaints == []
    assert set(ROLES[account]) <= set(seen)


def look(page, path, picture, **closely):
    """Open a page; return its links and what is wrong with it."""
    assert page.goto(path).status == 200, path
    picture(page, kind_of(path).strip("/").replace("/", "-"))
    return page.locator("a[href]").evaluate_all(LINKS), complaints_about(page, **closely)


def fetch(page, path):
    """Ask for a page as the browser does, without drawing it; return its links."""
    answer = page.request.get(path)
    assert answer.status == 200, path
    return [
        urlsplit(unescape(link[1])).path
        for link in re.finditer(r'<a [^>]*href="(/[^"]*)"[^>]*>', answer.text())
        if " download" not in link[0]
    ]


def test_pages_for_nobody_in_particular(desk):
    page = desk()
    bring_axe(page)
    page.goto("/sign-in")
    assert complaints_about(page) == []
    sign_in(page, "clerk-3310830010001", "not-the-password")
    expect(page.get_by_role("main")).to_contain_text("账号或密码不正确")
    assert complaints_about(page) == []
    assert page.goto("/nowhere").status == 404
    assert complaints_about(page) == []


def test_a_clerk_and_a_reviewer_at_work_on_a_phone(desk, picture):
    """Nothing is wider than the phone, the menu opens, and a cell can be corrected."""
    clerk = desk("clerk-3310830020021", viewport=PHONE, has_touch=True, is_mobile=True)
    picture(clerk, "home", whole=True)
    assert sticks_out(clerk) is None
    clerk.get_by_role("link", name="打开菜单").tap()
    expect(clerk.get_by_role("link", name="花名册导入")).to_be_visible()
    picture(clerk, "menu")
    clerk.get_by_role("link", name="收起菜单").tap()
    clerk.get_by_role("link", name="去改正").first.tap()
    expect(clerk.get_by_role("heading", name="核对花名册")).to_be_visible()
    clerk.wait_for_load_state()
    picture(clerk, "check")
    clerk.locator(".cell-edit").first.scroll_into_view_if_needed()
    picture(clerk, "check-rows")
    assert sticks_out(clerk) is None

    reviewer = desk("reviewer-331083002", viewport=PHONE, has_touch=True, is_mobile=True)
    reviewer.get_by_role("link", name="开始审核").tap()
    expect(reviewer.get_by_role("heading", name="审核待办")).to_be_visible()
    reviewer.wait_for_load_state()
    picture(reviewer, "queue")
    assert sticks_out(reviewer) is None
    reviewer.get_by_role("row").get_by_role("link", name="审核").first.tap()
    expect(reviewer.get_by_role("button", name=re.compile("^全部通过"))).to_be_visible()
    picture(reviewer, "review")
    assert sticks_out(reviewer) is None


def kind_of(path):
    """Return a path with the numbers of single things left out; help has a journey of its own."""
    path = re.sub(r"^/help/.+", "/help/rule", path)
    return re.sub(r"\d+", lambda found: LEVELS.get(len(found[0]), "N"), path)


def complaints_about(page, *, frame=True, contrast=True):
    """Return what axe finds, and whether the page is wider than a phone."""
    complaints = violations(page, frame=frame, contrast=contrast)
    page.set_viewport_size(PHONE)
    wide = sticks_out(page)
    page.set_viewport_size(DESK)
    return complaints + ([("wider than a phone", wide)] if wide else [])


def sticks_out(page):
    """Return the first element that makes the page scroll sideways, if it does."""
    return page.evaluate(
        """() => {
            const root = document.documentElement;
            if (root.scrollWidth <= root.clientWidth) return null;
            const wide = [...document.querySelectorAll("main *")].find(
                one => one.getBoundingClientRect().right > root.clientWidth + 1);
            return (wide ?? root).outerHTML.slice(0, 160);
        }"""
    )
