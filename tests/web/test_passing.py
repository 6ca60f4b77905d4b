"""Passing the sure ones of the whole queue: shown before, confirmed, told after."""

import re

import pytest

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.accounts.sessions import FRESH_FOR
from registry.clock import now
from registry.db import db
from registry.review.operations import approve
from registry.submissions import queries
from registry.submissions.states import State
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.clock import set_clock
from tests.factories.people import make_people
from tests.factories.reference import load_base
from tests.factories.rosters import OTHER_UNION, UNION, make_clerk, make_roster, send_in
from tests.factories.unions import TOWNSHIP, make_union_tree

SURE = f"/unions/{TOWNSHIP}/queue/sure"
PEOPLE = make_people(8)


@pytest.fixture
def reviewer(client):
    make_union_tree()
    account = make_account(Role.REVIEWER, TOWNSHIP)
    sign_in(client, account)
    return actor_of(db.session(), account.id)


@pytest.fixture
def sent(reviewer):
    """Two rosters of two unions: two known and one unknown, and two known."""
    load_base([*PEOPLE[:2], *PEOPLE[3:5]])
    first = send_in(make_roster(PEOPLE[:3]), make_clerk())
    return first, send_in(make_roster(PEOPLE[3:5]), make_clerk(OTHER_UNION), union=OTHER_UNION)


def confirmed(page):
    return re.findall(r'name="roster" value="([^"]+)"', page)


def test_the_queue_leads_to_what_would_pass_with_what_stays_and_why(client, sent):
    assert f'href="{SURE}"' in client.get(f"/unions/{TOWNSHIP}/queue").text
    page = client.get(SURE).text
    for words in ("通过 2 份的 4 人", "留在待审：不在基础库的新会员 1 人", "基础库有的新会员"):
        assert words in page
    answer = post(client, SURE, roster=confirmed(page))
    page = client.get(answer.location).text
    assert "已通过 2 份名册的 4 人并入库" in page
    assert "没有可以成批通过的人" in page
    states = [queries.find(db.session(), number).state for number in sent]
    assert states == [State.IN_REVIEW, State.CLOSED]


def test_only_what_the_queue_is_narrowed_to_passes(client, sent):
    page = client.get(f"{SURE}?search=0002公司").text
    assert "符合筛选条件的待审 1 份" in page
    post(client, f"{SURE}?search=0002公司", roster=confirmed(page))
    states = [queries.find(db.session(), number).state for number in sent]
    assert states == [State.SUBMITTED, State.CLOSED]


def test_what_changed_meanwhile_is_told_and_nonsense_is_nothing(client, sent, reviewer):
    lines = confirmed(client.get(SURE).text)
    approve(sent[0], actor=reviewer, rows=[2])
    answer = post(client, SURE, roster=[*lines, "x", "1-2", "1-2-x"])
    page = client.get(answer.location).text
    assert "有 1 份没有办理" in page
    assert "已通过 1 份名册的 2 人" in page


def test_the_password_must_be_fresh_and_the_place_ones_own(client, sent, monkeypatch):
    assert client.get("/unions/331083002/queue/sure").status_code == 404
    set_clock(monkeypatch, now() + FRESH_FOR)
    assert "/confirm" in client.get(SURE).location
    assert post(client, SURE, roster=[f"{sent[0]}-1-2"]).status_code == 403
    assert queries.find(db.session(), sent[0]).state is State.SUBMITTED


def test_a_clerk_passes_nothing(client):
    make_union_tree()
    sign_in(client, make_account(Role.CLERK, UNION))
    assert client.get(f"/unions/{UNION}/queue/sure").status_code == 403


def test_one_roster_offers_its_known_apart_from_those_without_doubt(client, sent):
    page = client.get(f"/submissions/{sent[0]}/review").text
    assert "通过无变化或基础库有的 2 人" in page
    assert "不在基础库的新会员 1 人。" in page
    version = queries.find(db.session(), sent[0]).version
    address = f"/submissions/{sent[0]}/approve"
    post(client, address, part="KNOWN", whole="1", version=version)
    view = queries.find(db.session(), sent[0])
    assert view.pending_count == 1
    assert "通过无变化或基础库有的" not in client.get(f"/submissions/{sent[0]}/review").text
