"""A large roster with many kinds of fault at once, as an afternoon's work for a clerk."""

from collections.abc import Callable
from typing import NamedTuple

from seeds.people import Person
from tests.factories.numbers import spoilt
from tests.factories.people import fields_of, make_people
from tests.factories.rosters import make_roster

PEOPLE = 500
FIRST_ROW = 2
Change = Callable[[dict[str, object]], dict[str, object]]


class FaultyRoster(NamedTuple):
    """The file; what stands rightly in each row; and by kind of fault the rows that have it."""

    content: bytes
    right: dict[int, dict[str, object]]
    rows: dict[str, list[int]]


def _year(person: dict[str, object]) -> dict[str, object]:
    number = str(person["document_number"])
    return {"document_number": number[:9] + str((int(number[9]) + 1) % 10) + number[10:]}


def _letter(person: dict[str, object]) -> dict[str, object]:
    number = str(person["document_number"])
    at = number.index("0", 6)
    return {"document_number": number[:at] + "O" + number[at + 1 :]}


def _other_sex(person: dict[str, object]) -> dict[str, object]:
    return {"sex": "女" if person["sex"] == "男" else "男"}


# By name: in how many rows, and what is changed there.
FAULTS: dict[str, tuple[int, Change]] = {
    "misspelt": (37, lambda _: {"ethnicity": "汗族"}),
    "unknown_status": (12, lambda _: {"work_status": "正常上班"}),
    "unknown_education": (9, lambda _: {"education": "读过书"}),
    "no_flag": (15, lambda _: {"is_migrant_worker": ""}),
    "strange_flag": (8, lambda _: {"is_migrant_worker": "不详"}),
    "no_date": (11, lambda _: {"changed_on": "2017年13月"}),
    "unknown_household": (6, lambda _: {"household_kind": "山区户"}),
    "wrong_digit": (1, _year),
    "letter": (1, _letter),
    "no_name": (1, lambda _: {"full_name": ""}),
    "short_number": (1, lambda p: {"document_number": str(p["document_number"])[:17]}),
    "excel_number": (1, lambda _: {"document_number": "3.31021E+17"}),
    "short_mobile": (1, lambda p: {"mobile": str(p["mobile"])[:10]}),
    "other_sex": (1, _other_sex),
    "checksum": (1, lambda p: {"document_number": spoilt(str(p["document_number"]))}),
}
TWICE = 3  # persons who stand in the file again, at its end


def make_faulty_roster(seed: int = 7) -> FaultyRoster:
    """Return a roster of `PEOPLE` persons with sixteen kinds of fault, duplicates among them."""
    people = make_people(PEOPLE, seed)
    changes: dict[int, dict[str, object]] = {}
    rows: dict[str, list[int]] = {}
    place = 10
    for name, (times, change) in FAULTS.items():
        for _ in range(times):
            while name == "letter" and "0" not in people[place].number[6:]:
                place += 1
            changes[place] = change(fields_of(people[place]))
            rows.setdefault(name, []).append(place + FIRST_ROW)
            place += 3
    rows["twice"] = list(range(PEOPLE + FIRST_ROW, PEOPLE + FIRST_ROW + TWICE))
    whole: list[Person] = [*people, *people[:TWICE]]
    right = {at + FIRST_ROW: fields_of(person) for at, person in enumerate(whole)}
    return FaultyRoster(make_roster(whole, changes), right, rows)
