"""What only the whole roster shows: the same number twice, runs, shared mobiles."""

from hypothesis import given
from hypothesis import strategies as st

from registry.roster.check import Checker
from registry.roster.duplicates import Roll
from registry.roster.findings import Finding
from tests.factories.roster_rows import (
    TODAY,
    judge,
    make_batch,
    make_columns,
    make_number,
    make_row,
    said,
)


def unlike(count: int) -> list[dict[str, object]]:
    """Return sound rows of which no two are alike."""
    return [
        make_row(document_number=make_number(sequence=101 + 2 * place), mobile=None)
        for place in range(count)
    ]


def groups(findings: list[Finding], code: str) -> dict[int, list[int]]:
    return {found.row: found.other_rows for found in findings if found.code == code}


def test_every_row_of_a_group_names_the_others() -> None:
    rows = unlike(5)
    rows[3] = rows[1]
    found = groups(judge(*rows).findings, "roster.duplicate")

    assert found == {3: [5], 5: [3]}


def test_the_message_names_rows_and_no_number() -> None:
    checked = judge(make_row(), make_row(), make_row())

    assert checked.findings[0].message.startswith("证件号码与第 3、4 行相同。")
    assert checked.findings[0].column == "H"
    assert {found.severity for found in checked.findings} == {"error"}


def test_a_group_goes_through_batches() -> None:
    checker = Checker(make_columns(), TODAY)
    rows = unlike(4)
    rows[3] = rows[0]
    checker.judge(make_batch(rows[:2]))
    checker.judge(make_batch(rows[2:], first_row=4))

    assert groups(checker.finish(), "roster.duplicate") == {2: [5], 5: [2]}


def test_the_old_and_the_new_number_of_a_person_are_the_same() -> None:
    legacy = make_row(document_number="331083900307123")
    found = groups(judge(legacy, make_row()).findings, "roster.duplicate")

    assert set(found) == {2, 3}


def test_another_spelling_is_the_same_number() -> None:
    number = make_number()
    found = judge(make_row(document_number=f" {number[:6]} {number[6:]}"), make_row()).findings

    assert set(groups(found, "roster.duplicate")) == {2, 3}


def test_other_documents_are_told_apart_to_the_last_character() -> None:
    passports = [
        make_row(document_kind="护照", document_number=number)
        for number in (
            "E12345678",
            "E12345679",
            "e12345678",
            "1234567890123456A7",
            "1234567890123456A8",
        )
    ]
    found = groups(judge(*passports).findings, "roster.duplicate")

    assert found == {2: [4], 4: [2]}


def test_faulty_and_blank_numbers_are_nobody() -> None:
    rows = [make_row(document_number=number) for number in (None, None, "123", "123")]

    assert groups(judge(*rows).findings, "roster.duplicate") == {}


def run_of(count: int, step: int = 1) -> list[dict[str, object]]:
    return [
        make_row(sex=None, mobile=None, document_number=make_number(sequence=100 + step * place))
        for place in range(count)
    ]


def test_five_numbers_in_a_row() -> None:
    found = groups(judge(*run_of(5)).findings, "document.consecutive")

    assert found == {row: [other for other in range(2, 7) if other != row] for row in range(2, 7)}


def test_the_order_of_the_rows_does_not_matter() -> None:
    rows = run_of(6)
    found = groups(judge(*rows[3:], *unlike(0), *rows[:3]).findings, "document.consecutive")

    assert set(found) == set(range(2, 8))


def test_four_in_a_row_or_every_second_are_nothing() -> None:
    assert groups(judge(*run_of(4)).findings, "document.consecutive") == {}
    assert groups(judge(*run_of(20, step=2)).findings, "document.consecutive") == {}


def test_a_number_twice_does_not_make_a_run_longer() -> None:
    rows = run_of(4)

    assert groups(judge(*rows, rows[0]).findings, "document.consecutive") == {}


def test_two_runs_are_two_groups() -> None:
    second = [{**row, "document_number": make_number("19850101", 200 + i), "born_on": None}
              for i, row in enumerate(run_of(5))]  # fmt: skip
    found = groups(judge(*run_of(5), *second).findings, "document.consecutive")

    assert found[2] == [3, 4, 5, 6]
    assert found[7] == [8, 9, 10, 11]


def test_five_rows_share_a_mobile() -> None:
    rows = unlike(6)
    for row in rows[1:]:
        row["mobile"] = "13905760001"
    found = groups(judge(*rows).findings, "mobile.shared")

    assert set(found) == {3, 4, 5, 6, 7}
    assert found[3] == [4, 5, 6, 7]


def test_four_rows_may_share_one() -> None:
    rows = [*unlike(6)]
    for row in rows[2:]:
        row["mobile"] = "139 0576 0001"

    assert groups(judge(*rows).findings, "mobile.shared") == {}


def test_a_hostile_group_does_not_grow_by_squares() -> None:
    roll = Roll()
    count = 20_000
    roll.add(range(2, count + 2), [f"01:{make_number()}"] * count, [None] * count)
    found = roll.findings({})

    assert len(found) == count
    assert max(len(entry.other_rows) for entry in found) <= 50
    assert f"等 {count - 1} 行" in found[0].message


@given(st.lists(st.integers(100, 130), max_size=40))
def test_duplicates_are_exactly_the_repeated(sequences: list[int]) -> None:
    roll = Roll()
    keys = [f"01:{make_number(sequence=sequence)}" for sequence in sequences]
    roll.add(list(range(len(keys))), keys, [None] * len(keys))
    found = groups(roll.findings({}), "roster.duplicate")

    assert set(found) == {row for row, s in enumerate(sequences) if sequences.count(s) > 1}


def test_nothing_said_of_rows_without_anything() -> None:
    checked = judge(make_row(document_number=None, mobile=None))

    assert said(checked) == [
        (2, "document_number", "cell.required"),
        (2, "mobile", "mobile.missing"),
    ]
