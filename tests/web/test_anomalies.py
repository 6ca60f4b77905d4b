"""The pages of anomalies: searched for, filtered, looked at masked, closed; who sees what."""

from html import unescape

import pytest

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.db import db
from registry.jobs.leases import unfinished, worker_name
from registry.jobs.work import run
from registry.review.operations import approve
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.anomalies import kept, one_family, search
from tests.factories.people import make_people
from tests.factories.rosters import UNION
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

FAR_TOWNSHIP = "331083002"


@pytest.fixture
def desks(app):
    """Clerk, two units and the city, signed in; a roster of one family, approved at once."""
    make_union_tree()
    made = {}
    for name, role, place in (
        ("clerk", Role.CLERK, UNION),
        ("unit", Role.REVIEWER, TOWNSHIP),
        ("far", Role.REVIEWER, FAR_TOWNSHIP),
        ("city", Role.AUDITOR, COUNTY),
    ):
        account, client = make_account(role, place), app.test_client()
        sign_in(client, account)
        made[name] = (client, actor_of(db.session(), account.id))
    people = make_people(40)
    approve(one_family(people, made["clerk"][1]), actor=made["unit"][1])
    return made


def test_found_looked_at_and_closed(desks):
    city, unit = desks["city"][0], desks["unit"][0]
    here, units = f"/unions/{COUNTY}/anomalies", f"/unions/{TOWNSHIP}/anomalies"
    assert "还没有查找过" in city.get(here).text
    assert "异常该查找了" in city.get("/home").text
    assert post(city, f"{here}/search").status_code == 303
    assert "正在排队" in city.get(here).text
    assert "正在排队" in city.get(f"{here}/progress").text
    assert post(city, f"{here}/search").status_code == 409
    for number in unfinished(db.session()):
        run(number, worker_name())
    assert city.get(f"{here}/progress").headers["HX-Redirect"] == here

    page = unescape(city.get(here).text)
    assert "同姓过多（1）" in page
    assert "审核快过阅读（1）" in page
    assert "审核员2" in page
    assert page.count("核查<span") == 3
    page = unescape(city.get(f"{here}?kind=SURNAME&unit={TOWNSHIP}").text)
    assert page.count("核查<span") == 1
    assert "没有符合条件" in city.get(f"{here}?unit={FAR_TOWNSHIP}").text
    assert "待核查的异常" in city.get("/home").text

    page = unescape(unit.get(units).text)
    assert page.count("核查<span") == 2
    assert "审核快过阅读" not in page
    numbers = {one.kind: one.id for one in kept()}
    shared = f"{units}/{numbers['SHARED_MOBILE']}"
    page = unescape(unit.get(shared).text)
    assert "40 名会员名下" in page
    assert page.count("欧阳") == 40
    assert "欧阳**" not in unescape(city.get(f"{here}/{numbers['SHARED_MOBILE']}").text)
    assert "欧阳*" in unescape(city.get(f"{here}/{numbers['SHARED_MOBILE']}").text)
    answer = post(unit, f"{shared}/close", note="")
    assert (answer.status_code, "请写明怎么核查的" in answer.text) == (400, True)
    answer = post(unit, f"{shared}/close", note="已电话核实 13800001234")
    assert (answer.status_code, "不要写完整的" in answer.text) == (400, True)
    assert post(unit, f"{shared}/close", note="已电话核实，班组共用。").status_code == 303
    assert "已电话核实，班组共用。" in unit.get(f"{units}?state=CLOSED").text
    assert post(unit, f"{shared}/close", note="再看。").status_code == 409


def test_others_are_kept_out(desks):
    city, unit, far, clerk = (desks[name][0] for name in ("city", "unit", "far", "clerk"))
    numbers = {one.kind: one.id for one in search(desks["city"][1])}
    own = f"/unions/{UNION}/anomalies"
    assert clerk.get(own).status_code == 403
    assert far.get(f"/unions/{TOWNSHIP}/anomalies").status_code == 404
    assert "待核查的异常" not in far.get("/home").text
    surname, fast = numbers["SURNAME"], numbers["FAST"]
    assert far.get(f"/unions/{FAR_TOWNSHIP}/anomalies/{surname}").status_code == 404
    assert unit.get(f"/unions/{TOWNSHIP}/anomalies/{fast}").status_code == 404
    assert post(unit, f"/unions/{TOWNSHIP}/anomalies/{fast}/close", note="好。").status_code == 404
    for page in (f"/unions/{TOWNSHIP}/anomalies/search", f"/unions/{COUNTY}/anomalies/search"):
        assert post(unit, page).status_code in (403, 404)
    assert "第 " in city.get(f"/unions/{COUNTY}/anomalies/{fast}").text
