"""The desk for doubts about who somebody is, what unions ask for, what the member page says."""

import re

import pytest
from sqlalchemy import select

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.db import db
from registry.members.models import Member
from registry.review.identities.asking import ask
from registry.review.identities.deciding import rule_case
from registry.review.identities.states import Ruling
from registry.review.models import IdentityCase
from registry.review.operations import approve
from tests.factories.accounts import csrf_of, make_account, sign_in
from tests.factories.people import make_people
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
)
from tests.factories.unions import TOWNSHIP, make_union_tree

ANNA, BEN, OTHER, *_ = make_people(4)
DESK = f"/unions/{TOWNSHIP}/identities"
NOTE = "已对照身份证复印件"


@pytest.fixture
def desk(client):
    """Two members, and a reviewer who is signed in; returns the clerk."""
    make_union_tree()
    clerk = make_clerk()
    approve(send_in(make_roster([ANNA, BEN]), clerk), actor=make_reviewer())
    enter(client, Role.REVIEWER, TOWNSHIP)
    return clerk


def enter(client, role, place):
    if client.get("/home").status_code == 200:
        post(client, "/sign-out", {})
    account = make_account(role, place)
    sign_in(client, account)
    return actor_of(db.session(), account.id)


def post(client, address, fields):
    data = {"csrf_token": csrf_of(client), **fields}
    return client.post(address, data=data, follow_redirects=True)


def member_of(name):
    db.session.rollback()
    return db.session.scalar(select(Member).where(Member.full_name == name))


def renamed():
    return make_roster([ANNA], {0: {"full_name": "安新名"}})


def numbers_of(*people):
    return [value for one in people for value in (one.number, one.mobile)]


def test_a_conflict_is_ruled_on_from_the_review_page(client, desk):
    number = send_in(renamed(), desk)
    page = client.get(f"/submissions/{number}/review").text
    address = f"/submissions/{number}/review/rows/2/identity"
    assert address in page
    assert address in client.get(f"{DESK}?tab=rows").text

    page = client.get(address).text
    assert "同号不同名" in page
    assert ANNA.full_name in page
    assert "安新名" in page
    assert "号码相同" in page or "证件号码相同" in page
    assert not any(value in page for value in numbers_of(ANNA))

    page = post(client, address, {"ruling": "CORRECT", "note": NOTE}).text
    assert "更正会员库。这一行已通过" in page
    page = client.get(f"/unions/{UNION}/members/{member_of('安新名').id}").text
    assert "变更：姓名" in page
    assert NOTE in client.get(f"{DESK}?tab=ended").text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"note": NOTE}, "请选择一种核对结果"),
        ({"ruling": "CORRECT"}, "请写明具体原因"),
        ({"ruling": "SAME", "note": NOTE}, "请选择一种核对结果"),
        ({"ruling": "CORRECT", "note": ANNA.number}, "不要写完整"),
    ],
)
def test_what_is_missing_is_said_and_nothing_changes(client, desk, fields, said):
    number = send_in(renamed(), desk)
    answer = post(client, f"/submissions/{number}/review/rows/2/identity", fields)
    assert answer.status_code == 400
    assert said in answer.text
    assert member_of("安新名") is None


def test_a_row_without_a_doubt_leads_back_to_its_roster(client, desk):
    number = send_in(make_roster([OTHER]), desk)
    address = f"/submissions/{number}/review/rows/2/identity"
    page = client.get(address, follow_redirects=True).text
    assert "没有要核对的身份" in page
    assert "核对身份" not in client.get(f"/submissions/{number}/review").text


def test_the_union_asks_and_follows_what_becomes_of_it(client, desk):
    member = member_of(ANNA.full_name)
    enter(client, Role.CLERK, UNION)
    page = client.get(f"/unions/{UNION}/members/{member.id}").text
    address = f"/unions/{UNION}/members/{member.id}/identity"
    assert address in page
    asked = {"full_name": ANNA.full_name, "document_kind": "居民身份证", "why": "录入时输错一位"}
    faulty = post(client, address, asked | {"document_number": "12345"})
    assert faulty.status_code == 400
    assert "位" in faulty.text

    page = post(client, address, asked | {"document_number": OTHER.number}).text
    assert "更正申请已提交" in page
    assert "录入时输错一位" in page
    again = post(client, address, asked | {"document_number": OTHER.number})
    assert again.status_code == 409

    enter(client, Role.REVIEWER, TOWNSHIP)
    assert "身份待核对" in client.get("/home").text
    number = db.session.scalar(select(IdentityCase.id))
    page = client.get(f"{DESK}/{number}").text
    assert "录入时输错一位" in page
    assert not any(value in page for value in numbers_of(ANNA, OTHER))
    page = post(client, f"{DESK}/{number}/rule", {"ruling": "KEEP", "note": "请附户口簿"}).text
    assert "会员库不变" in page

    enter(client, Role.CLERK, UNION)
    page = client.get(f"/unions/{UNION}/corrections").text
    assert "没有同意" in page
    assert "请附户口簿" in page


