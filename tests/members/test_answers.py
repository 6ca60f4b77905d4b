"""Chunks of rows get the answers that each row would get by itself, told in plain words here."""

import json
from datetime import UTC, datetime
from itertools import product
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from registry.db import db, one_of, transaction
from registry.members import matching
from registry.members.match import Match
from registry.members.matching import Answer, Question, match_many
from registry.members.models import Member, Membership, Person
from tests.factories.rosters import OTHER_UNION, UNION
from tests.factories.statements import counted_statements

COUNTY = "331083"
AT = datetime(2025, 3, 1, tzinfo=UTC)
NAMES = ("王芳", "李娜")
MOBILES = (b"a" * 32, b"b" * 32, None)
TEXTS = ('{"education":"20"}', '{"education":"20","post":"钳工"}', '{"education":"10"}')


def key_of(number):
    return number.to_bytes(32, "big")


def known_people():
    """Everybody whom the register of the test knows: with and without a member here, living here,
    in another union, at rest, gone.
    """
    homes = ((UNION, "ACTIVE"), (UNION, "RETAINED"), (OTHER_UNION, "ACTIVE"), (None, None))
    members = [*product(NAMES, MOBILES, TEXTS[:2]), None]
    return {
        key_of(number): SimpleNamespace(number=number, union=union, state=state, member=member)
        for number, ((union, state), member) in enumerate(product(homes, members), start=1)
    }


KNOWN = known_people()
KEYS = [*KNOWN, key_of(10_000), key_of(10_001)]


@pytest.fixture
def known(register):
    """The people of `KNOWN` in the register."""
    with transaction() as session:
        for key, one in KNOWN.items():
            # Who lives in another county has no member here, nor a membership under this county.
            number = one.number if one.union else None
            live = {"live_union": one.union, "live_membership": number}
            county = COUNTY if one.union else None
            session.execute(insert(Person).values(key=key, live_county=county, **live))
            if one.member is None:
                continue
            name, mobile, text = one.member
            place = {"county": COUNTY, "id": one.number, "person_key": key}
            session.execute(
                insert(Member).values(
                    **place,
                    full_name=name,
                    document_kind="01",
                    document_sealed=b"",
                    mobile_key=mobile,
                    particulars=text,
                    filled=1,
                    created_at=AT,
                    changed_at=AT,
                )
            )
            if one.union:
                session.execute(
                    insert(Membership).values(
                        **place,
                        member_id=one.number,
                        union_code=one.union,
                        state=one.state,
                        admitted_at=AT,
                    )
                )


def answer_in_words(key, name, change, text, mobile, union):
    """Say what one row means, by the rules and without haste."""
    namesakes = {
        other
        for other, one in KNOWN.items()
        if mobile is not None and one.member is not None and one.member[:2] == (name, mobile)
    }
    return match_in_words(KNOWN.get(key), name, change, text, mobile, union)._replace(
        has_twin=bool(namesakes - {key})
    )


def match_in_words(one, name, change, text, mobile, union):
    known_name = one.member[0] if one is not None and one.member is not None else None
    differs = known_name is not None and known_name != name
    goes = change in {"3", "4", "5", "6"}
    if one is None or one.union is None:
        if goes:
            return Answer(None)
        return Answer(Match.CONFLICT if differs else Match.NEW, name_differs=differs)
    if one.union != union:
        return Answer(None if goes else Match.TRANSFER, name_differs=differs)
    if differs:
        return Answer(Match.CONFLICT, name_differs=True)
    state = one.state if one.member is not None else None
    _, old_mobile, old_text = one.member or (None, None, "{}")
    old, new = json.loads(old_text), json.loads(text)
    changed = [field for field in new if new[field] != old.get(field)]
    if mobile is not None and mobile != old_mobile:
        changed.append("mobile")
    if goes:
        if change == "3" and state == "RETAINED" and not changed:
            return Answer(Match.UNCHANGED)
        return Answer(Match.RETAIN if change == "3" else Match.LEAVE)
    if state == "RETAINED":
        changed.append("membership_state")
    return Answer(Match.CHANGED if changed else Match.UNCHANGED, tuple(changed))


ROWS = st.lists(
    st.tuples(
        st.sampled_from(KEYS),
        st.sampled_from(NAMES),
        st.sampled_from(["0", "1", "2", "3", "4", "5", "6"]),
        st.sampled_from(TEXTS),
        st.sampled_from(MOBILES),
        st.sampled_from([UNION, OTHER_UNION]),
    ),
    max_size=30,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, chunk=st.sampled_from([1, 7, 5000]))
def test_every_row_gets_its_own_answer(known, rows, chunk):
    *columns, unions = zip(*rows, strict=True) if rows else [()] * 6
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "CHUNK", chunk)
        got = list(match_many(db.session(), COUNTY, unions, Question(*columns)))
    assert got == [answer_in_words(*row) for row in rows]


def test_rows_without_mobiles_ask_of_persons_alone_and_no_rows_ask_nothing(known):
    session = db.session()
    session.connection()  # begun already
    question = Question([key_of(10_000)], NAMES[:1], ["0"], TEXTS[:1], [None])
    with counted_statements() as one:
        list(match_many(session, COUNTY, [UNION], question))
    with counted_statements() as none:
        list(match_many(session, COUNTY, [], Question([], [], [], [], [])))
    assert (one.count, none.count) == (1, 0)


def test_one_of_many_keys_numbers_or_names(known):
    session = db.session()
    keys = select(Person.key).where(
        one_of(Person.key, [*KEYS, *map(key_of, range(20_000, 90_000))])
    )
    assert set(session.scalars(keys)) == set(KNOWN)
    assert list(session.scalars(select(Person.key).where(one_of(Person.key, [])))) == []

    numbers = [one.number for one in KNOWN.values() if one.member]
    some = select(Member.id).where(one_of(Member.id, numbers[:3]))
    others = select(Member.id).where(~one_of(Member.id, numbers[3:]))
    assert set(session.scalars(some)) == set(session.scalars(others)) == set(numbers[:3])

    members = sum(one.member is not None for one in KNOWN.values())
    named = select(Member.id).where(one_of(Member.full_name, [*NAMES, "'\"\\", "欧阳娜"]))
    assert len(list(session.scalars(named))) == members
