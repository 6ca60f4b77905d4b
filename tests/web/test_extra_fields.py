"""What a form does not ask for changes nothing: states, unions, people, roles sent along. Here for
the forms that matter most; `tests/access/test_crawl.py` does it for every form.
"""

from registry.access.roles import Role
from registry.clock import now
from registry.db import setting
from registry.vault import signing
from tests.factories.accounts import make_account
from tests.factories.app import make_app, running
from tests.factories.busy_site import make_busy_site
from tests.factories.clock import set_clock
from tests.factories.crawler import worlds
from tests.factories.crawler.extra import sent_twice
from tests.factories.crawler.html import tree
from tests.factories.crawler.pages import forms
from tests.factories.crawler.visitor import Visitor
from tests.factories.crawler.walk import shape
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_roster
from tests.factories.unions import COUNTY, TOWNSHIP

# Where nothing was closed yet, so that a month may be.
FAR = "331082"
# On which pages who finds which forms.
FORMS = {
    (Role.CLERK, UNION): {
        f"/unions/{UNION}/roster": {"/unions/UNION/roster"},
        "/submissions/{full}/submit": {"/submissions/N/submit"},
        "/submissions/{sent}": {"/submissions/N/withdraw"},
        f"/unions/{UNION}/person": {"/unions/UNION/person"},
        f"/unions/{UNION}/members/{{other}}/identity": {"/unions/UNION/members/N/identity"},
        **{
            f"/unions/{UNION}/members/{{member}}/{act}": {f"/unions/UNION/members/N/{act}"}
            for act in ("membership", "particulars", "request")
        },
        f"/unions/{UNION}/transfers?desk=ASKING": {"/unions/UNION/transfers/withdraw"},
    },
    (Role.REVIEWER, TOWNSHIP): {
        "/submissions/{sent}/review": {
            f"/submissions/N/{act}" for act in ("approve", "send-back", "reject", "take")
        },
        f"/unions/{TOWNSHIP}/clerks": {"/unions/UNIT/clerks/create"},
    },
    (Role.AUDITOR, FAR): {f"/unions/{FAR}/periods": {"/unions/COUNTY/periods"}},
    (Role.ADMINISTRATOR, COUNTY): {
        f"/unions/{COUNTY}/accounts/new": {"/unions/COUNTY/accounts/new"},
        "/accounts/{auditor}": {
            f"/accounts/N/{act}" for act in ("roles", "lock", "close", "reset")
        },
    },
}


def test_what_no_form_asks_for_changes_nothing(tmp_path, monkeypatch):
    with running(make_app(tmp_path)) as app:
        signing.new_key(setting("DATA"))
        site = make_busy_site(3)
        numbers = {**site.numbers, "other": site.numbers["member"] + 1}
        numbers["auditor"] = site.accounts[Role.AUDITOR].id
        roster = {"": ("花名册.csv", make_roster(make_people(2, seed=77)))}
        visitors = {who: Visitor(app, make_account(*who), roster) for who in FORMS}
        set_clock(monkeypatch, now())
        chance, idle = worlds.Chance(monkeypatch), []
        for who, pages in FORMS.items():
            for page, kinds in pages.items():
                address = page.format(**numbers)
                text = visitors[who].get(address).text
                for kind in kinds:
                    if not acts(visitors[who], of_kind(kind, text, address), chance):
                        idle.append(kind)
        assert idle == []


def of_kind(kind, text, address):
    """Return a page's forms that go to one kind of address, filled in in every way."""
    return [form for form in forms(tree(text), address) if shape(form.address) == kind]


def acts(visitor, offered, chance):
    """Send forms, and those that ask whether one is sure, until one does something; returns whether
    one did. None is swayed by more fields.
    """
    world, before = worlds.keep(visitor.folder), worlds.rows(visitor.folder)
    while offered:
        form = offered.pop(0)
        sent = sent_twice(visitor, form, chance)
        worlds.bring_back(world, visitor.folder)
        assert sent.swayed == {}, form
        if worlds.differing(before, sent.plain):
            return True
        if sent.answer.status_code == 200:
            offered = of_kind(shape(form.address), sent.answer.text, form.address)
    return False
