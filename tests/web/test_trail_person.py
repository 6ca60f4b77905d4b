"""The log keeper finds what the trail says of one person, and nothing else of them."""

import logging
import re

from registry.access.roles import Role
from registry.db import db
from registry.members.operations import look_up
from registry.review.operations import approve
from registry.trail.queries import entries, verify
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.people import make_people
from tests.factories.rosters import make_clerk, make_reviewer, make_roster, send_in
from tests.factories.unions import COUNTY

PAGE = f"/unions/{COUNTY}/trail/person"


def test_entries_that_name_a_person_and_rosters_with_them(register_with_screens, caplog):
    client = register_with_screens.test_client()
    caplog.set_level(logging.INFO)
    known, other, stranger = make_people(3)
    approve(send_in(make_roster([known, other]), make_clerk()), actor=make_reviewer())
    look_up(other.number, actor=make_reviewer())
    look_up(known.number, actor=make_reviewer())
    keeper = make_account(Role.LOG_KEEPER, COUNTY, name="log-keeper")
    sign_in(client, keeper)
    assert "查找留痕" in client.get(PAGE).text

    found = post(client, PAGE, page=PAGE, number=f" {known.number.lower()} ")
    assert found.status_code == 200
    assert "指名此人的记录（1 条）" in found.text
    for words in ("按证件号码查找会员", "上传花名册", "提交审核", "审核通过"):
        assert words in found.text
    for words in (known.number, known.full_name, known.mobile):
        assert words not in found.text
        assert words not in caplog.text
    (searched,) = entries(db.session(), COUNTY, action="trail.search")
    assert re.fullmatch("[0-9a-f]{64}", searched.detail["person"])
    assert verify(db.session())[1] == []

    again = post(client, PAGE, page=PAGE, number=known.number)
    assert "指名此人的记录（2 条）" in again.text  # the search before
    nobody = post(client, PAGE, page=PAGE, number=stranger.number)
    assert "没有指名此人的记录" in nobody.text
    assert "没有整批操作" in nobody.text
    assert "号码像是输错了" not in nobody.text
    last = "0" if stranger.number[-1] != "0" else "1"
    mistyped = post(client, PAGE, page=PAGE, number=stranger.number[:-1] + last)
    assert "号码像是输错了" in mistyped.text
    for number, words in (("", "请填写证件号码"), ("33108319900101", "号码只有 14 位")):
        refused = post(client, PAGE, page=PAGE, number=number)
        assert (refused.status_code, words in refused.text) == (400, True)
    for role in (Role.ADMINISTRATOR, Role.AUDITOR):
        client = register_with_screens.test_client()
        sign_in(client, make_account(role, COUNTY))
        assert client.get(PAGE).status_code == 403
        assert post(client, PAGE, number=known.number).status_code == 403
