"""Asking unions to explain, answering and deciding on the screen; filters whose numbers are those
of their lists; what the home page and the reminders say.
"""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

from registry.access.roles import Role
from registry.clock import today
from registry.db import transaction
from registry.members import tallies
from registry.unions import queries as unions
from registry.unions.operations import declare_headcount
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.clock import set_clock
from tests.factories.rosters import OTHER_UNION, UNION, make_clerk
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

START = datetime(2025, 3, 3, 4, tzinfo=UTC)
FAR = "3310830020001"
DESK, UNIT_DESK = (f"/unions/{place}/discrepancies" for place in (COUNTY, TOWNSHIP))
ONE = f"/unions/{UNION}/explanations/1"


def more_members_than_employees(union):
    clerk = make_clerk(union)
    with transaction() as session:
        declare_headcount(session, unions.find(session, union), 10, today(), actor=clerk)
        tallies.add(session, COUNTY, union, today(), active=12, submitted=1)


def seen(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def counts_are_those_of_the_lists(client, desk):
    """Every number in a filter is that of the list it leads to; returns those of the stages."""
    page, found = seen(client, desk), {}
    for name in ("flag", "stage"):
        choice = re.search(rf'<select class="form-select" name="{name}">(.*?)</select>', page, re.S)
        for value, count in re.findall(r'value="(\w+)"[^>]*>[^<]*（(\d+)）', choice[1]):
            listed = seen(client, f"{desk}?{name}={value}")
            assert listed.count('<th scope="row"') == int(count), value
            found[value] = int(count)
    return found


def test_asked_of_many_answered_returned_and_accepted(app, monkeypatch):
    make_union_tree()
    set_clock(monkeypatch, START)
    for union in (UNION, OTHER_UNION, FAR):
        more_members_than_employees(union)
    places = {Role.AUDITOR: COUNTY, Role.REVIEWER: TOWNSHIP, Role.CLERK: UNION}
    accounts = {role: make_account(role, place) for role, place in places.items()}
    city, unit, clerk = (app.test_client() for _ in places)
    for client, account in zip((city, unit, clerk), accounts.values(), strict=True):
        sign_in(client, account)

    home = seen(city, "/home")
    assert "人数对不上的工会" in home
    assert f"{DESK}?flag=GRAVE&stage=NONE" in home
    assert "上级工会请您说明" not in seen(clerk, "/home")
    refused = post(unit, f"{UNIT_DESK}/ask", flag="OVER", note="请说明", unions=[])
    assert refused.status_code == 400
    assert "请先勾选要请说明的工会。什么也没有改变。" in unescape(refused.text)
    wrong = post(unit, f"{UNIT_DESK}/ask", flag="OVER", note="打 13800138000", unions=[UNION])
    assert wrong.status_code == 400
    assert "checked" in wrong.text
    assert post(unit, f"{UNIT_DESK}/ask", flag="OVER", unions=[FAR]).status_code == 404
    assert post(clerk, f"/unions/{UNION}/discrepancies/ask", unions=[UNION]).status_code == 403
    asked = {"flag": "OVER", "note": "多出来的是谁？", "unions": [UNION, OTHER_UNION]}
    assert post(unit, f"{UNIT_DESK}/ask", **asked).status_code == 303
    assert "已请 2 家工会说明 2 处" in seen(unit, f"{UNIT_DESK}?flag=OVER")
    assert post(unit, f"{UNIT_DESK}/ask", **asked).status_code == 409
    assert counts_are_those_of_the_lists(city, DESK) == {
        **{
            "ANY": 3,
            "GRAVE": 3,
            "OVER": 3,
            "ALL": 4,
            "NONE": 1,
            "ASKED": 2,
            "ANSWERED": 0,
            "MINE": 0,
        },
        **{"BELOW_ROSTER": 0, "MEMBERS_DROP": 0, "EMPLOYEES_DROP": 0, "BASE_APART": 0},
        **{"NO_HEADCOUNT": 0, "ANSWERED": 0, "ACCEPTED": 0, "MINE": 0},
    }

    assert "会员多于职工。请在 2025-03-17 前说明原因。" in seen(clerk, "/home")
    form = seen(clerk, ONE)
    numbers = re.findall(r'number-label">(.*?)</span>.*?number-value[^>]*>(\d+)', form, re.S)
    assert [(label, int(value)) for label, value in numbers] == [
        ("申报职工", 10),
        ("在会会员", 12),
        ("相差", 2),
    ]
    assert "多出来的是谁？" in form
    assert "去报送名册" in form
    assert post(clerk, f"{ONE}/answer", text=" ").status_code == 400
    other = post(clerk, f"/unions/{OTHER_UNION}/explanations/2/answer", text="不是我们的")
    assert other.status_code == 404
    assert post(unit, f"{ONE}/answer", text="代答").status_code == 403
    assert post(clerk, f"{ONE}/answer", text="劳务派遣 2 人。").status_code == 303
    assert post(clerk, f"{ONE}/answer", text="再答一次").status_code == 409
    assert "上级工会请您说明" not in seen(clerk, "/home")

    assert f"{UNIT_DESK}?flag=ANY&stage=MINE" in seen(unit, "/home")
    assert "对账说明待认可" not in seen(city, "/home")  # its unit asked
    assert "劳务派遣 2 人。" in seen(unit, f"{UNIT_DESK}?stage=MINE")
    assert post(clerk, f"{ONE}/accept").status_code == 403
    assert post(unit, f"{ONE}/again", text="").status_code == 400
    assert post(unit, f"{ONE}/again", text="合同到哪天？").status_code == 303
    assert post(unit, f"{ONE}/accept").status_code == 409
    again = f"/unions/{UNION}/explanations/3"
    assert "合同到哪天？" in seen(clerk, again)
    post(clerk, f"{again}/answer", text="到年底。")
    assert "认可吗？" in seen(city, again)
    assert post(city, f"{again}/accept").status_code == 303
    assert "认可吗？" not in seen(city, again)
    history = seen(clerk, f"/unions/{UNION}/explanations")
    assert history.index("到年底。") < history.index("劳务派遣 2 人。")
    assert "已退回重新说明" in history

    set_clock(monkeypatch, START + timedelta(days=20))  # the other has not answered
    for client, account in zip((city, unit), accounts.values(), strict=False):
        sign_in(client, account)
    assert "超过 6 天未答复" in seen(unit, f"{UNIT_DESK}?stage=ASKED")
    assert "请说明“会员多于职工”的原因（已过期限）" in seen(unit, f"/unions/{TOWNSHIP}/reminders")
    told = post(city, f"{DESK}.csv").data.decode("utf-8-sig")
    assert "会员多于职工：已认可（到年底。）" in told
    with transaction() as session:  # the facts do not hold any more
        tallies.add(session, COUNTY, OTHER_UNION, today(), active=-4)
    assert "超过" not in seen(unit, UNIT_DESK)
    assert "会员多于职工" not in seen(unit, f"/unions/{TOWNSHIP}/reminders")
    assert "现在已经对得上，不用再说明" in seen(unit, f"/unions/{OTHER_UNION}/explanations/2")
