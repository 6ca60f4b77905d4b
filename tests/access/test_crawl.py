"""A crawler that knows nothing of the guards: it signs in at many places, follows every link, sends
every form by what the HTML says, and then tries what others have found.

What stands where is told by `tests/factories/crawler/holding.py`, with SQL of its own.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.clock import now
from registry.db import db
from registry.questions.operations import ask
from registry.review.operations import approve
from tests.factories.accounts import MadeAccount, make_account, make_actor
from tests.factories.app import make_app, running
from tests.factories.bundles import make_bundle
from tests.factories.busy_site import PLACES, make_busy_site
from tests.factories.clock import set_clock
from tests.factories.crawler import worlds
from tests.factories.crawler.holding import hidden_from, is_elsewhere
from tests.factories.crawler.pages import Filled
from tests.factories.crawler.visitor import Visitor
from tests.factories.crawler.walk import Walk, kind_of, shape, text_of
from tests.factories.people import make_people
from tests.factories.reference import make_base
from tests.factories.rosters import OTHER_UNION, UNION, make_roster, send_in, take_in
from tests.factories.union_lists import sheet
from tests.factories.unions import TOWNSHIP, make_union

pytestmark = pytest.mark.soak

# A unit of the same county and its union; another county.
ELSEWHERE, FAR = ("331083003", "3310830030001"), ("331082", "3310820010001")
VISITORS = {
    **{role.lower(): (role, place) for role, place in PLACES.items()},
    "clerk next door": (Role.CLERK, OTHER_UNION),
    "clerk elsewhere": (Role.CLERK, ELSEWHERE[1]),
    "reviewer elsewhere": (Role.REVIEWER, ELSEWHERE[0]),
    "far clerk": (Role.CLERK, FAR[1]),
    "far auditor": (Role.AUDITOR, FAR[0]),
    "far administrator": (Role.ADMINISTRATOR, FAR[0]),
    "far log keeper": (Role.LOG_KEEPER, FAR[0]),
}
# How many kinds of pages and of forms each finds at least, and how many of these do something.
LEAST = {
    "clerk": (100, 36, 21),
    "reviewer": (210, 59, 36),
    "auditor": (233, 58, 29),
    "administrator": (19, 13, 6),
    "log_keeper": (17, 6, 1),
    "clerk next door": (99, 36, 22),
    "clerk elsewhere": (110, 37, 23),
    "reviewer elsewhere": (191, 49, 29),
    "far clerk": (109, 37, 23),
    "far auditor": (206, 40, 17),
    "far administrator": (18, 11, 5),
    "far log keeper": (17, 6, 1),
}
# What a role may do without being led there in this site's state: there is nothing to do it to, or
# it is a part of what the role may do elsewhere. Read by hand.
UNLINKED = {
    Role.CLERK: {"/unions/PLACE/totals.csv", "/submissions/N/review/rows/N/open"},
    Role.REVIEWER: {
        "/unions/PLACE/profile/move",
        "/unions/PLACE/campaigns/N/pass",
        "/unions/PLACE/questions/N/separate",
    },
    Role.AUDITOR: {f"/unions/PLACE/questions/N/{act}" for act in ("merge", "pass-up")},
    Role.ADMINISTRATOR: {"/notices", "/tokens"},
    Role.LOG_KEEPER: {"/notices", "/tokens"},
}


class Crawled(NamedTuple):
    """A site, how it was, and what each visitor found."""

    base: worlds.World
    visitors: dict[str, Visitor]
    walks: dict[str, Walk]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    """A site crawled by everybody; after each it is as it was."""
    app = make_app(tmp_path_factory.mktemp("crawl"))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with running(app), pytest.MonkeyPatch.context() as patch:
        accounts = busy_and_others()
        visitors = {name: Visitor(app, accounts[name], files()) for name in VISITORS}
        set_clock(patch, now())
        chance, folder = worlds.Chance(patch), visitors["clerk"].folder
        base, walks = worlds.keep(folder), {}
        for name, visitor in visitors.items():
            walks[name] = Walk(visitor, chance)
            walks[name].explore(["/home"])
            worlds.bring_back(base, folder)
        yield Crawled(base, visitors, walks)


def busy_and_others() -> dict[str, MadeAccount]:
    """Fill the site; returns everybody's account."""
    site = make_busy_site(3)
    accounts = {role.lower(): account for role, account in site.accounts.items()}
    for code, name in ((ELSEWHERE[1], "外镇渔轮厂工会"), (FAR[1], "外县茶场工会")):
        make_union(code, name=name)
    for name, (role, place) in VISITORS.items():
        accounts.setdefault(name, make_account(role, place))
    for seed, name in enumerate(("clerk elsewhere", "far clerk"), 30):
        clerk = actor_of(db.session(), accounts[name].id)
        lots = [make_people(3, seed=10 * seed + one) for one in range(3)]
        admitted, _ = (send_in(make_roster(lot), clerk, union=clerk.place) for lot in lots[:2])
        approve(admitted, actor=make_actor(Role.REVIEWER, clerk.place[:9]))
        take_in(make_roster(lots[2], {0: {"mobile": "1"}}), clerk, union=clerk.place)
        ask(clerk.place, "新会员怎么登记？", actor=clerk)
    return accounts


