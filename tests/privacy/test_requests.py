"""What members may ask: written down, decided by somebody else, done; and what restriction does."""

import json
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from registry.access.roles import Role
from registry.clock import today
from registry.db import db, transaction
from registry.errors import RegistryError
from registry.identity.mask import SHOWN_AS, Sight
from registry.members import eligibility
from registry.members.models import Member
from registry.members.operations import look_up, open_member
from registry.members.queries import members_of, record_of
from registry.members.roster import rows_of
from registry.members.seeing import Field, Why
from registry.periods import movements
from registry.periods.months import Month
from registry.periods.movements import Move
from registry.privacy import queries
from registry.privacy.document import held
from registry.privacy.requests import ask, grant, refuse, withdraw
from registry.privacy.states import Checked, RequestKind, RequestState, due_after
from registry.reference.queries import not_in_base
from registry.review.operations import approve
from registry.review.posting import Period, post_members
from registry.submissions import absences
from registry.submissions import queries as submissions
from registry.submissions.states import Kind
from registry.totals.recount import reconcile
from registry.trail.queries import entries
from registry.unions import queries as unions
from tests.factories.accounts import make_actor
from tests.factories.people import make_people
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
    take_in,
)
from tests.factories.unions import COUNTY

K, IN_PERSON = RequestKind, Checked.IN_PERSON
PEOPLE = make_people(3)


@pytest.fixture
def people(register):
    """Clerk, reviewer and city, and a member of the three that the clerk's union has."""
    clerk, reviewer = make_clerk(), make_reviewer()
    approve(send_in(make_roster(PEOPLE), clerk), actor=reviewer)
    query = select(Member.id).where(Member.full_name == PEOPLE[0].full_name)
    return clerk, reviewer, make_actor(Role.AUDITOR, COUNTY), db.session.scalars(query).one()


def refused(code, act, *details, **more):
    with pytest.raises(RegistryError) as error:
        act(*details, **more)
    assert error.value.code == code


def opened(member, actor):
    return open_member(COUNTY, member, Field.MOBILE, actor=actor, why=Why("VERIFY"))


def asked(kind, member, actor, why="本人提出"):
    return ask(UNION, member, kind, IN_PERSON, why, actor=actor)


def test_restricted_members_are_kept_counted_and_not_shown(people):
    clerk, reviewer, city, member = people
    refused("request.needless", asked, K.LIFT, member, clerk)
    refused("text.number", asked, K.RESTRICT, member, clerk, f"电话 {PEOPLE[0].mobile}")
    refused("permission.missing", asked, K.RESTRICT, member, city)
    refused("place.unknown", asked, K.RESTRICT, member, make_clerk(OTHER_UNION))
    number = asked(K.RESTRICT, member, reviewer)
    refused("request.open", asked, K.RESTRICT, member, clerk)
    refused("request.own", grant, number, actor=reviewer)
    refused("permission.missing", grant, number, actor=clerk)
    refused("place.unknown", grant, number, actor=make_reviewer("331083002"))
    grant(number, actor=city)
    refused("request.state", refuse, number, "晚了", actor=city)

    lines = members_of(db.session(), COUNTY, UNION, Sight.OWN_UNION)
    assert len(lines) == 3  # each number is that of the list behind it
    (hidden,) = (one for one in lines if one.member_id == member)
    assert (hidden.name, hidden.document, hidden.mobile) == (SHOWN_AS, "", "")
    assert hidden.particulars == {}
    name = PEOPLE[0].full_name
    came = movements.listed(
        db.session(),
        COUNTY,
        Month.of(today()),
        Move.ENTER,
        path=f"/{COUNTY}/",
        sight=Sight.TOWNSHIP,
    )
    no_base = not_in_base(db.session(), unions.find(db.session(), UNION), Sight.OWN_UNION)
    for told in (came, no_base):
        assert (len(told), sorted(one.name for one in told).count(SHOWN_AS)) == (3, 1)
    assert members_of(db.session(), COUNTY, UNION, Sight.OWN_UNION, search=name) == []
    assert record_of(db.session(), COUNTY, member, Sight.OWN_UNION).line.name == SHOWN_AS
    assert look_up(PEOPLE[0].number, actor=clerk).line.name == SHOWN_AS
    refused("member.restricted", opened, member, clerk)
    assert name not in str(rows_of(UNION, actor=clerk))
    posted = post_members(
        UNION, Period(date(2018, 7, 1), date(2018, 7, 5), "来办公室"), actor=clerk
    )
    assert len(posted.people) == 2
    assert reconcile(db.session(), COUNTY)[1] == []
    assert eligibility.active_name(db.session(), COUNTY, _key(member)) == name

    # The blank roster leaves the member out, and nobody is asked where they are.
    full = take_in(make_roster(PEOPLE[1:]), clerk, kind=Kind.FULL)
    account = absences.account(db.session(), submissions.find(db.session(), full))
    assert (account.total, account.open) == (0, 0)
    # Sent in again they are known: one person, one membership.
    again = submissions.find(db.session(), send_in(make_roster(PEOPLE[:1]), clerk))
    matches = submissions.counts_by_match(db.session(), again)
    assert {match.value: count for match, count in matches.items()} == {"UNCHANGED": 1}

    grant(asked(K.LIFT, member, clerk), actor=reviewer)
    assert open_member(COUNTY, member, Field.MOBILE, actor=clerk, why=Why("VERIFY")).values == (
        PEOPLE[0].mobile,
    )
    acts = [one.action for one in entries(db.session(), COUNTY, action="request.")]
    assert acts == ["request.grant", "request.ask", "request.grant", "request.ask"]


