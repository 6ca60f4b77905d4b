"""The report for superiors: page and workbook say what the totals say, and name nobody."""

import re
from datetime import timedelta
from io import BytesIO
from urllib.parse import quote
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from sqlalchemy import update

from registry.access.roles import Role
from registry.campaigns.aiming import set_targets
from registry.clock import today
from registry.db import db, transaction
from registry.members.models import Composition
from registry.totals.metrics import METRIC_LABELS
from registry.totals.queries import totals
from registry.trail.queries import entries
from registry.unions.models import TradeUnion
from tests.factories.accounts import make_account, make_actor, post, sign_in
from tests.factories.ranked import make_counts
from tests.factories.registrations import begin
from tests.factories.unions import COUNTY, TOWNSHIP, make_union, make_union_tree

# Longquan, 2018: 53 unions, of them 25 joint ones of three kinds (16, 8 and 1); 1,783 members of
# 1,786 employees.
KINDS = ["1"] * 28 + ["2"] * 16 + ["5"] * 8 + ["7"]
MEMBERS, EMPLOYEES = 1_783, 1_786
PAGE = f"/unions/{COUNTY}/report"


@pytest.fixture
def longquan(app):
    """A city of two units with Longquan's figures."""
    make_union_tree()
    for number, kind in enumerate(KINDS):
        code = make_union(f"{COUNTY}{1 + number % 2:03}{1 + number // 2:04}").code
        members = 30 if number else MEMBERS - 52 * 30
        make_counts(code, today(), members, members if number else members + 3)
        men, women = members - 10, 10
        made_up = {
            "cells": f'{{"ACTIVE,1,1,1":{men},"ACTIVE,2,0,":{women}}}',
            "by_year": f'{{"ACTIVE,1,1,1,1990":{men},"ACTIVE,2,0,,1970":{women}}}',
        }
        with transaction() as session:
            session.execute(update(TradeUnion).where(TradeUnion.code == code).values(kind=kind))
            session.add(Composition(county=COUNTY, union_code=code, day=today(), **made_up))
    return app


def test_longquan_is_reported_in_full_and_never_rounded_up(longquan):
    city = make_actor(Role.AUDITOR, COUNTY)
    aim(city, 2_000)
    client = longquan.test_client()
    sign_in(client, make_account(Role.AUDITOR, COUNTY))
    text = client.get(PAGE).text
    line = r"入会率</th>\s*<td class=\"number\">99\.83%</td><td class=\"number\">1,783</td>"
    assert re.search(line + r"<td class=\"number\">1,786</td><td>在会会员 ÷ 职工人数", text)
    assert "只舍不入" in text and "99.84" not in text

    answer = post(client, PAGE + ".xlsx", PAGE, on=today().isoformat())
    name = quote(
        f"上报材料-{totals(db.session(), COUNTY, today()).under.name}-{today():%Y%m%d}.xlsx"
    )
    assert name in answer.headers["Content-Disposition"]
    book = load_workbook(BytesIO(answer.data))
    sheets = ["总表", "各单位", "各单位指标", "会员构成", "目标完成", "时间进度", "图", "说明"]
    assert book.sheetnames == sheets
    found = totals(db.session(), COUNTY, today()).total
    metrics = rows_of(book["总表"], "指标")
    for key, label in METRIC_LABELS.items():
        share = found.metrics[key]
        shown = share.hundredths / 10_000 if share.denominator else "—"
        assert metrics[label][:3] == (shown, share.numerator, share.denominator)
        assert share.shown in text
    assert metrics["入会率"][:3] == (0.9983, MEMBERS, EMPLOYEES)
    assert metrics["目标完成度"][:3] == (0.8915, MEMBERS, 2_000)
    units = rows_of(book["各单位"], "名称")
    assert units["合计"] == (53, 53, 0, 53, EMPLOYEES, MEMBERS, 0.9983, 0, 0)
    for column in (0, 4, 5):
        parts = [line[column] for unit, line in units.items() if unit != "合计"]
        assert sum(parts) == units["合计"][column]
    kinds = rows_of(book["会员构成"], "工会类型")
    joint = [line[0] for label, line in kinds.items() if label not in ("独立基层工会", "合计")]
    assert sorted(joint) == [1, 8, 16] and kinds["合计"] == (53, MEMBERS, 1, 0)
    ages = rows_of(book["会员构成"], "年龄")
    assert ages["合计"][:3] == (MEMBERS - 530, 530, MEMBERS)
    assert rows_of(book["目标完成"], "名称")["合计"][1:4] == (2_000, MEMBERS, 0.8915)
    assert list(rows_of(book["时间进度"], "日期").values()) == [(MEMBERS, MEMBERS)]
    (entry,) = entries(db.session(), COUNTY, action="totals.report")
    assert entry.detail == {"on": today().isoformat(), "sheets": 7}

    with ZipFile(BytesIO(answer.data)) as archive:
        parts = archive.namelist()
        written = b"".join(archive.read(part) for part in parts if "worksheets/" in part)
    assert sum("charts/chart" in part for part in parts) == 4
    assert b"<f>" not in written and not any("vba" in part for part in parts)
    for sheet in book.worksheets:
        assert sheet.page_setup.paperSize == 9 and "&P" in sheet.oddFooter.right.text


def test_a_unit_has_its_own_and_a_union_what_it_has(app, client):
    union = make_union(f"{TOWNSHIP}0001")
    sign_in(client, make_account(Role.REVIEWER, TOWNSHIP, display_name="王试验"))
    unit = f"/unions/{TOWNSHIP}/report"
    assert "这一天没有正在进行的实名登记" in client.get(unit).text
    answer = post(client, unit + ".xlsx", unit, on="2018-07-31")
    book = load_workbook(BytesIO(answer.data))
    assert list(rows_of(book["各工会"], "名称")) == [union.name, "合计"]
    assert book["总表"]["A2"].value == "截至 2018-07-31 当天结束时审核入库的数"
    assert rows_of(book["说明"], "项目")["制表"][0].startswith("王试验，")
    assert client.get(PAGE).status_code == 404
    assert post(client, PAGE + ".xlsx", unit).status_code == 404
    of_union = client.get(f"/unions/{union.code}/report").text
    assert "工会类型" in of_union and "目标完成情况" not in of_union


def aim(city, members):
    """Begin a registration of the two units today that aims at so many members."""
    number = begin(city, units=[TOWNSHIP, f"{COUNTY}002"])
    set_targets(number, {(COUNTY, today() + timedelta(days=99)): members}, actor=city)


def rows_of(sheet, head):
    """Return the rows of the table with this first head, by what stands first in them."""
    lines = list(sheet.iter_rows(values_only=True))
    begins = next(at for at, line in enumerate(lines) if line[0] == head and line[1]) + 1
    found = {}
    for name, *line in lines[begins:]:
        values = tuple(value for value in line if value is not None)
        if not values:
            break
        found[name] = values
    return found
