"""The ranking on pages: the county's lists, a unit's, a union's own score; the bulletin."""

from datetime import UTC, date, datetime

import pytest

from registry.access.roles import Role
from registry.codes import code_list
from tests.factories.accounts import make_account, sign_in
from tests.factories.clock import set_clock
from tests.factories.ranked import make_counts
from tests.factories.rosters import OTHER_UNION, UNION
from tests.factories.unions import COUNTY, TOWNSHIP, make_union, make_union_tree

PAGE = f"/unions/{COUNTY}/ranking"
FAR_UNION, LAST_UNION = "3310830020001", "3310830020002"
MAY, JUNE = date(2024, 5, 20), date(2024, 6, 10)


@pytest.fixture
def site(app, client, monkeypatch):
    """Three ranked unions, one of them with too many members, and one without a roster; in July."""
    set_clock(monkeypatch, datetime(2024, 7, 5, 4, tzinfo=UTC))
    make_union_tree()
    make_counts(UNION, MAY, 10, 20)
    make_counts(FAR_UNION, MAY, 90, 100)
    make_counts(UNION, JUNE, 15, admissions=2, submitted=2)
    make_counts(OTHER_UNION, JUNE, 30, 20)
    return client


def as_(client, role, place):
    sign_in(client, make_account(role, place))
    return client


def test_the_county_sees_units_unions_and_the_formula(site):
    city = as_(site, Role.AUDITOR, COUNTY)
    text = city.get(PAGE).text

    for code in (UNION, OTHER_UNION, FAR_UNION):
        assert f'href="/unions/{code}/ranking"' in text
    assert f'href="/unions/{LAST_UNION}/ranking"' not in text
    assert "待说明" in text
    assert "覆盖<sup>0.40</sup>" in text
    assert "加上全市平均水平的 20 个人" in text
    assert f'href="/unions/{COUNTY}/bulletins/2024-07"' in text
    # Who takes no part stands apart, with the reason.
    absent = city.get(PAGE, query_string={"show": "absent"}).text
    assert "还没有名册审核入库" in absent
    assert f"/unions/{LAST_UNION}/profile" in absent
    # A past day is kept on the way down.
    past = city.get(PAGE, query_string={"on": "2024-05-31"}).text
    assert f'href="/unions/{UNION}/ranking?on=2024-05-31"' in past
    assert f"/unions/{OTHER_UNION}/ranking" not in past


def test_it_is_narrowed_and_read_part_by_part(site, monkeypatch):
    monkeypatch.setattr("registry.web.ranking.PAGE", 1)
    city = as_(site, Role.AUDITOR, COUNTY)
    kind = code_list("union_kind").find("联合基层工会").code
    make_union("3310830020003", name="试验联合工会", kind=kind)
    make_counts("3310830020003", JUNE, 5, 10)

    def found(**asked):
        text = city.get(PAGE, query_string=asked).text
        return [
            code
            for code in (UNION, OTHER_UNION, FAR_UNION, "3310830020003")
            if f'data-open href="/unions/{code}/ranking"' in text
        ]

    assert found(search="联合") == found(kind=kind) == ["3310830020003"]
    assert found(unit=TOWNSHIP, search=UNION) == [UNION]
    assert found(band="2") == [FAR_UNION]
    assert found(search="没有") == []
    seen, after = [], None
    for _ in range(4):
        (code,) = found(unit="", after=after) if after else found()
        seen.append(code)
        after = code
    assert sorted(seen) == sorted([UNION, OTHER_UNION, FAR_UNION, "3310830020003"])


def test_a_reviewer_sees_the_own_unit_and_no_other(site):
    reviewer = as_(site, Role.REVIEWER, TOWNSHIP)
    text = reviewer.get(f"/unions/{TOWNSHIP}/ranking").text
    assert "参评面" in text
    assert f'href="/unions/{UNION}/ranking"' in text
    assert FAR_UNION not in text
    for place in (COUNTY, "331083002", FAR_UNION):
        assert reviewer.get(f"/unions/{place}/ranking").status_code == 404
    assert reviewer.get(f"/unions/{COUNTY}/bulletins/2024-06").status_code == 404
    refused = reviewer.get(f"/unions/{TOWNSHIP}/bulletins/2024-06")
    assert refused.status_code == 404
    assert "月度通报以全市为单位" in refused.text


def test_a_clerk_sees_what_the_own_score_is_made_of(site):
    clerk = as_(site, Role.CLERK, UNION)
    text = clerk.get(f"/unions/{UNION}/ranking").text
    assert "25 人以下这一档共 1 家" in text
    assert "再有 5 名职工入会" in text
    assert "下一次报送一次通过" in text
    assert FAR_UNION not in text
    assert OTHER_UNION not in text
    before = clerk.get(f"/unions/{UNION}/ranking?on=2024-01-01").text
    assert "未参评：还没有名册审核入库" in before
    assert clerk.get(f"/unions/{OTHER_UNION}/ranking").status_code == 404


def test_who_has_more_members_than_employees_reads_why_that_matters(site):
    text = as_(site, Role.CLERK, OTHER_UNION).get(f"/unions/{OTHER_UNION}/ranking").text
    assert "待说明：会员多于职工" in text
    assert "填写新的职工人数" in text


def test_who_may_not_see_totals_sees_no_ranking(site):
    keeper = as_(site, Role.LOG_KEEPER, COUNTY)
    assert keeper.get(PAGE).status_code == 403
    assert keeper.get(f"/unions/{COUNTY}/bulletins/2024-06").status_code == 403


def test_the_bulletin_of_a_month(site):
    city = as_(site, Role.AUDITOR, COUNTY)
    text = city.get(f"/unions/{COUNTY}/bulletins/2024-06").text

    assert "数字截至 2024-06-30，与 2024-05-31 比较" in text
    assert f'href="/unions/{COUNTY}/totals?on=2024-06-30"' in text
    assert "+35" in text  # members
    assert "个百分点" in text
    assert "本月 <strong>1</strong> 家工会的第一份名册审核入库" in text
    assert "本月还没有结束" not in text
    assert "/bulletins/2024-05" in text
    assert "/bulletins/2024-07" in text
    running = city.get(f"/unions/{COUNTY}/bulletins/2024-07").text
    assert "本月还没有结束，数字截至 2024-07-05" in running
    assert "/bulletins/2024-08" not in running
    for month in ("2024-08", "2024-6", "x"):
        answer = city.get(f"/unions/{COUNTY}/bulletins/{month}")
        assert answer.status_code == 404
        assert "月份要写成 2018-07 的样子" in answer.text
