"""Every number of the home page is that of the list, or of the figure, to which it leads."""

import re
from datetime import timedelta
from html import unescape
from typing import NamedTuple

import pytest
from sqlalchemy import select, update

from registry.access.roles import Role
from registry.accounts.models import Account
from registry.accounts.queries import actor_of
from registry.clock import now
from registry.db import db, transaction
from registry.members.models import Transfer
from registry.questions import operations as questions
from registry.review import transferring
from registry.review.operations import approve, send_back
from registry.submissions.states import Kind
from tests.factories import bundles
from tests.factories.accounts import make_account, sign_in
from tests.factories.clock import set_clock
from tests.factories.numbers import spoilt
from tests.factories.people import make_people
from tests.factories.reference import load_base
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_roster,
    send_in,
    take_in,
)
from tests.factories.unions import COUNTY, TOWNSHIP, make_union, make_union_tree

PLACES = {
    Role.CLERK: UNION,
    Role.REVIEWER: TOWNSHIP,
    Role.AUDITOR: COUNTY,
    Role.ADMINISTRATOR: COUNTY,
    Role.LOG_KEEPER: COUNTY,
}
# Figures: no list has so many rows, but the page behind says the same number.
FIGURES = {
    "在会会员": {Role.REVIEWER, Role.AUDITOR},
    "待审核的行": {Role.AUDITOR},
    "会员多于职工的工会": {Role.AUDITOR},
}
# Regular acts, whose number says how much there is to be gone through.
ACTS = {"汇总数该核对了", "操作留痕该校验了", "异常该查找了", "还没有报送花名册"}
EXPECTED = {
    Role.CLERK: {
        "审核退回的名册",
        "花名册草稿有行需要改正",
        "校验好的草稿还没有提交",
        "请求转出的会员",
        "转入请求被拒",
        "问题有答复了",
        "等待审核",
        "在会会员",
        "基础库里还没有入会的人",
    },
    Role.REVIEWER: {
        "名册等您审核",
        "请求转出的会员",
        "转会等您裁定",
        "问题待答复",
        "合并名册待核对工会",
        "基层工会还没有经办员账号",
        "有事没办的基层工会",
        "在会会员",
    },
    Role.AUDITOR: {"问题待答复", "有事没办的基层工会", "汇总数该核对了", "在会会员", "待审核的行"},
    Role.ADMINISTRATOR: {"账号", "从未登录的账号", "已停用的账号", "没有经办员的基层工会"},
    Role.LOG_KEEPER: {"操作留痕该校验了", "近 24 小时被拒绝的操作"},
}
PEOPLE = make_people(70)


@pytest.fixture
def accounts(client):
    """A site on which everything waits for everybody, more than once."""
    make_union_tree()
    make_union("3310830010003")
    made = {role: make_account(role, place) for role, place in PLACES.items()}
    clerk, reviewer = (
        actor_of(db.session(), made[role].id) for role in (Role.CLERK, Role.REVIEWER)
    )
    other = make_clerk(OTHER_UNION)
    _admitted(clerk, other, reviewer)
    _transfers(clerk, other)
    _drafts(clerk, reviewer)
    load_base(PEOPLE[60:64])
    for text in ("甲怎么填？", "乙怎么填？", "丙怎么填？"):
        questions.ask(UNION, text, actor=clerk)
    first = questions.ask(UNION, "丁怎么填？", actor=clerk)
    questions.answer(first, "照原件填。", actor=reviewer)
    questions.pass_up(questions.ask(UNION, "戊怎么填？", actor=clerk), actor=reviewer)
    bundles.read_in(bundles.make_bundle(PEOPLE[64:66], ["没有的工会"]), reviewer)
    locked = make_account(Role.CLERK, "3310830020001")
    with transaction() as session:
        session.execute(update(Account).where(Account.id == locked.id).values(is_locked=True))
    return made


def _admitted(clerk, other, reviewer):
    approve(send_in(make_roster(PEOPLE[:10]), clerk), actor=reviewer)
    approve(send_in(make_roster(PEOPLE[10:20]), other, union=OTHER_UNION), actor=reviewer)