def files() -> dict[str, tuple[str, bytes]]:
    """Return what is sent where a label asks for it."""
    people = make_people(3, seed=77)
    unions = sheet("工会名称 所属乡镇 状态", ["试验新工会", TOWNSHIP, "已建"])
    return {
        "工会名单": ("工会名单.xlsx", unions),
        "参保名单": ("参保名单.xlsx", make_base(people)),
        "合并名册": ("合并名册.csv", make_bundle(people, [UNION])),
        "": ("花名册.csv", make_roster(people)),
    }


def test_nothing_breaks_and_no_visit_changes_anything(crawled):
    assert {name: walk.broken for name, walk in crawled.walks.items() if walk.broken} == {}


def test_every_visitor_gets_far(crawled):
    found = {
        name: (
            len({shape(one) for one in walk.pages}),
            len({kind_of(one) for one in walk.sent}),
            len(walk.effective),
        )
        for name, walk in crawled.walks.items()
    }
    assert found.keys() == LEAST.keys()
    assert {n: f for n, f in found.items() if any(map(int.__lt__, f, LEAST[n]))} == {}


def test_fields_that_no_form_asks_for_change_nothing(crawled):
    assert {name: walk.swayed for name, walk in crawled.walks.items() if walk.swayed} == {}


def test_nobody_is_told_of_others(crawled):
    told = {}
    for name, walk in crawled.walks.items():
        hidden = hidden_from(VISITORS[name][1], walk.visitor.folder)
        assert len(hidden) > 10
        for address, text in {**walk.pages, **walk.told}.items():
            if some := sorted(one for one in hidden if one in text):
                told[name, address] = some
    assert told == {}


@pytest.mark.parametrize("name", VISITORS)
def test_what_others_found_elsewhere_is_not_there(crawled, name):
    visitor, place = crawled.visitors[name], VISITORS[name][1]
    hidden, before = hidden_from(place, visitor.folder), worlds.rows(visitor.folder)
    tried, wrong = 0, {}
    for form in found_by_others(crawled, name):
        for address in {form.address, swapped(form.address, place)}:
            if not is_elsewhere(address, place, visitor.folder):
                continue
            tried += 1
            answer = asked(visitor, form._replace(address=address))
            told = sorted(one for one in hidden if one in text_of(answer))
            # At the own place somebody else's thing may also be what one may not do at all.
            refusals = (403, 404) if f"/unions/{place}" in address else (404,)
            if answer.status_code not in refusals or told:
                wrong[f"{form.method} {address}"] = answer.status_code, told
    assert wrong == {}
    assert worlds.differing(before, worlds.rows(visitor.folder)) == {}
    assert tried > 100


@pytest.mark.parametrize("name", VISITORS)
def test_what_is_for_other_roles_does_not_open(crawled, name):
    """At the own place only that opens to which links and forms lead people of this role."""
    visitor, (role, place) = crawled.visitors[name], VISITORS[name]
    cookies = visitor.cookies()
    known = UNLINKED[role] | {
        anywhere(address)
        for other, walk in crawled.walks.items()
        for address in [*walk.pages, *(form.address for form in walk.sent)]
        if VISITORS[other][0] is role
    }
    hidden, opened = hidden_from(place, visitor.folder), {}
    for form in found_by_others(crawled, name):
        address = swapped(form.address, place)
        if anywhere(address) in known or is_elsewhere(address, place, visitor.folder):
            continue
        answer = asked(visitor, form._replace(address=address))
        told = sorted(one for one in hidden if one in text_of(answer))
        if answer.status_code not in (403, 404) or told:
            opened[f"{form.method} {address}"] = answer.status_code, told
            worlds.bring_back(crawled.base, visitor.folder)
            visitor.take(cookies)
    assert opened == {}


def anywhere(address: str) -> str:
    """Return the shape of an address, whatever level its place is of."""
    return re.sub("COUNTY|UNIT|UNION", "PLACE", shape(urlsplit(address).path))


def found_by_others(crawled: Crawled, name: str) -> Iterator[Filled]:
    """Yield what all others opened and sent, once each kind and place; what stands behind the
    question mark says nothing of a place.
    """
    seen = set()
    for other, walk in crawled.walks.items():
        if other == name:
            continue
        for form in [*(Filled("GET", one, ()) for one in walk.pages), *walk.sent]:
            path = urlsplit(form.address).path
            kind = (form.method, shape(path), VISITORS[other][1])
            if kind not in seen:
                seen.add(kind)
                yield form._replace(address=path)


def swapped(address: str, place: str) -> str:
    """Return an address with one's own place for the union that it names."""
    head, _, rest = address.removeprefix("/unions/").partition("/")
    return f"/unions/{place}/{rest}" if address.startswith("/unions/") and head else address


def asked(visitor: Visitor, form: Filled):
    """Ask for what somebody else found, with one's own token."""
    if form.method == "GET":
        return visitor.client.get(form.address)
    return visitor.send(form, visitor.token)
