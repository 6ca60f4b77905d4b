"""Workbooks of mutual aid, as a city has them, and one loaded in one call."""

from collections.abc import Iterable, Mapping
from typing import Any

from registry.access.actor import Actor
from registry.access.roles import Role
from registry.reference.operations import load
from seeds.people import Person
from tests.factories.accounts import make_actor
from tests.factories.unions import COUNTY
from tests.factories.workbooks import xlsx_of

HEADER = ["序号", "姓名", "身份证号码", "手机号码", "工会名称", "参保年度"]


def make_base(
    people: Iterable[Person],
    union: str = "3310830010001",
    year: object = 2016,
    changes: Mapping[int, Mapping[str, Any]] | None = None,
) -> bytes:
    """Return an .xlsx of the people; `changes` maps a place (from 0) to cells by column label."""
    rows = []
    for place, one in enumerate(people):
        row = dict(
            zip(
                HEADER,
                [place + 1, one.full_name, one.number, one.mobile, union, year],
                strict=True,
            )
        )
        rows.append(row | dict((changes or {}).get(place, {})))
    return xlsx_of([HEADER, *(list(row.values()) for row in rows)])


def make_auditor() -> Actor:
    """Make the city's admin."""
    return make_actor(Role.AUDITOR, COUNTY)


def load_base(
    people: Iterable[Person], union: str = "3310830010001", year: object = 2016, **changes: Any
) -> int:
    """Load people into the county's reference register; returns the number of the load."""
    content = make_base(people, union, year, **changes)
    return load(content, file_name="医疗互助.xlsx", county=COUNTY, actor=make_auditor())