def _transfers(clerk, other):
    """Two to be answered by each union; two of ours refused by the other, of which one appealed."""
    send_in(make_roster(PEOPLE[:2]), other, union=OTHER_UNION)
    send_in(make_roster(PEOPLE[10:14]), clerk)
    query = select(Transfer.id).where(Transfer.to_union == UNION).order_by(Transfer.id)
    ours = list(db.session.scalars(query))
    transferring.object_to(ours[:3], actor=other, reason="working")
    transferring.appeal(ours[:1], actor=clerk)


def _drafts(clerk, reviewer):
    for first in (20, 24):
        sent = send_in(make_roster(PEOPLE[first : first + 3]), clerk)
        send_back(sent, actor=reviewer, rows=[2], reason="wrong_data")
    for first in (30, 34, 38):
        faulty = {0: {"document_number": spoilt(PEOPLE[first].number)}}
        take_in(make_roster(PEOPLE[first : first + 2], faulty), clerk)
    for first in (42, 45):
        take_in(make_roster(PEOPLE[first : first + 2]), clerk, kind=Kind.INCREMENT)


@pytest.mark.parametrize("role", list(Role))
def test_each_number_is_that_of_the_list_behind_it(client, accounts, role):
    sign_in(client, accounts[role])
    cards = shown_on(client.get("/home").text)
    titles = [card.title for card in cards]
    assert len(titles) == len(set(titles)), "nothing is said twice"
    assert EXPECTED[role] - set(titles) == set()
    for card in cards:
        if card.title in ACTS:
            assert client.get(card.href).status_code == 200
        elif role in FIGURES.get(card.title, ()):
            assert f"{card.count:,}" in client.get(card.href).text, card.title
        else:
            assert rows_behind(client, card.href) == card.count, card


@pytest.mark.parametrize("role", list(Role))
def test_an_empty_site_says_the_same_as_its_lists(client, role):
    make_union_tree()
    sign_in(client, make_account(role, PLACES[role]))
    for card in shown_on(client.get("/home").text):
        if card.title not in ACTS and role not in FIGURES.get(card.title, ()):
            assert rows_behind(client, card.href) == card.count, card


def test_a_deadline_that_is_near_is_said(client, accounts, monkeypatch):
    set_clock(monkeypatch, now() + timedelta(days=13))
    sign_in(client, accounts[Role.CLERK])
    assert "其中 2 人的答复期限在 3 天以内" in client.get("/home").text


class Shown(NamedTuple):
    """A card as it stands on the page."""

    title: str
    count: int
    href: str


def shown_on(page):
    """Return the cards of a home page."""
    tasks = re.findall(
        r'class="task-count">([\d,]+).*?class="task-title">([^<]+)<.*?href="([^"]+)"', page, re.S
    )
    figures = re.findall(
        r'number-card" href="([^"]+)".*?number-label">(?:<svg.*?</svg>)?([^<]+)<'
        r".*?number-value[^>]*>([\d,]+)",
        page,
        re.S,
    )
    found = [(title, count, href) for count, title, href in tasks]
    found += [(title, count, href) for href, title, count in figures]
    return [
        Shown(title.strip(), int(count.replace(",", "")), unescape(href))
        for title, count, href in found
    ]


def rows_behind(client, href):
    """Return how many rows a list has, on all its pages; a draft by itself is one."""
    if re.fullmatch(r"/submissions/\d+", href):
        assert client.get(href, follow_redirects=True).status_code == 200
        return 1
    rows, seen = 0, set()
    while href:
        page = client.get(href).text
        body = re.search(r"<tbody>(.*?)</tbody>", page, re.S)
        rows += len(re.findall(r"<tr", body[1])) if body else 0
        following = re.search(r'rel="next" href="([^"]+)"', page)
        seen.add(href)
        href = unescape(following[1]) if following else ""
        assert href not in seen
    return rows
