"""The register of unions taken in from a workbook: shown, then done in one transaction."""

from datetime import date, timedelta

import pytest

from registry.access.roles import Role
from registry.clock import today
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, RosterRefused, StateRefused
from registry.identity import credit_code
from registry.trail.queries import entries, verify
from registry.unions import book, history, lifecycle, queries
from registry.unions.employers import cover, employers
from registry.unions.intake import operations
from registry.unions.intake.lines import Outcome
from registry.unions.intake.queries import held
from registry.unions.states import UnionAct
from tests.factories.accounts import make_actor
from tests.factories.register import BEGUN, FORMED, TERM_ENDS, formed, listed, preparing
from tests.factories.rosters import UNION, make_clerk, make_reviewer
from tests.factories.statements import counted_statements
from tests.factories.union_lists import faults, outcomes, seen, sheet, taken
from tests.factories.unions import COUNTY, TOWNSHIP
from tests.factories.workbooks import csv_of, xlsx_of

BODY = "81331083MC0000001"
CREDIT_CODE = BODY + credit_code.check_character(BODY)
NEW, CHANGED, SAME, REFUSED = Outcome


@pytest.fixture
def reviewer(register):
    """The reviewer of the unions' unit."""
    return make_reviewer()


def known(code):
    db.session.rollback()
    return history.profile(db.session(), code)


def acts(code):
    db.session.rollback()
    return [one.act for one in history.events(db.session(), COUNTY, code)]


def test_new_unions_are_shown_then_registered_with_their_life(reviewer):
    content = xlsx_of(
        [
            ["2018 年工会组织名单"],
            ["序号", "工会名称*", "状态", "开始筹备\n日期", "成立时间", "换届时间", "届满日期",
             "类型", "信用代码", "覆盖企业", "主席姓名", "电话"],
            [1, "注塑行业联合工会", "正常", date(2018, 3, 1), "2018.5.4", "2018年5月4日", 20230503,
             "行业工会", CREDIT_CODE.lower(), f"甲厂、乙（玉环）公司（{CREDIT_CODE}）；丙厂",
             "叶某某", "13800000000"],
            [2, "试验筹备公司工会", "筹备", date(2018, 3, 1)],
            [3, "试验未建公司工会", "未建"],
            ["填表人：张某", None, None],
        ]
    )  # fmt: skip
    number = taken(content, reviewer)
    found = seen(number)
    assert outcomes(found) == {NEW: 3}, faults(found)
    assert [line.row for line in found.lines] == [3, 4, 5]
    assert (found.about.unknown, found.about.skipped) == (["序号", "电话"], [6])
    assert queries.grassroots(db.session(), f"/{COUNTY}/", search="注塑") == []

    done = operations.apply(TOWNSHIP, number, actor=reviewer)
    assert done == {NEW: 3}
    first, second, third = (line.code for line in seen(number).lines)
    assert [first, second, third] == [f"{TOWNSHIP}000{n}" for n in (3, 4, 5)]
    union = known(first)
    assert (union.status, union.formed_on, union.term_ends_on) == ("active", FORMED, TERM_ENDS)
    assert (union.kind, union.credit_code, union.chair) == ("5", CREDIT_CODE, "叶某某")
    covered = [(one.name, one.credit_code) for one in employers(db.session(), COUNTY, first)]
    assert covered == [("甲厂", None), ("乙（玉环）公司", CREDIT_CODE), ("丙厂", None)]
    assert acts(first) == [UnionAct.COVER] * 3 + [UnionAct.ELECT, UnionAct.REGISTER]
    note = history.events(db.session(), COUNTY, first)[0].note
    assert note == "导入“工会名单.xlsx”第 3 行"
    assert (known(second).status, known(second).prepared_on) == ("preparing", BEGUN)
    assert (known(third).status, known(third).listed_on) == ("unformed", today())
    # Entered in the same way, on the screen and from the workbook.
    assert lifecycle.next_codes(db.session(), TOWNSHIP, 1) == [f"{TOWNSHIP}0006"]

    again = taken(content, reviewer)
    assert outcomes(seen(again)) == {SAME: 3}
    with pytest.raises(StateRefused) as refused:
        operations.apply(TOWNSHIP, number, actor=reviewer)
    assert refused.value.code == "union.intake_decided"
    told = [one for one in entries(db.session(), COUNTY) if one.action == "union.import"]
    assert [(one.place, one.detail["unions_new"]) for one in told] == [(TOWNSHIP, 3)]
    assert not verify(db.session())[1]


