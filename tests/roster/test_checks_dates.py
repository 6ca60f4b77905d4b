"""Dates in every form that clerks write, and what is no date."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.roster.checks.dates import read_date
from tests.factories.roster_rows import judge, make_row, said_of, the

SERIAL = (date(2017, 9, 1) - date(1899, 12, 30)).days


@pytest.mark.parametrize(
    "written",
    [
        "2017/9/1",
        "2017/09/01",
        "2017.9.1",
        "2017.09.01",
        "2017-9-1",
        "20170901",
        20170901,
        "2017年9月1日",
        "2017年09月01日",
        "2017年9月1号",
        "2017年9月1",
        "2017 9 1",
        "2017、9、1",
        "2017。9。1",
        "2017/9/1 0:00:00",
        "2017-09-01 08:30:00",
        "2017-09-01T08:30:00",
        "2017年9月1日 星期五",
        SERIAL,
        SERIAL + 0.35,
        str(SERIAL),
        f"{SERIAL}.0",
        "20170901.0",
        20170901.0,
        "2017-09-01T00:00:00Z",
        "2017-09-01T00:00:00+08:00",
        "二〇一七年九月一日",
        "二零一七年九月一号",
        "二○一七年 九月 一日",
    ],
)
def test_other_forms_are_understood(written: Any) -> None:
    checked = judge(make_row(changed_on=written))

    assert checked.clean["changed_on"] == ["2017-09-01"]
    assert said_of(checked, "changed_on") == ["date.form"]
    assert "2017-09-01" in the(checked, "date.form").message


def test_the_stored_form_needs_no_word() -> None:
    assert said_of(judge(make_row(changed_on="2017-09-01")), "changed_on") == []


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        (" 2017-09-01", ["text.normalised"]),
        ("'2017-09-01", ["text.normalised"]),
        ("２０１７-０９-０１", ["text.normalised"]),
        ("２０１７/９/１", ["text.normalised", "date.form"]),
    ],
)
def test_repairs_of_a_date(written: str, codes: list[str]) -> None:
    checked = judge(make_row(changed_on=written))

    assert said_of(checked, "changed_on") == codes
    assert checked.clean["changed_on"] == ["2017-09-01"]


@pytest.mark.parametrize(
    ("written", "stored", "options"),
    [
        ("2017-09", "2017-09", None),
        ("2017年9月", "2017-09", None),
        ("2017年9月份", "2017-09", None),
        ("2017.9", "2017-09", None),
        (2017.9, "2017-09", None),
        (2017.09, "2017-09", None),
        (2017.12, "2017-12", None),
        ("2017/9", "2017-09", None),
        ("201709", "2017-09", None),
        (201709, "2017-09", None),
        ("2017.10", "2017-10", None),
        ("2017.01", "2017-01", None),
        (2017.1, "2017-01", ["2017-01", "2017-10"]),
        ("2017.1", "2017-01", ["2017-01", "2017-10"]),
        ("2017年1月", "2017-01", None),
        ("二○一七年九月", "2017-09", None),
        ("二〇一七年十月份", "2017-10", None),
    ],
)
def test_a_month_alone(written: Any, stored: str, options: list[str] | None) -> None:
    checked = judge(make_row(changed_on=written))

    assert checked.clean["changed_on"] == [stored]
    assert said_of(checked, "changed_on") == ["date.month_only"]
    assert the(checked, "date.month_only").suggestion == options


@pytest.mark.parametrize(
    "written",
    [
        "2017-02-30", "2017/13/1", "2017-13", "2017.0", "2017", 2017, "2017年", "17.9.1",
        "9/1/2017", "900101", "去年", "至今", "0", 0, -5, 99, 1e300, True, "2017-09-01-05",
        "12345678901234", "0217-09-01", "２０１７", "17年9月", "17年9月1日", "一七年九月", "长期",
        "1899-12-31", "2017-06-31", "1900-02-29", "2100-02-29", "二〇一七年", "二〇一七年十三月",
        "二〇一七年二月三十日", "二〇一七年九月十十日", "2017年9月上旬", "2017.9-2018.3", "9999",
        # Five digits that begin like a year may be a year and a month.
        "20179", "19901", "3000", "99999",
    ],
)  # fmt: skip
def test_what_is_no_date(written: Any) -> None:
    checked = judge(make_row(changed_on=written))

    assert said_of(checked, "changed_on") == ["date.unreadable"]
    assert checked.clean["changed_on"] == [None]


DIGITS = "〇一二三四五六七八九"


def in_chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    spelt = {0: "", 1: "十"}.get(tens, DIGITS[tens] + "十")
    return spelt + (DIGITS[ones] if ones else "")


@given(st.dates(date(1910, 1, 1), date(2099, 12, 31)))
def test_every_day_is_read_in_chinese_numerals(day: date) -> None:
    year = "".join(DIGITS[int(digit)] for digit in str(day.year))
    month = f"{year}年{in_chinese(day.month)}月"

    read = read_date(f"{month}{in_chinese(day.day)}日")
    assert read is not None
    assert read.value == day.isoformat()
    assert read_date(month) == (day.isoformat()[:7], ())


@given(
    st.dates(date(1910, 1, 1), date(2099, 12, 31)),
    st.sampled_from(
        ["{y}-{m}-{d}", "{y}/{m:02}/{d:02}", "{y}.{m}.{d}", "{y}年{m}月{d}日", "{y}{m:02}{d:02}"]
    ),
)
def test_every_day_is_read_in_every_form(day: date, form: str) -> None:
    written = form.format(y=day.year, m=day.month, d=day.day)

    reading = read_date(written)
    assert reading is not None
    assert reading.value == day.isoformat()


@given(st.dates(date(1910, 1, 1), date(2099, 12, 31)))
def test_every_count_of_days_is_read(day: date) -> None:
    reading = read_date((day - date(1899, 12, 30)).days)

    assert reading is not None
    assert reading.value == day.isoformat()


@given(st.text(alphabet="0123456789-/.年月日 ：:", max_size=20) | st.floats() | st.integers())
def test_nothing_breaks_and_only_real_days_come_out(written: Any) -> None:
    reading = read_date(written)

    if reading is not None:
        day = date.fromisoformat(reading.value if not reading.is_month else reading.value + "-01")
        assert date(1900, 1, 1) <= day < date(2101, 1, 1)
