"""Invented persons: nobody real, but nobody that a roster would not hold either.

Ages lie between 18 and 57 on `AS_OF`, a fixed day, so that the same seed gives the same persons for
ever. Document numbers are sound (GB 11643-1999): the division is one that was issued to people of
that origin when they were born, and the sequence number is any.
"""

import csv
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

from registry.identity.resident_id import check_character
from seeds.names import invent_name

AS_OF = date(2026, 1, 1)
YUHUAN = "浙江省玉环市"
_MOBILE = (
    *("134", "135", "136", "137", "138", "139", "150", "151", "152", "157", "158", "159"),
    *("130", "131", "156", "186", "133", "177", "189"),
)
# Identity numbers were first given out from 1985 on; later at birth.
_FIRST_NUMBERS = 1985


class Origin(NamedTuple):
    """A division code, the years in which it was given out, and who lives there.

    `share` of a hundred belong to the ethnic group `minority`.
    """

    code: str
    since: int
    until: int
    weight: int
    region: str
    minority: str
    share: int


class Person(NamedTuple):
    """An invented person. `sex`, `ethnicity` and `education` are codes of the code lists."""

    full_name: str
    sex: str
    born_on: date
    ethnicity: str
    number: str
    mobile: str
    region: str
    education: str
    is_party_member: bool

    @property
    def is_local(self) -> bool:
        """Whether the person comes from Yuhuan itself."""
        return self.region == YUHUAN


class People:
    """Invents persons one after the other; no document number and no mobile comes twice."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._numbers: set[str] = set()
        self._mobiles: set[str] = set()

    def one(self, *, local: float = 0.6) -> Person:
        """Return the next person; `local` is the likelihood of coming from Yuhuan."""
        chance = self._chance
        sex = "1" if chance.random() < 0.56 else "2"
        # Women of the ordinary posts retire earlier.
        born_on = AS_OF - timedelta(
            days=chance.randrange(18 * 366, (57 if sex == "1" else 52) * 365)
        )
        origin = self._origin(born_on, local)
        ethnicity = origin.minority if chance.random() * 100 < origin.share else "01"
        return Person(
            invent_name(
                chance, sex, born_on.year, is_local=origin.region == YUHUAN, ethnicity=ethnicity
            ),
            sex,
            born_on,
            ethnicity,
            self._number(origin.code, born_on, sex),
            self._mobile(),
            origin.region,
            _education(chance, born_on.year),
            chance.random() < 0.11,
        )

    def some(self, count: int, *, local: float = 0.6) -> list[Person]:
        """Return the next `count` persons."""
        return [self.one(local=local) for _ in range(count)]

    def _origin(self, born_on: date, local: float) -> Origin:
        given_out = max(born_on.year, _FIRST_NUMBERS)
        is_local = self._chance.random() < local
        if is_local and self._chance.random() < 0.01:
            given_out = 2018  # settled here later and got the number only then
        fitting = _origins_of(given_out, is_local)
        return self._chance.choices(fitting, [origin.weight for origin in fitting])[0]

    def _number(self, division: str, born_on: date, sex: str) -> str:
        while True:
            sequence = self._chance.randrange(0, 1000, 2) + int(sex == "1")
            body = f"{division}{born_on:%Y%m%d}{sequence:03}"
            if sequence and body not in self._numbers:
                self._numbers.add(body)
                return body + check_character(body)

    def _mobile(self) -> str:
        while True:
            mobile = f"{self._chance.choice(_MOBILE)}{self._chance.randrange(10**8):08}"
            if mobile not in self._mobiles:
                self._mobiles.add(mobile)
                return mobile


@cache
def origins() -> tuple[Origin, ...]:
    """Return the places that people come from, read once."""
    path = Path(__file__).with_name("origins.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Origin(
                row["code"],
                int(row["since"]),
                int(row["until"]),
                int(row["weight"]),
                row["region"],
                row["minority"],
                int(row["share"]),
            )
            for row in csv.DictReader(file)
        )


@cache
def _origins_of(year: int, is_local: bool) -> tuple[Origin, ...]:
    return tuple(
        origin
        for origin in origins()
        if origin.since <= year < origin.until and (origin.region == YUHUAN) is is_local
    )


def _education(chance: Random, born: int) -> str:
    """Return a code of `codes/education.csv`: the younger, the longer at school."""
    if born < 1980:
        return chance.choices(("71", "81", "61", "41", "31", "21"), (48, 18, 18, 6, 7, 3))[0]
    return chance.choices(("71", "61", "41", "44", "31", "21", "14"), (26, 18, 12, 6, 22, 15, 1))[0]
