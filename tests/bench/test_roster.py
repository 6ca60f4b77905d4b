"""The benchmark's roster is what it says: the same each time, clean, no two persons alike."""

import csv

from bench import roster
from registry.clock import today
from registry.identity.documents import judge_documents


def test_rows_are_sound_and_no_two_alike():
    made = list(roster.rows(20_000))
    numbers = [row[roster.FIELDS.index("document_number")] for row in made]
    judged = judge_documents(numbers, [None] * len(numbers), today())
    assert [each for each in judged if each.problems] == []
    assert len(set(numbers)) == len({row[roster.FIELDS.index("mobile")] for row in made}) == 20_000


def test_nobody_can_be_one_of_the_demos_persons():
    with (roster.SEEDS / "origins.csv").open(encoding="utf-8") as file:
        origins = {row["code"] for row in csv.DictReader(file)}
    assert not origins & set(roster.DIVISIONS)


def test_rows_are_the_same_for_the_same_seed():
    assert list(roster.rows(50)) == list(roster.rows(50))
    assert len(roster.header()) == len(roster.FIELDS) == 20
