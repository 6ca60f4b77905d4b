"""Targets pasted from a spreadsheet: what is read, and what is said of the rest."""

from datetime import date

import pytest

from registry.campaigns.grid import judged, members_of, pasted
from registry.errors import InputRefused

PLACES = {"331083": "玉环市总工会", "331083001": "玉城街道总工会", "331083002": "坎门街道总工会"}
HALF, END = date(2017, 10, 31), date(2018, 7, 31)


def test_a_copied_table_is_read_cell_by_cell():
    grid = pasted(
        "单位\t2017-10-31\t2018年7月31日\n玉城街道\t5,000\t１２０００\r\n331083002\t\t八千\n"
        "玉环市总工会\t50 000人\t\n合计\t5000\t20000\n",
        PLACES,
    )
    assert grid.faults == []
    numbers, wrong = judged(grid.written)
    assert numbers == {
        ("331083001", HALF): 5000,
        ("331083001", END): 12000,
        ("331083002", HALF): None,
        ("331083", HALF): 50000,
        ("331083", END): None,
    }
    assert grid.wrong == wrong == {("331083002", END): wrong["331083002", END]}
    assert "不是人数" in wrong["331083002", END]


def test_what_is_no_place_and_no_day_is_named():
    grid = pasted("\t2017-10-31\t十月底\n大荆镇\t5\t6\n街道\t7\t8\n坎门街道\t9", PLACES)
    assert grid.written == {("331083002", HALF): "9"}
    assert [fault.partition("，")[0] for fault in grid.faults] == [
        "第一行的“十月底”不是日期",
        "第 2 行没有读取：没有叫“大荆镇”的单位。",
        "第 3 行没有读取：没有叫“街道”的单位。",
    ]
    assert pasted("5000", PLACES).faults
    assert "不是日期" in pasted("\t2017-13-41\n玉城街道\t5", PLACES).faults[0]


@pytest.mark.parametrize("text", ["-5", "1.5", "5万", "10000001", "=1+1", "五千"])
def test_no_number_of_people(text):
    with pytest.raises(InputRefused):
        members_of(text)
