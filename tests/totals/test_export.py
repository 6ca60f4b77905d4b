"""The exported table is text that no spreadsheet program runs."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.roster.plain_cells import RISKY, safe
from registry.totals.export import csv_of
from registry.totals.metrics import Ratio
from registry.totals.queries import Figures, Totals
from registry.unions.models import Level
from registry.unions.queries import Union

PLACE = Union(
    "331083", "331083", "/331083/", None, Level.COUNTY, "试验市总工会", None, "active", None
)


def make_totals(*names):
    parts = [
        Figures(f"33108300{i}", name, Level.TOWNSHIP, members=i) for i, name in enumerate(names)
    ]
    members = sum(part.members for part in parts)
    total = Figures("331083", PLACE.name, Level.COUNTY, members=members)
    for one, employees in [(total, 2 * len(parts)), *((part, 2) for part in parts)]:
        one.metrics["membership_rate"] = Ratio(one.members, employees)
    return Totals(date(2018, 7, 31), PLACE, parts, total)


def read(content):
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("sign", RISKY)
def test_what_begins_like_a_formula_gets_an_apostrophe(sign):
    assert safe(f"{sign}1+1") == f"'{sign}1+1"


@given(st.text())
def test_no_cell_begins_like_a_formula(text):
    assert not safe(text).startswith(RISKY)
    assert safe(text).removeprefix("'") == text.removeprefix("'")


def test_every_row_has_every_column_and_the_total_is_last():
    rows = read(csv_of(make_totals("甲镇", "乙镇", "丙镇")))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert [row[2] for row in rows] == ["单位", "甲镇", "乙镇", "丙镇", "合计"]
    members = rows[0].index("在会会员")
    assert [int(row[members]) for row in rows[1:]] == [0, 1, 2, 3]


def test_a_share_of_nothing_is_blank_and_not_nought():
    rows = read(csv_of(make_totals("甲镇")))
    rate, founding = rows[0].index("入会率（%）"), rows[0].index("建会率（%）")
    assert rows[1][rate : rate + 3] == ["0.00", "0", "2"]
    assert rows[1][founding : founding + 3] == ["", "0", "0"]


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), min_size=1), max_size=4
    )
)
def test_whatever_a_unit_is_called_the_table_keeps_its_shape(names):
    rows = read(csv_of(make_totals(*names)))
    assert [row[2] for row in rows[1:-1]] == [safe(name) for name in names]
