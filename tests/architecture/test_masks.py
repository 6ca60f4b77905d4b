"""Nobody sees a full number or mobile on any page, and above the unit no full name: found by
following every link as every role.
"""

import re
from html import unescape

from sqlalchemy import select

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