def test_who_comes_second_is_told_that_nothing_was_kept(client, desk):
    number = ask(
        UNION, member_of(ANNA.full_name).id, {"full_name": "安新名"}, why="录错了", actor=desk
    )
    rule_case(number, Ruling.CORRECT, note=NOTE, actor=make_reviewer())
    answer = post(client, f"{DESK}/{number}/rule", {"ruling": "KEEP", "note": "不同意"})
    assert answer.status_code == 409
    assert "已处理" in answer.text
    assert "您的处理没有保存" in answer.text


def test_both_numbers_are_opened_on_the_page_of_the_case(client, desk):
    number = ask(
        UNION,
        member_of(ANNA.full_name).id,
        {"document_number": OTHER.number},
        why="录错了",
        actor=desk,
    )
    assert "显示两个证件号码" in client.get(f"{DESK}/{number}").text
    refused = post(client, f"{DESK}/{number}/open", {"purpose": "", "field": "document_number"})
    assert refused.status_code == 400
    page = post(
        client, f"{DESK}/{number}/open", {"purpose": "VERIFY", "field": "document_number"}
    ).text
    assert ANNA.number in page
    assert OTHER.number in page
    assert OTHER.number not in client.get(f"{DESK}/{number}").text


def test_the_union_takes_a_request_back(client, desk):
    number = ask(
        UNION, member_of(ANNA.full_name).id, {"full_name": "安新名"}, why="录错了", actor=desk
    )
    enter(client, Role.CLERK, UNION)
    address = f"/unions/{UNION}/corrections/{number}/withdraw"
    assert "已撤回申请" in post(client, address, {}).text
    assert "不能再撤回" in post(client, address, {}).text


def test_two_records_are_put_beside_each_other_merged_and_parted(client, desk):
    twin = make_roster([OTHER], {0: {"full_name": ANNA.full_name, "mobile": ANNA.mobile}})
    approve(send_in(twin, make_clerk(OTHER_UNION), union=OTHER_UNION), actor=make_reviewer())
    page = client.get(DESK).text
    number = int(re.search(rf"{DESK}/(\d+)", page)[1])
    case = f"{DESK}/{number}"
    page = client.get(case).text
    assert "疑似重复登记" in page
    kept = int(re.search(r'name="which"[^>]*value="(\d+)"', page)[1])

    answer = post(client, f"{case}/rule", {"ruling": "SAME", "note": NOTE})
    assert answer.status_code == 400
    assert "以哪一条登记为准" in answer.text
    ruling = {"ruling": "SAME", "which": kept, "note": NOTE}
    assert "是同一个人" in post(client, f"{case}/rule", ruling).text
    page = client.get(f"/unions/{OTHER_UNION}/members/{kept}").text
    assert "已并入这一条" in page

    assert post(client, f"{case}/undo", {"note": ""}).status_code == 400
    assert "已撤销" in post(client, f"{case}/undo", {"note": "是双胞胎"}).text
    page = client.get(f"/unions/{OTHER_UNION}/members/{kept}").text
    assert "拆开了合并的登记" in page


def test_a_pair_is_named_on_the_member_page(client, desk):
    anna, ben = member_of(ANNA.full_name).id, member_of(BEN.full_name).id
    address = f"/unions/{UNION}/members/{anna}/same-as"
    assert "没有该证件号码" in post(client, address, {"number": OTHER.number}).text
    assert "同一条登记" in post(client, address, {"number": ANNA.number}).text
    page = post(client, address, {"number": BEN.number}).text
    assert f"会员 {anna} 号" in page
    assert f"会员 {ben} 号" in page
    # in another union's address nobody is to be found
    address = f"/unions/{OTHER_UNION}/members/{anna}/same-as"
    assert post(client, address, {"number": BEN.number}).status_code == 404


@pytest.mark.parametrize(
    ("role", "place", "status"),
    [
        (Role.REVIEWER, "331083002", 404),
        (Role.CLERK, UNION, 403),
        (Role.LOG_KEEPER, "331083", 403),
        (Role.AUDITOR, "331083", 403),
    ],
)
def test_others_do_not_decide(client, desk, role, place, status):
    number = ask(
        UNION, member_of(ANNA.full_name).id, {"full_name": "安新名"}, why="录错了", actor=desk
    )
    enter(client, role, place)
    own = place if role is not Role.REVIEWER else TOWNSHIP
    address = f"/unions/{own}/identities/{number}"
    assert client.get(address).status_code == status
    assert (
        post(client, f"{address}/rule", {"ruling": "CORRECT", "note": NOTE}).status_code == status
    )
    assert member_of("安新名") is None
