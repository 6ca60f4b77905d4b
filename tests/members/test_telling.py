"""Of other unions nothing is told but that there were; of a birthday only the year."""

from datetime import UTC, datetime

from registry.db import db
from registry.identity.mask import Sight
from registry.members.history import HistoryLine
from registry.members.models import EventType, MembershipState
from registry.members.queries import MemberLine
from registry.members.telling import particulars, told
from tests.factories.rosters import OTHER_UNION, UNION
from tests.factories.unions import COUNTY, TOWNSHIP

OWN = f"/{COUNTY}/{TOWNSHIP}/{UNION}/"
UNIT = f"/{COUNTY}/{TOWNSHIP}/"
AT = datetime(2018, 7, 31, tzinfo=UTC)


def event(kind, start=None, end=None):
    return HistoryLine(EventType(kind), "2018-07-31", AT, start, end, "6", ["mobile"], 3)


def lines(history, path=OWN):
    return [
        (one.event.type.value, one.from_union, one.to_union) if one.event else "elsewhere"
        for one in told(db.session(), history, path)
    ]


def test_a_stay_elsewhere_before_is_one_line_without_kind_or_day(small_register):
    history = [
        event("ENTER", end=OTHER_UNION),
        event("CORRECT", end=OTHER_UNION),
        event("EXPEL", OTHER_UNION),
        event("ENTER", end=UNION),
    ]
    assert lines(history) == ["elsewhere", ("ENTER", "", "试验0001公司工会")]


def test_a_stay_elsewhere_between_is_one_line(small_register):
    history = [
        event("ENTER", end=UNION),
        event("RESIGN", UNION),
        event("ENTER", end=OTHER_UNION),
        event("RESIGN", OTHER_UNION),
        event("ENTER", end=UNION),
    ]
    assert [line if line == "elsewhere" else line[0] for line in lines(history)] == [
        "ENTER",
        "RESIGN",
        "elsewhere",
        "ENTER",
    ]


def test_what_came_after_leaving_is_not_told_at_all(small_register):
    history = [
        event("ENTER", end=UNION),
        event("RESIGN", UNION),
        event("ENTER", end=OTHER_UNION),
    ]
    assert [line[0] for line in lines(history)] == ["ENTER", "RESIGN"]


def test_the_other_side_of_a_transfer_is_some_other_union(small_register):
    history = [event("TRANSFER_IN", OTHER_UNION, UNION)]
    assert lines(history) == [("TRANSFER_IN", "其他工会", "试验0001公司工会")]


def test_the_unit_of_both_sees_both(small_register):
    history = [event("TRANSFER_IN", OTHER_UNION, UNION), event("RESIGN", UNION)]
    assert lines(history, UNIT)[0] == ("TRANSFER_IN", "试验0002公司工会", "试验0001公司工会")


def test_each_union_is_told_its_own_half_of_a_transfer(small_register):
    history = [
        event("ENTER", end=UNION),
        event("TRANSFER_OUT", UNION, OTHER_UNION),
        event("TRANSFER_IN", UNION, OTHER_UNION),
    ]
    here, there = "试验0001公司工会", "试验0002公司工会"
    assert lines(history) == [("ENTER", "", here), ("TRANSFER_OUT", here, "其他工会")]
    other = f"/{COUNTY}/{TOWNSHIP}/{OTHER_UNION}/"
    assert lines(history, other) == ["elsewhere", ("TRANSFER_IN", "其他工会", there)]
    assert lines(history, UNIT) == [("ENTER", "", here), ("TRANSFER_IN", here, there)]


def test_nothing_of_nobody(small_register):
    assert lines([]) == []
    assert lines([event("ENTER", end="3310820010001")]) == []


def line(**fields):
    state = MembershipState.ACTIVE
    return MemberLine(1, 1, "叶青禾", "1", "3310**", "139**", state, "2018", UNION, fields)


def test_of_the_birthday_the_year_alone():
    shown = dict(particulars(line(born_on="1990-03-07", sex="1"), Sight.OWN_UNION))
    assert shown == {"性别": "男", "出生日期": "1990 年"}


def test_the_county_reads_nothing_that_was_written_freely():
    fields = {"employer_name": "青禾阀门厂", "post": "车工", "education": "81"}
    assert dict(particulars(line(**fields), Sight.COUNTY)) == {"学历": "小学"}
    assert dict(particulars(line(**fields), Sight.TOWNSHIP))["工作岗位"] == "车工"
