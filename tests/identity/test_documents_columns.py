"""Whole columns: the fast way judges as the slow one does, and is fast."""

import time
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.identity import divisions, documents
from registry.identity.documents import judge_documents
from tests.factories.numbers import make_legacy_id, make_resident_id, spoilt

TODAY = date(2018, 7, 31)

DIVISIONS = st.sampled_from(
    ["331083", "331021", "332627", "339020", "331099", "810000", "830000", "933156", "820101"]
)
SOUND = st.builds(
    make_resident_id,
    DIVISIONS,
    st.dates(date(1840, 1, 1), date(2030, 12, 31)),
    st.integers(0, 999),
)
LEGACY = st.builds(
    make_legacy_id, DIVISIONS, st.dates(date(1900, 1, 1), date(1999, 12, 31)), st.integers(0, 999)
)
OTHERS = st.sampled_from(
    ["H12345678", "01234568", "USA310099999999", "E12345678", "1" * 18, "", "x"]
)
CELLS = st.one_of(
    st.none(),
    SOUND,
    SOUND.map(str.lower),
    SOUND.map(lambda number: f" {number}"),
    SOUND.map(spoilt),
    st.builds(spoilt, SOUND, st.integers(0, 16)),
    LEGACY,
    OTHERS,
    st.text("0123456789XxOIl", min_size=14, max_size=19),
    st.text(max_size=20),
)
KINDS = st.sampled_from([None, "", *documents.forms.LABELS])
HINTS = st.tuples(
    st.one_of(st.none(), st.dates(date(1900, 1, 1), date(2030, 1, 1)).map(date.isoformat)),
    st.sampled_from([None, "0", "1", "2", "9"]),
)


@settings(max_examples=300)
@given(st.lists(st.tuples(CELLS, KINDS, HINTS), max_size=8))
def test_a_column_is_judged_as_its_rows_are(
    rows: list[tuple[str | None, str | None, tuple[str | None, str | None]]],
) -> None:
    numbers, kinds, hints = ([row[i] for row in rows] for i in range(3))
    whole = judge_documents(numbers, kinds, TODAY, hints)
    slow = [documents._judge(number, kind, TODAY, hint) for number, kind, hint in rows]
    single = [judge_documents([n], [k], TODAY, [h])[0] for n, k, h in rows]
    assert whole == slow == single


@settings(max_examples=300)
@given(CELLS, KINDS, HINTS)
def test_a_judgement_holds_together(
    number: str | None, kind: str | None, hint: tuple[str | None, str | None]
) -> None:
    judged = judge_documents([number], [kind], TODAY, [hint])[0]
    errors = {"placeholder", "format", "birth_date", "checksum"}
    faults = [p for p in judged.problems if p.code.removeprefix("document.") in errors]
    assert judged.has_error == bool(faults)
    assert list(judged.problems[:1]) == faults or not faults
    assert len(faults) <= 1
    assert judged.born_on is None or (not judged.has_error and judged.born_on <= TODAY)
    assert (judged.born_on is None) == (judged.sex is None)
    again = judge_documents([judged.number], [kind], TODAY, [hint])[0]
    assert again == judged
    for problem in faults:
        if problem.suggestion is not None:
            assert not judge_documents([problem.suggestion], [kind], TODAY)[0].has_error


def test_a_hundred_thousand_sound_numbers_take_a_third_of_a_second() -> None:
    codes = sorted(divisions.issued() - divisions.PERMIT_DIVISIONS)
    numbers = [
        make_resident_id(
            codes[n * 7919 % len(codes)],
            date(1955, 1, 1) + timedelta(days=n * 104_729 % 18_000),
            n * 15_485_863 % 1000,
        )
        for n in range(100_000)
    ]
    kinds = [None] * len(numbers)
    best = min(_seconds(numbers, kinds) for _ in range(5))
    assert best <= 0.35


def _seconds(numbers: list[str], kinds: list[None]) -> float:
    start = time.process_time()
    judged = judge_documents(numbers, kinds, TODAY)
    spent = time.process_time() - start
    assert not any(one.problems for one in judged)
    return spent


def test_the_table_of_days_keeps_only_real_ones() -> None:
    days = documents.parts.DAYS
    judge_documents([f"331083{n:08}0123" for n in range(500)], [None] * 500, TODAY)
    assert all(date(1850, 1, 1) <= day < date(2200, 1, 1) for _, day in days.values())