def test_the_document_says_all_and_opens_under_its_request_alone(people):
    clerk, reviewer, city, member = people
    opened(member, reviewer)
    number = asked(K.ACCESS, member, clerk, "想看登记了什么")
    refused("request.not_granted", held, number, actor=clerk)
    grant(number, actor=reviewer)
    refused("permission.missing", held, number, actor=city)
    refused("request.unknown", held, number, actor=make_clerk(OTHER_UNION))

    made = held(number, actor=clerk)
    told = {one.title: one.rows for one in made.sections}
    facts = dict(told["会员基本信息"])
    assert facts["姓名"] == PEOPLE[0].full_name
    assert len(told["会籍"]) == len(told["会籍经过"]) == 1
    assert [row[5] for row in told["报送里的行"]] == ["已入库"]
    assert [row[1] for row in told["审核决定"]] == ["通过"]
    assert [row[1] for row in told["处理目的"]] == ["第 1 版"]
    assert [row[4] for row in told["谁查看过完整号码"]] == ["核对本人证件"]
    assert [row[1] for row in told["个人信息请求"]] == ["查阅、复制"]
    assert told["转会"] == told["向上级报送"] == []
    text = json.dumps(made.to_json(), ensure_ascii=False)
    for secret in (PEOPLE[0].number, PEOPLE[0].mobile, PEOPLE[1].full_name):
        assert secret not in text
    newest = entries(db.session(), COUNTY, action="request.document")[0]
    assert newest.detail["person"] == _key(member).hex()
    assert dict(held(number, actor=reviewer).sections[0].rows)["姓名"] == facts["姓名"]


def test_particulars_are_erased_once_nothing_needs_them(people):
    clerk, reviewer, _, member = people
    refused("request.live", asked, K.ERASE, member, clerk)
    leaving = {0: {"change": "退会"}}
    approve(send_in(make_roster(PEOPLE[:1], leaving), clerk), actor=reviewer)
    number = asked(K.ERASE, member, clerk)
    with pytest.raises(sa.exc.IntegrityError, match="four_eyes"), transaction() as session:
        session.execute(
            sa.text(
                "UPDATE personal_request SET state = 'GRANTED', ended_by = asked_by,"
                " ended_at = asked_at"
            )
        )
    refused("text.missing", refuse, number, " ", actor=reviewer)
    grant(number, actor=reviewer)
    one = db.session.scalars(select(Member).where(Member.id == member)).one()
    assert (one.mobile_sealed, one.mobile_key, one.particulars) == (None, None, "{}")
    assert one.full_name == PEOPLE[0].full_name
    assert reconcile(db.session(), COUNTY)[1] == []
    back = asked(K.ACCESS, member, clerk)
    withdraw(back, actor=clerk)
    refused("request.state", grant, back, actor=reviewer)


def test_who_is_a_member_elsewhere_by_now_asks_there(people):
    clerk, reviewer, _, member = people
    before = asked(K.RESTRICT, member, clerk)
    approve(send_in(make_roster(PEOPLE[:1], {0: {"change": "退会"}}), clerk), actor=reviewer)
    other = make_clerk(OTHER_UNION)
    approve(send_in(make_roster(PEOPLE[:1]), other, union=OTHER_UNION), actor=reviewer)
    refused("request.elsewhere", grant, before, actor=reviewer)
    refuse(before, "请到现在的工会提出", actor=reviewer)
    for kind in (K.RESTRICT, K.ACCESS):
        refused("request.elsewhere", asked, kind, member, clerk)
    there = ask(OTHER_UNION, member, K.RESTRICT, IN_PERSON, "本人提出", actor=other)
    grant(there, actor=reviewer)
    assert look_up(PEOPLE[0].number, actor=other).line.is_restricted


def test_lists_counts_and_days(people):
    clerk, reviewer, _, member = people
    first = asked(K.ACCESS, member, clerk)
    asked(K.RESTRICT, member, clerk)
    session = db.session()
    (newer, older) = queries.at_place(session, COUNTY, reviewer.path, Sight.TOWNSHIP)
    assert (newer.kind, older.id, older.state) == (K.RESTRICT, first, RequestState.ASKED)
    assert older.member_name == PEOPLE[0].full_name
    page = queries.at_place(session, COUNTY, f"/{COUNTY}/", Sight.COUNTY, before=newer.id)
    assert [one.member_name[1:] for one in page] == ["*" * (len(PEOPLE[0].full_name) - 1)]
    assert queries.at_place(session, COUNTY, f"/{COUNTY}/331083002/", Sight.TOWNSHIP) == []
    assert queries.waiting(session, COUNTY, clerk.path, older.due_on) == (2, 0)
    assert queries.waiting(session, COUNTY, clerk.path, date(2099, 1, 1)) == (2, 2)
    assert older.is_late(date(2099, 1, 1))
    assert due_after(date(2018, 7, 27), 1) == date(2018, 7, 30)  # a Friday
    assert due_after(date(2018, 7, 30)) == date(2018, 8, 20)


def _key(member):
    return db.session.scalars(select(Member.person_key).where(Member.id == member)).one()
