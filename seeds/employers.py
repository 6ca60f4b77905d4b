"""606 invented grassroots unions: their names, trades and sizes, spread over the review units.

`trades.csv` says for each trade how many unions each unit has, which kind of union they are, and
how large: sizes are log-normal about the median, so that few employers hold most of the employees.
"""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

from seeds.people import AS_OF
from seeds.yuhuan import units

FEWEST, MOST = 5, 3000
_OLDEST, _NEWEST = date(1986, 5, 1), date(2025, 9, 30)

_FIRST = "恒泰华宏鑫永新正金海瑞德隆兴利盛康安顺丰嘉博凯汇杰宇航远卓锦睿方立诚信亿联程润昌"
_LAST = "达通源发力邦特美尔欧雅森林盈创峰阳辉升固锐科腾越洲川岳湾港屿涛澜帆桥岭宁和"
_COAST = "石青白沙东西南北大小上下前后双长古新龙凤梅松竹枫桃芦苇盐渔"
_LAND = "岙山浦塘门礁湾坑岭头垟屿滩坎墩桥溪澳"
_FORMS = {
    "firm": ("{place}{brand}{trade}有限公司工会委员会",),
    "works": ("{place}{brand}{trade}厂工会委员会",),
    "shop": ("玉环{brand}{trade}有限公司工会委员会",),
    "fishery": ("{village}村{trade}联合工会委员会",),
    "school": ("玉环市{brand}{trade}工会委员会",),
    "hospital": ("玉环{brand}{trade}工会委员会",),
    "clinic": ("{unit}{trade}工会委员会",),
    "office": ("{unit}{trade}工会委员会",),
    "village": ("{unit}{village}{trade}联合工会委员会",),
    "community": ("{unit}{village}{trade}联合工会委员会",),
    "park": ("{unit}{brand}{trade}联合工会委员会",),
    "trade": ("{unit}{trade}工会联合会",),
}
_PLACES = ("玉环", "玉环", "玉环市", "浙江", "台州")
_LARGE = 600  # from here on an employer is a company limited by shares


class Employer(NamedTuple):
    """A grassroots union and whom it is the union of; kinds and industries are codes."""

    code: str
    name: str
    kind: str
    industry: str
    category: str
    formed_on: date
    employees: int


class _Trade(NamedTuple):
    trade: str
    industry: str
    categories: list[str]
    kind: str
    form: str
    median: float
    spread: float
    largest: int
    units: dict[str, int]


def invent_employers(chance: Random) -> list[Employer]:
    """Return the 606 unions in the order of their codes; always the same for the same seed."""
    trades = _trades()
    names = _Names(chance)
    found: list[Employer] = []
    for unit in units():
        here = [trade for trade in trades for _ in range(trade.units.get(unit.code, 0))]
        # The order in which they were founded follows no trade.
        chance.shuffle(here)
        for number, trade in enumerate(here, start=1):
            employees = _size(chance, trade)
            found.append(
                Employer(
                    f"{unit.code}{number:04}",
                    names.one(trade, unit.place, employees),
                    "6" if trade.form == "firm" and employees >= 3 * _LARGE else trade.kind,
                    trade.industry,
                    chance.choice(trade.categories),
                    _formed_on(chance),
                    employees,
                )
            )
    return _with_extremes(found)


def _trades() -> list[_Trade]:
    path = Path(__file__).with_name("trades.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return [_trade(row) for row in csv.DictReader(file)]


def _trade(row: dict[str, str]) -> _Trade:
    pairs = (pair.split(":") for pair in row["units"].split("|"))
    return _Trade(
        row["trade"],
        row["industry"],
        row["categories"].split("|"),
        row["kind"],
        row["form"],
        float(row["median"]),
        float(row["spread"]),
        int(row["largest"]),
        {code: int(count) for code, count in pairs},
    )


def _size(chance: Random, trade: _Trade) -> int:
    size = trade.median * chance.lognormvariate(0, trade.spread)
    return max(FEWEST, min(round(size), trade.largest))


def _formed_on(chance: Random) -> date:
    days = (_NEWEST - _OLDEST).days
    # Most unions were founded in later years.
    return _OLDEST + timedelta(days=int(days * chance.betavariate(2.6, 1.4)))


def _with_extremes(employers: list[Employer]) -> list[Employer]:
    """Let the largest have 3,000 employees and the smallest 5."""
    largest = max(range(len(employers)), key=lambda at: employers[at].employees)
    smallest = min(range(len(employers)), key=lambda at: employers[at].employees)
    employers[largest] = employers[largest]._replace(employees=MOST)
    employers[smallest] = employers[smallest]._replace(employees=FEWEST)
    return employers


class _Names:
    """Gives each union a name of its own."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._given: set[str] = set()

    def one(self, trade: _Trade, unit: str, employees: int) -> str:
        for name in self._candidates(trade, unit):
            if employees >= _LARGE and trade.form == "firm":
                name = name.replace("有限公司", "股份有限公司")
            if name not in self._given:
                self._given.add(name)
                return name
        raise AssertionError("candidates do not end")

    def _candidates(self, trade: _Trade, unit: str) -> Iterator[str]:
        choice = self._chance.choice
        while True:
            yield choice(_FORMS[trade.form]).format(
                place=choice(_PLACES),
                brand=choice(_FIRST) + choice(_LAST),
                village=choice(_COAST) + choice(_LAND),
                trade=trade.trade,
                unit=unit,
            )


def year_before(employees: int, chance: Random) -> int:
    """Return how many employees the same union declared a year earlier."""
    return max(FEWEST, min(MOST, round(employees * chance.uniform(0.9, 1.12))))


DECLARED_ON = (AS_OF.replace(year=AS_OF.year - 1), AS_OF)
