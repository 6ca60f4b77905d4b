"""Nobody sees a full number or mobile on any page, and above the unit no full name: found by
following every link as every role. The level of sight is the viewer's, and masks are made in one
place: found in the source.
"""

import ast
import re
from html import unescape

from sqlalchemy import select

from config import ROOT
from registry.access.roles import Role
from registry.db import db
from registry.members.models import Member
from registry.submissions.models import SubmissionRow
from registry.vault.vault import of_person, vault
from tests.factories.accounts import sign_in
from tests.factories.app import make_app, running
from tests.factories.busy_site import make_busy_site

_LINK = re.compile(r'(?:href|hx-get)="(/[^"#]*)')
_NUMBER = re.compile(r"\d+")
_NOBODY_THERE = ("/static", "/help")
# The clerk corrects here what the own file says, in full; on the trail as `draft.open`.
OWN_DRAFT = "/submissions/N"


def test_no_page_shows_a_full_number_and_none_above_the_unit_a_full_name(tmp_path):
    with running(make_app(tmp_path)) as app:
        site = make_busy_site(4)
        numbers, names = secrets()
        assert len(numbers) > 20 and len(names) > 5
        for role, account in site.accounts.items():
            client = app.test_client()
            sign_in(client, account)
            hidden = numbers | (names if role not in (Role.CLERK, Role.REVIEWER) else set())
            pages = crawled(client)
            told = {
                (role.value, page): sorted(one for one in hidden if one in text)
                for page, text in pages.items()
                if not (role is Role.CLERK and page.partition("?")[0] == OWN_DRAFT)
            }
            assert {place: some for place, some in told.items() if some} == {}
            least = 2 if role in (Role.ADMINISTRATOR, Role.LOG_KEEPER) else 40
            assert len(pages) > least, sorted(pages)


# Where a level above the county's is written down, and why it is not the viewer's.
OF_THE_UNION = {
    "registry/members/queries.py": "here the viewer's level is found",
    "registry/members/recalled.py": "a union's own members, for its own roster",
    "registry/members/roster.py": "the union's own pre-filled roster",
    "registry/reference/queries.py": "which rows count, not how much of them is shown",
    "registry/reference/roster.py": "the union's own pre-filled roster",
    "registry/review/posting.py": "the last character alone, of those who look alike on the wall",
    "registry/roster/preview.py": "the clerk's own file, while it is being read",
    "registry/submissions/corrections.py": "the clerk's own draft",
    "registry/submissions/known.py": "the union's own members, for its own draft",
    "registry/web/reference.py": "which words stand on the page",
}
# What covers text that need not be a number, or no person's; beside `registry.identity.written`.
STARS = {"registry/roster/messages.py"}


def test_levels_of_sight_are_the_viewer_s_and_masks_made_in_one_place():
    levels, stars = set(), set()
    for path in (ROOT / "registry").rglob("*.py"):
        name = path.relative_to(ROOT).as_posix()
        if name == "registry/identity/mask.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ("OWN_UNION", "TOWNSHIP"):
                levels |= {name} if ast.unparse(node.value).endswith("Sight") else set()
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
                sides = (node.left, node.right)
                stars |= {
                    name for one in sides if isinstance(one, ast.Constant) and one.value == "*"
                }
    assert levels == OF_THE_UNION.keys()
    assert stars == STARS


def secrets():
    """Return the numbers and mobiles of everybody, and the members' names."""
    keeper, found = vault(), set()
    for model in (Member, SubmissionRow):
        for field, column in (
            ("document_number", model.document_sealed),
            ("mobile", model.mobile_sealed),
        ):
            sealed = select(model.person_key, column).where(column.is_not(None))
            for key, value in db.session.execute(sealed):
                found.add(keeper.open(value, of_person(field, key)).decode())
    return found, set(db.session.scalars(select(Member.full_name)))


def crawled(client):
    """Return the pages that links lead to from the home page, one of each kind: addresses that
    differ in numbers and words alone are one.
    """
    pages, seen, waiting = {}, set(), ["/home"]
    while waiting:
        address = waiting.pop()
        kind = _kind(address)
        if kind in seen or address.startswith(_NOBODY_THERE):
            continue
        seen.add(kind)
        answer = client.get(address, follow_redirects=True)
        if answer.status_code != 200 or "html" not in answer.content_type:
            continue
        pages[kind] = answer.text
        waiting += [unescape(link) for link in _LINK.findall(answer.text)]
    return pages


def _kind(address):
    path, _, query = address.partition("?")
    asked = "&".join(part.partition("=")[0] for part in query.split("&"))
    return f"{_NUMBER.sub('N', path)}?{asked}"
