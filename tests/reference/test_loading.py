"""The reference register is loaded from workbooks: every row accounted for, again and again."""

import msgspec
import pytest
from sqlalchemy import func, select

from registry.access.roles import Role
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, RosterRefused
from registry.members.models import Member, Membership, Person
from registry.reference import years
from registry.reference.models import ReferenceLoad, ReferencePerson
from registry.reference.operations import load
from registry.totals.recount import reconcile
from registry.trail.models import TrailEntry
from registry.trail.queries import verify
from registry.vault.vault import of_person, vault
from tests.factories.accounts import make_actor
from tests.factories.numbers import spoilt
from tests.factories.people import make_people
from tests.factories.reference import HEADER, load_base, make_auditor, make_base
from tests.factories.rosters import OTHER_UNION, UNION, csv_of
from tests.factories.unions import COUNTY, TOWNSHIP
from tests.factories.workbooks import xlsx_of

PEOPLE = make_people(8)


def told(number):
    """Return the counts of a load: rows, new, changed, same, repeated, faulty, skipped."""
    one = db.session.scalars(select(ReferenceLoad).where(ReferenceLoad.id == number)).one()
    names = ("row", "new", "changed", "same", "repeated", "faulty", "skipped")
    return tuple(getattr(one, f"{name}_count") for name in names)


def faults(number):
    return msgspec.json.decode(
        db.session.scalar(select(ReferenceLoad.faults).where(ReferenceLoad.id == number))
    )


def of(person):
    query = select(ReferencePerson).where(ReferencePerson.full_name == person.full_name)
    return db.session.scalars(query).one()


def count(model=ReferencePerson):
    return db.session.scalar(select(func.count()).select_from(model))


def test_people_are_known_and_nobody_becomes_a_member(register):
    assert told(load_base(PEOPLE)) == (8, 8, 0, 0, 0, 0, 0)
    one = of(PEOPLE[0])
    opened = vault().open(one.document_sealed, of_person("document_number", one.person_key))
    assert opened.decode() == PEOPLE[0].number
    assert (one.union_code, years.shown(one.years)) == (UNION, "2016")
    assert count() == 8
    assert count(Person) == count(Member) == count(Membership) == 0
    assert reconcile(db.session(), COUNTY) == (0, [])


def test_the_same_again_changes_nothing_and_another_year_is_added(register):
    load_base(PEOPLE)
    assert told(load_base(PEOPLE)) == (8, 0, 0, 8, 0, 0, 0)
    assert told(load_base(PEOPLE[:3], year="2018年度")) == (3, 0, 3, 0, 0, 0, 0)
    assert [years.shown(of(one).years) for one in PEOPLE[2:4]] == ["2016、2018", "2016"]
    assert len({one.id for one in db.session.scalars(select(ReferencePerson))}) == 8


def test_the_latest_year_tells_where_somebody_is(register):
    load_base(PEOPLE[:2], UNION, 2018)
    load_base(PEOPLE[:1], OTHER_UNION, 2016)
    load_base(PEOPLE[1:2], OTHER_UNION, 2019)
    assert [of(one).union_code for one in PEOPLE[:2]] == [UNION, OTHER_UNION]
    assert [years.shown(of(one).years) for one in PEOPLE[:2]] == ["2016、2018", "2018–2019"]
    assert reconcile(db.session(), COUNTY) == (0, [])


def test_every_row_is_accounted_for(register):
    changes = {
        0: {"身份证号码": spoilt(PEOPLE[0].number)},
        1: {"姓名": None},
        2: {"身份证号码": None},
        3: {"身份证号码": 331083199001010000},
        4: {"参保年度": "去年"},
        6: {"姓名": PEOPLE[5].full_name, "身份证号码": PEOPLE[5].number, "参保年度": 2017},
        7: {"身份证号码": PEOPLE[5].number},
    }
    number = load_base(PEOPLE, changes=changes)
    assert told(number) == (8, 1, 0, 0, 1, 6, 0)
    assert faults(number) == [
        [2, "证件号码校验码不正确"],
        [3, "没有姓名，或姓名不能用"],
        [4, "没有证件号码"],
        [5, "证件号码存成了数字，后几位已经丢失"],
        [6, "年度看不懂"],
        [9, "与第 7 行证件号码相同、姓名不同"],
    ]
    assert years.shown(of(PEOPLE[5]).years) == "2016–2017"


def test_rows_that_are_none_of_a_person_are_passed_over(register):
    lines = [HEADER, [1, *cells(PEOPLE[0])], [None] * 6, ["合计", "1 人", None, None, None, None]]
    number = load_bytes(xlsx_of(lines))
    assert told(number)[0] == sum(told(number)[1:])
    assert told(number)[1] == 1