def test_changes_are_shown_field_by_field_and_done_as_acts(reviewer):
    joint = formed(reviewer, name="试验联合工会", kind="2")
    cover(joint, "甲厂", actor=reviewer)
    cover(joint, "乙厂", actor=reviewer)
    to_form, to_found = listed(reviewer, name="未建工会"), preparing(reviewer, name="筹备工会")
    plain = formed(reviewer, name="不变工会")
    head = "代码 工会名称 上级工会 状态 筹备日期 建会日期 选举日期 届满日期 行业 主席 覆盖单位"
    last = date(2021, 5, 4)
    number = taken(
        sheet(
            head,
            [joint, "试验联合工会二", TOWNSHIP, "", "", "", last, last + timedelta(1825),
             "制造业", "林某某", "乙厂；丙厂"],
            [to_form, "", "", "正常", BEGUN, FORMED, "", TERM_ENDS],
            [int(to_found), "", "", "筹备"],
            [None, " 不变工会", "", "正常", "", FORMED],
        ),
        reviewer,
    )  # fmt: skip
    found = seen(number)
    assert outcomes(found) == {CHANGED: 2, SAME: 2}, faults(found)
    assert [step.act for step in found.lines[0].steps] == [
        UnionAct.RENAME,
        UnionAct.ELECT,
        UnionAct.CHANGE,
        UnionAct.UNCOVER,
        UnionAct.COVER,
    ]
    assert found.lines[0].steps[0].before == {"name": "试验联合工会"}
    operations.apply(TOWNSHIP, number, actor=reviewer)
    union = queries.find(db.session(), joint)
    assert (union.name, known(joint).chair, known(joint).elected_on) == (
        "试验联合工会二",
        "林某某",
        last,
    )
    assert [one.name for one in employers(db.session(), COUNTY, joint)] == ["乙厂", "丙厂"]
    assert acts(to_form)[:2] == [UnionAct.FOUND, UnionAct.PREPARE]
    assert (known(to_form).status, known(to_form).prepared_on) == ("active", BEGUN)
    assert acts(plain) == [UnionAct.REGISTER]
    exported = book.export(TOWNSHIP, actor=reviewer).content
    assert outcomes(seen(taken(exported, reviewer))) == {SAME: 6}


def test_faulty_rows_are_all_told_held_back_and_come_back(reviewer):
    prepared = preparing(reviewer, name="筹备工会")
    other = make_actor(Role.REVIEWER, "331083002")
    far = formed(other, unit="331083002", name="别镇工会")
    rows = [
        ["3310839990001", "", "", "", "", "", "", ""],
        [far, "", "", "", "", "", "", ""],
        ["", "别镇工会", "", "正常", FORMED, "", "", ""],
        ["", "新一", "别镇总工会", "正什么", FORMED, "", "", ""],
        ["", "新二", "", "正常", "2018-05", CREDIT_CODE[:-1] + "0", "没有这类", "主席13800000000"],
        ["", "新三", "", "正常", "", "", "", ""],
        ["", "新四", "", "", "", 913310830000000000, "", ""],
        ["", "重名", "", "未建", "", "", "", ""],
        ["", "重 名", "", "未建", "", "", "", ""],
        [prepared, "", "", "撤销", "", "", "", ""],
        [UNION, "", "", "筹备", "", "", "", ""],
        [f"{TOWNSHIP}0002", "", "", "", date(2011, 1, 1), "", "", ""],
        ["", "明天工会", "", "正常", today() + timedelta(1), "", "", ""],
        ["", "好的工会", "", "未建", "", "", "", ""],
    ]
    header = "工会代码 工会名称 上级工会 状态 建会日期 统一社会信用代码 工会类型 主席"
    number = taken(csv_of([header.split(), *rows], "gb18030"), reviewer)
    found = seen(number)
    assert outcomes(found) == {NEW: 1, REFUSED: 13}
    assert faults(found) == {
        2: [("code", "union.unknown")],
        3: [("code", "union.unknown")],
        4: [("name", "union.name_taken")],
        5: [("status", "code.unknown"), ("unit", "union.unit_unknown")],
        6: [
            ("formed_on", "union.day_month"),
            ("credit_code", "union.credit_code"),
            ("kind", "code.unknown"),
            ("chair", "union.chair"),
        ],
        7: [("formed_on", "union.day")],
        8: [("credit_code", "union.credit_code"), ("status", "union.stateless")],
        9: [("name", "union.repeated")],
        10: [("name", "union.repeated")],
        11: [("status", "union.ending")],
        12: [("status", "union.state")],
        13: [("formed_on", "union.day_fixed")],
        14: [("formed_on", "union.day")],
    }
    assert "与第 10 行重复" in found.lines[7].faults[0].message
    operations.apply(TOWNSHIP, number, actor=reviewer)
    after = seen(number)
    assert outcomes(after) == {NEW: 1, REFUSED: 13}
    back = seen(taken(held(after.lines), reviewer))
    assert outcomes(back) == {REFUSED: 13}
    assert [line.cells.get("name") for line in back.lines][2:5] == ["别镇工会", "新一", "新二"]


