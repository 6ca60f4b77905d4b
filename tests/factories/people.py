"""Invented persons for tests, as column lists and as the rows of a workbook; always the same.

Every value is sound: rows made here earn no error. A test breaks what it wants to see broken.
"""

from collections.abc import Iterable, Mapping, Sequence
from random import Random

from registry.codes.lists import code_list
from registry.roster.columns import COLUMNS
from seeds.people import People, Person

# The required and recommended columns of the national order: what a clerk's roster has at least.
LABELS = [
    column.label for column in COLUMNS if column.requirement in ("required", "recommended")
] + ["有效证件类别", "会籍变化类型"]


def make_people(count: int, seed: int = 1) -> list[Person]:
    """Return `count` persons; another seed gives others."""
    return People(Random(seed)).some(count)


def make_person(seed: int = 1) -> Person:
    """Return one person."""
    return make_people(1, seed)[0]


def fields_of(person: Person) -> dict[str, str]:
    """Return a person's roster row by field, with labels as a clerk writes them."""
    return {
        "full_name": person.full_name,
        "sex": code_list("sex").label(person.sex),
        "born_on": person.born_on.isoformat(),
        "ethnicity": code_list("ethnicity").label(person.ethnicity),
        "work_status": "在岗",
        "document_kind": "居民身份证",
        "document_number": person.number,
        "education": code_list("education").label(person.education),
        "mobile": person.mobile,
        "household_kind": "家庭户",
        "change": "入会",
        "changed_on": "2024-09-02",  # everybody here was over 16 by then
        "political_status": "中共党员" if person.is_party_member else "群众",
        "is_migrant_worker": "否" if person.is_local else "是",
    }


def make_columns(people: Iterable[Person]) -> dict[str, list[str]]:
    """Return the persons' roster cells column-wise, by field."""
    rows = [fields_of(person) for person in people]
    return {field: [row[field] for row in rows] for field in fields_of(make_person())}


def label_row(person: Person, **changes: object) -> dict[str, object]:
    """Return a person's roster row by column label, some fields changed."""
    fields = fields_of(person) | changes
    return {column.label: fields[column.field] for column in COLUMNS if column.field in fields}


def label_rows(people: Iterable[Person]) -> list[dict[str, object]]:
    """Return the persons' roster rows by column label, for a workbook."""
    return [label_row(person) for person in people]


def table(rows: Sequence[Mapping[str, object]]) -> list[list[object]]:
    """Return a header line and the rows below it, for any writer of sheets."""
    header = list(rows[0]) if rows else LABELS
    return [list(header), *([row.get(label) for label in header] for row in rows)]