def cells(person, union=UNION, year=2016):
    return [person.full_name, person.number, person.mobile, union, year]


def load_bytes(content, **more):
    more = {"actor": make_auditor(), "county": COUNTY} | more
    return load(content, file_name="基础数据.xlsx", **more)


def test_any_workbook_will_do_and_the_year_may_be_given_once(register):
    lines = [["姓名", "身份证", "单位名称"], [PEOPLE[0].full_name, PEOPLE[0].number, UNION]]
    with pytest.raises(InputRefused) as refused:
        load_bytes(csv_of(lines))
    assert refused.value.code == "reference.year"
    load_bytes(csv_of(lines), year=2012)
    assert years.shown(of(PEOPLE[0]).years) == "2012"
    assert of(PEOPLE[0]).mobile_key is None
    # A blank does not erase, what is new is added.
    load_base(PEOPLE[:1], year=2013)
    load_bytes(csv_of(lines), year=2014)
    assert of(PEOPLE[0]).mobile_key is not None


def test_unions_are_known_by_name_and_others_stay_as_written(register):
    changes = {
        0: {"工会名称": "没有这家公司"},
        1: {"工会名称": f"{PEOPLE[1].number}"},
        2: {"工会名称": None},
    }
    load_base(PEOPLE[:4], changes=changes)
    written = [(of(one).union_code, of(one).union_name) for one in PEOPLE[:4]]
    assert written[0] == (None, "没有这家公司")
    assert written[1][0] is None and PEOPLE[1].number[4:] not in written[1][1]
    assert written[2:] == [(None, ""), (UNION, UNION)]
    assert db.session.scalar(select(ReferenceLoad.unplaced_count)) == 3


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"nothing", "file.not_a_workbook"),
        (
            csv_of([["姓名", "手机", "工会名称"], ["叶小一", "13800000000", "甲"]]),
            "file.missing_column",
        ),
        (
            csv_of([["身份证", "手机", "工会名称"], ["1", "13800000000", "甲"]]),
            "file.missing_column",
        ),
    ],
)
def test_what_cannot_be_read_leaves_nothing(register, content, code):
    with pytest.raises((RosterRefused, InputRefused)) as refused:
        load_bytes(content, year=2016)
    assert refused.value.code == code
    assert count() == count(ReferenceLoad) == 0


@pytest.mark.parametrize("year", [1999, 2061, 2200, -3])
def test_a_year_that_cannot_be_is_refused(small_register, year):
    with pytest.raises(InputRefused) as refused:
        load_bytes(make_base(PEOPLE), year=year)
    assert refused.value.code == "reference.year"


def test_a_file_cut_off_is_refused(small_register):
    with pytest.raises(InputRefused) as refused:
        load_bytes(make_base(PEOPLE), claimed_sha256="0" * 64)
    assert refused.value.code == "upload.cut_off"
    assert count() == 0


@pytest.mark.parametrize(
    ("role", "place", "error"),
    [
        (Role.CLERK, UNION, NotFound),
        (Role.REVIEWER, TOWNSHIP, NotFound),
        (Role.ADMINISTRATOR, COUNTY, Forbidden),
        (Role.LOG_KEEPER, COUNTY, Forbidden),
    ],
)
def test_only_the_city_loads(small_register, role, place, error):
    with pytest.raises(error):
        load_bytes(make_base(PEOPLE), actor=make_actor(role, place))
    assert count() == 0


def test_the_city_loads_for_the_whole_county_alone(small_register):
    with pytest.raises(NotFound):
        load_bytes(make_base(PEOPLE), county=TOWNSHIP)


def test_a_fault_half_way_leaves_nothing(register, monkeypatch):
    load_base(PEOPLE[:4])

    def fails(*_):
        raise OSError("the disk is full")

    monkeypatch.setattr("registry.reference.operations.settle", fails)
    with pytest.raises(OSError, match="disk"):
        load_base(PEOPLE, OTHER_UNION, 2017)
    assert count() == 4
    assert {one.years for one in db.session.scalars(select(ReferencePerson))} == {
        years.bits_of(2016)
    }


def test_a_load_is_on_the_trail_without_a_number(register):
    load_base(PEOPLE)
    query = select(TrailEntry).where(TrailEntry.action == "reference.load")
    [entry] = db.session.scalars(query)
    assert '"total":8' in entry.detail.replace(" ", "")
    assert not any(one.number in entry.detail or one.mobile in entry.detail for one in PEOPLE)
    assert verify(db.session())[1] == []