def test_who_changed_a_union_meanwhile_is_not_overwritten(reviewer):
    one, two = formed(reviewer, name="甲工会"), formed(reviewer, name="乙工会")
    header = "工会代码 工会名称 主席"
    number = taken(
        sheet(
            header, [one, "甲工会", "叶某某"], [two, "乙工会", "林某某"], [None, "丙工会", "王某某"]
        ),
        reviewer,
    )
    assert outcomes(seen(number)) == {CHANGED: 2, REFUSED: 1}
    lifecycle.change(one, known(one).particulars._replace(chair="陈某某"), actor=reviewer)
    assert operations.apply(TOWNSHIP, number, actor=reviewer) == {CHANGED: 1, REFUSED: 2}
    assert (known(one).chair, known(two).chair) == ("陈某某", "林某某")
    assert faults(seen(number))[2] == [(None, "union.moved_on")]

    dropped = taken(sheet(header, [one, "甲工会", "叶某某"]), reviewer)
    operations.drop(TOWNSHIP, dropped, actor=reviewer)
    with pytest.raises(StateRefused):
        operations.apply(TOWNSHIP, dropped, actor=reviewer)
    assert known(one).chair == "陈某某"


def test_only_who_manages_the_place_takes_a_readable_list_in(reviewer):
    good = sheet("工会代码 工会名称 主席", [UNION, "", "叶某某"])
    number = taken(good, reviewer)
    stranger, city = make_reviewer("331083002"), make_actor(Role.AUDITOR, COUNTY)
    for actor, place, error in (
        (make_clerk(), UNION, Forbidden),
        (stranger, TOWNSHIP, NotFound),
        (reviewer, UNION, NotFound),
    ):
        with pytest.raises(error):
            taken(good, actor, place)
    for act in (operations.apply, operations.drop):
        with pytest.raises(NotFound):
            act(TOWNSHIP, number, actor=stranger)
        with pytest.raises(NotFound):
            act(COUNTY, number, actor=city)
    for content, code in (
        (b"nothing", "file.not_a_workbook"),
        (sheet("姓名 性别 证件号码", ["甲", "男", "1"]), "union.no_header"),
        (sheet("工会代码 工会名称 主席"), "union.empty"),
    ):
        with pytest.raises((InputRefused, RosterRefused)) as refused:
            taken(content, reviewer)
        assert refused.value.code == code
    with pytest.raises(InputRefused) as refused:
        operations.receive(
            good, file_name="", code=TOWNSHIP, actor=reviewer, claimed_sha256="0" * 64
        )
    assert refused.value.code == "upload.cut_off"
    # The city names the unit of each.
    header = "工会名称 状态 上级工会"
    told = seen(
        taken(sheet(header, ["甲", "未建", ""], ["乙", "未建", TOWNSHIP]), city, COUNTY), COUNTY
    )
    assert faults(told) == {2: [("unit", "union.unit_missing")]}


def test_many_rows_ask_the_database_no_more_than_a_few(reviewer):
    asked = []
    for first, last in ((0, 3), (3, 400)):
        rows = [[f"试验第{n}公司工会", "正常", FORMED, "5", "甲；乙"] for n in range(first, last)]
        content = sheet("工会名称 状态 建会日期 工会类型 覆盖单位", *rows)
        with counted_statements() as counted:
            operations.apply(TOWNSHIP, taken(content, reviewer), actor=reviewer)
        asked.append(counted.count)
    assert asked[1] <= asked[0]
    assert lifecycle.next_codes(db.session(), TOWNSHIP, 1) == [f"{TOWNSHIP}0403"]


def test_a_credit_code_that_became_a_number_is_refused_by_its_type(reviewer):
    for code, said in (
        (913310830000000000, [("credit_code", "union.credit_code_numeric")]),
        (CREDIT_CODE[:-1] + "9", [("credit_code", "union.credit_code")]),
    ):
        found = seen(taken(sheet("代码 名称 信用代码", [UNION, "", code]), reviewer))
        assert faults(found) == {2: said}
