"""Roster-wide rules where one file holds many rosters."""

from hypothesis import given
from hypothesis import strategies as st

from registry.roster.duplicates import Roll
from registry.roster.parted import PartedRoll

LETTERS = {"document_number": "B", "mobile": "C"}
ROWS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.one_of(
            st.none(),
            st.integers(1, 12).map(lambda n: f"01:{33108319900307000 + n}0"),
            st.sampled_from(["04:E12345678", "04:E12345679"]),
        ),
        st.one_of(st.none(), st.sampled_from(["13905760001", "13905760002"])),
    ),
    max_size=40,
)


def parted(rows, at_once):
    roll = PartedRoll()
    for start in range(0, len(rows), at_once):
        some = rows[start : start + at_once]
        numbers = range(start + 2, start + 2 + len(some))
        roll.add(list(numbers), *(list(column) for column in zip(*some, strict=True)))
    return {
        (part, one.row, one.code, tuple(one.other_rows))
        for part, findings in roll.findings(LETTERS)
        for one in findings
    }


def said(rows, code_is_duplicate):
    roll = Roll()
    for number, key, mobile in rows:
        roll.add([number], [key], [mobile])
    return {
        (one.row, one.code, tuple(one.other_rows))
        for one in roll.findings(LETTERS)
        if (one.code == "roster.duplicate") == code_is_duplicate
    }


@given(ROWS, st.integers(1, 7))
def test_runs_and_mobiles_within_each_part_and_numbers_over_the_whole_file(rows, at_once):
    numbered = [(place + 2, part, key, mobile) for place, (part, key, mobile) in enumerate(rows)]
    part_of = {row: part for row, part, _, _ in numbered}
    whole = said([(row, key, mobile) for row, _, key, mobile in numbered], True)
    expected = {(part_of[row], row, code, others) for row, code, others in whole}
    for part in set(part_of.values()):
        own = [(row, key, mobile) for row, p, key, mobile in numbered if p == part]
        expected |= {(part, *one) for one in said(own, False)}

    assert parted(rows, at_once) == expected


def test_nothing_comes_of_nothing():
    assert list(PartedRoll().findings(LETTERS)) == []
