"""The page on which a clerk says of each member whether they are still here."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import select

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.campaigns import operations
from registry.db import db
from registry.members.models import Member
from registry.review.operations import approve
from registry.submissions.whereabouts import Reason
from tests.factories.accounts import csrf_of, make_account, make_actor, post, sign_in
from tests.factories.campaigns import begin, draft_of, listed
from tests.factories.clock import set_clock
from tests.factories.people import make_people
from tests.factories.rosters import OTHER_UNION, UNION, make_reviewer, make_roster, send_in
from tests.factories.unions import COUNTY, make_union_tree

PEOPLE = make_people(4)
START = datetime(2025, 3, 3, 4, tzinfo=UTC)
RETIRED = {"change": "保留会籍", "change_reason": "退休", "changed_on": "2025-01-31"}
PAGE = f"/unions/{UNION}/campaigns/1/members"


@pytest.fixture
def clerk(app, client, monkeypatch):
    """The clerk of a union with three members and one who is retained, in a campaign."""
    make_union_tree()
    set_clock(monkeypatch, START)
    account = make_account(Role.CLERK, UNION)
    actor, reviewer = actor_of(db.session(), account.id), make_reviewer()
    approve(send_in(make_roster(PEOPLE), actor), actor=reviewer)
    approve(send_in(make_roster(PEOPLE[3:], {0: RETIRED}), actor), actor=reviewer)
    set_clock(monkeypatch, START + timedelta(days=30))
    begin(make_actor(Role.AUDITOR, COUNTY))
    sign_in(client, account)
    return actor


def page(client, address=PAGE):
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def number_of(place):
    query = select(Member.id).where(Member.full_name == PEOPLE[place].full_name)
    return db.session.scalars(query).one()


def by_htmx(client, **fields):
    data = {"csrf_token": csrf_of(client), **fields}
    answer = client.post(PAGE, data=data, headers={"HX-Request": "true"})
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def said():
    db.session.rollback()
    return {one.member_id: (one.reason, one.on) for one in listed(1, said=True)}


def test_members_stand_there_masked_with_one_button_each(client, clerk):
    text = page(client)

    for person in PEOPLE[:3]:
        assert person.full_name in text
        assert person.number not in text
        assert person.mobile not in text
    assert PEOPLE[3].full_name not in text
    assert text.count(":OVERLOOKED") == text.count(":LEFT") == text.count(":MOVED") == 3
    assert "全部 3 人都仍在" in text
    retained = page(client, f"{PAGE}?tab=retained")
    assert PEOPLE[3].full_name in retained
    assert "已回来" in retained


def test_one_click_is_kept_at_once(client, clerk):
    one = number_of(0)
    text = by_htmx(client, answer=f"{one}:OVERLOOKED")
    assert f'id="said-{one}"' in text
    assert "仍在本单位" in text
    assert "提交审核（1 人）" in text
    assert "其余 2 人都仍在" in text
    assert said() == {one: (Reason.OVERLOOKED, "")}

    by_htmx(client, answer=f"{one}:")
    assert said() == {}


def test_who_left_gets_reason_and_date(client, clerk):
    two = number_of(1)
    assert "离职（退会）" in by_htmx(client, answer=f"{two}:LEFT")
    by_htmx(client, **{f"why-{two}": "RETIRED", f"on-{two}": "2025-03"})
    assert said() == {two: (Reason.RETIRED, "2025-03")}

    text = by_htmx(client, **{f"why-{two}": "RETIRED", f"on-{two}": "2099-01"})
    assert "日期晚于今天" in text
    assert 'value="2099-01"' in text  # what was typed stays to be corrected
    assert said() == {two: (Reason.RETIRED, "2025-03")}


def test_it_works_without_script(client, clerk):
    one = number_of(0)
    assert post(client, PAGE, answer=f"{one}:LEFT").status_code == 303
    kept = post(
        client, PAGE, answer=f"{one}:line", **{f"why-{one}": "MOVED", f"on-{one}": "2025-03-01"}
    )
    assert kept.location == PAGE
    assert said() == {one: (Reason.MOVED, "2025-03-01")}
    refused = client.get(post(client, PAGE, answer="77:LEFT").location)
    assert "请看最新情况再办" in refused.text


@pytest.mark.parametrize("answer", ["x", "", "1:NONSENSE:LEFT", "99999999999999999999:LEFT", ":"])
def test_nonsense_says_nothing(client, clerk, answer):
    by_htmx(client, answer=answer)
    assert said() == {}


def test_all_the_rest_after_a_word_that_names_the_number(client, clerk):
    one = number_of(0)
    by_htmx(client, answer=f"{one}:LEFT")
    text = page(client)
    assert '没有答复的 <strong id="rest-count">2</strong> 人，全部记为' in text

    answer = post(client, PAGE, answer="rest")
    assert answer.location.endswith("tab=said")
    assert "已记下 2 人仍在本单位" in client.get(answer.location).text
    assert set(said()) == {number_of(place) for place in range(3)}
    assert "都答复了" in page(client)


def test_it_is_submitted_as_every_roster_is(client, clerk):
    post(client, PAGE, answer="rest")
    number = draft_of()
    confirm = page(client, f"/submissions/{number}/submit")
    assert "这次提交" in confirm
    check = page(client, f"/submissions/{number}")
    assert not any(one.number in check or one.mobile in check for one in PEOPLE)
    assert post(client, f"/submissions/{number}/submit").status_code == 303

    assert "没有要复核的人了" in page(client)
    assert "3</strong> 人待审" in page(client)
    approve(number, actor=make_reviewer())
    assert "100.00%" in page(client, f"/unions/{UNION}/campaigns/1")


def test_drafts_are_kept_when_the_campaign_closes(client, clerk):
    one = number_of(0)
    two = number_of(1)
    by_htmx(client, answer=f"{one}:LEFT")
    operations.close(1, actor=make_actor(Role.AUDITOR, COUNTY))

    assert client.get(PAGE).status_code == 303
    assert "1 人的答复还是草稿" in page(client, f"/unions/{UNION}/campaigns/1")
    assert post(client, PAGE, answer=f"{two}:LEFT").status_code == 409
    assert set(said()) == {one}


def test_nobody_else_comes_here(app, client, clerk):
    for role, place, status in (
        (Role.CLERK, OTHER_UNION, 404),
        (Role.REVIEWER, "331083001", 403),
        (Role.AUDITOR, COUNTY, 403),
    ):
        other = app.test_client()
        sign_in(other, make_account(role, place))
        assert other.get(PAGE).status_code == status
        assert post(other, PAGE, answer="rest").status_code == status
    assert client.get(PAGE.replace("/1/", "/9/")).status_code == 404
    assert said() == {}
