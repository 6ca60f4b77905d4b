"""Questions asked, answered, passed up and merged; nobody acts outside their place."""

import pytest
from sqlalchemy import select

from registry.access.roles import Role
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.questions import operations, queries
from registry.questions.models import Question
from registry.questions.states import QuestionAct, QuestionState, Source
from registry.trail.queries import entries as trail
from registry.trail.queries import verify
from tests.factories.accounts import make_actor
from tests.factories.people import make_people
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    take_in,
)
from tests.factories.unions import COUNTY, TOWNSHIP

FAR_TOWNSHIP, FAR_UNION = "331083002", "3310830020001"
TEXT, ANSWER = "身份证号码核对过没错，为什么还说校验码不正确？", "请看身份证原件，不看复印件。"
S, A = QuestionState, QuestionAct
# A resident number put together from pieces: it is nobody's.
NUMBER = "110101" + "19900307" + "0038"


@pytest.fixture
def people(register):
    """The clerks of three unions, the reviewers of two units, the city."""
    return {
        "clerk": make_clerk(),
        "other": make_clerk(OTHER_UNION),
        "far": make_clerk(FAR_UNION),
        "unit": make_reviewer(),
        "far_unit": make_reviewer(FAR_TOWNSHIP),
        "city": make_actor(Role.AUDITOR, COUNTY),
    }


def asked(actor, text=TEXT, **about):
    return operations.ask(actor.place, text, actor=actor, **about)


def state(number):
    db.session.rollback()
    return S(db.session.scalar(select(Question.state).where(Question.id == number)))


def said(number):
    view = queries.find(db.session(), COUNTY, f"/{COUNTY}/", number)
    return [(one.act, one.text) for one in queries.entries(db.session(), view)]


def answers(number):
    return [text for act, text in said(number) if act is A.ANSWER]


def test_a_question_is_asked_answered_and_closed(people):
    number = asked(people["clerk"], rule="document.checksum")
    assert state(number) is S.OPEN
    assert operations.answer(number, ANSWER, actor=people["unit"]) == 1
    assert state(number) is S.ANSWERED
    operations.close(number, actor=people["clerk"])
    assert state(number) is S.CLOSED
    assert said(number) == [(A.ASK, TEXT), (A.ANSWER, ANSWER), (A.CLOSE, "")]
    acts = [one.action for one in trail(db.session(), COUNTY, action="question.")]
    assert acts == ["question.close", "question.answer", "question.ask"]
    assert verify(db.session())[1] == []


def test_a_row_is_named_and_nothing_of_it(people):
    draft = take_in(make_roster(make_people(2)), people["clerk"])
    about = {"rule": "document.checksum", "submission_id": draft, "row": 2}
    view = queries.find(db.session(), COUNTY, "/", asked(people["clerk"], **about))
    assert (view.rule, view.submission_id, view.row) == ("document.checksum", draft, 2)
    (entry,) = trail(db.session(), COUNTY, action="question.ask")
    assert entry.detail == {
        "question": 1,
        "rule": "document.checksum",
        "submission": draft,
        "row": 2,
    }


@pytest.mark.parametrize(
    ("about", "code"),
    [
        ({"rule": "no.rule"}, "rule.unknown"),
        ({"submission_id": 99}, "submission.unknown"),
        ({"row": 2}, "row.unknown"),
    ],
)
def test_what_is_not_there_cannot_be_asked_about(people, about, code):
    with pytest.raises(NotFound) as refused:
        asked(people["clerk"], **about)
    assert refused.value.code == code


def test_another_unions_roster_or_a_missing_row_is_not_there(people):
    draft = take_in(make_roster(make_people(2)), people["clerk"])
    for actor, about in (
        (people["other"], {"submission_id": draft, "row": 2}),
        (people["clerk"], {"submission_id": draft, "row": 9}),
    ):
        with pytest.raises(NotFound):
            asked(actor, **about)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("  ", "text.missing"),
        ("问" * 501, "text.too_long"),
        (f"号码是 {NUMBER}", "text.number"),
        ("打 138 0013 8000 没人接", "text.number"),
    ],
)
def test_a_text_that_cannot_be_taken_asks_nothing(people, text, code):
    with pytest.raises(InputRefused) as refused:
        asked(people["clerk"], text)
    assert refused.value.code == code
    assert db.session.scalar(select(Question.id)) is None


def test_only_a_union_asks_and_only_for_itself(people):
    with pytest.raises(NotFound):
        operations.ask(OTHER_UNION, TEXT, actor=people["clerk"])
    with pytest.raises(Forbidden):
        operations.ask(UNION, TEXT, actor=people["unit"])
    with pytest.raises(Forbidden):
        operations.ask(TOWNSHIP, TEXT, actor=make_actor(Role.CLERK, TOWNSHIP))


def test_nobody_sees_or_answers_outside_their_place(people):
    number = asked(people["clerk"])
    acts = (
        lambda actor: operations.answer(number, ANSWER, actor=actor),
        lambda actor: operations.pass_up(number, actor=actor),
        lambda actor: operations.close(number, actor=actor),
        lambda actor: operations.reopen(number, TEXT, actor=actor),
        lambda actor: operations.separate(number, actor=actor),
    )
    for who in ("other", "far", "far_unit"):
        for act in acts:
            with pytest.raises(NotFound):
                act(people[who])
        with pytest.raises(NotFound):
            queries.find(db.session(), COUNTY, people[who].path, number)
    assert said(number) == [(A.ASK, TEXT)]


def test_the_desk_and_the_asker_do_not_do_each_others_work(people):
    number = asked(people["clerk"])
    with pytest.raises(Forbidden):
        operations.answer(number, ANSWER, actor=people["clerk"])
    with pytest.raises(Forbidden):
        operations.close(number, actor=people["unit"])
    # The city waits until the unit passes it up.
    with pytest.raises(StateRefused):
        operations.answer(number, ANSWER, actor=people["city"])
    assert state(number) is S.OPEN


def test_up_to_the_city_on_to_the_prefecture_and_back(people):
    number = asked(people["clerk"])
    operations.pass_up(number, "各家都在问", actor=people["unit"])
    assert state(number) is S.PASSED_UP
    for refused in (operations.pass_up, operations.pass_on):
        with pytest.raises(StateRefused):
            refused(number, actor=people["unit"])
    with pytest.raises(StateRefused):
        operations.answer(number, ANSWER, actor=people["unit"])
    operations.pass_on(number, actor=people["city"])
    assert state(number) is S.PASSED_ON
    operations.answer(number, ANSWER, actor=people["city"])
    view = queries.find(db.session(), COUNTY, people["clerk"].path, number)
    last = queries.entries(db.session(), view)[-1]
    assert (last.text, last.source) == (ANSWER, Source.PREFECTURE)


def test_one_answer_reaches_all_who_asked_the_same(people):
    first, second = asked(people["clerk"]), asked(people["other"])
    third = asked(people["clerk"], "校验码怎么算")
    assert operations.merge(second, first, actor=people["unit"]) is False
    operations.merge(third, first, actor=people["unit"])
    assert operations.answer(first, ANSWER, actor=people["unit"]) == 3
    for number in (first, second, third):
        assert (state(number), answers(number)) == (S.ANSWERED, [ANSWER])
    # What is put right is said to all of them again, to who is done with it too.
    operations.close(third, actor=people["clerk"])
    operations.answer(first, "更正：看原件。", actor=people["unit"])
    assert state(third) is S.ANSWERED
    assert answers(second) == answers(third) == [ANSWER, "更正：看原件。"]


def test_what_is_answered_already_is_answered_by_merging(people):
    first, second = asked(people["clerk"]), asked(people["other"])
    operations.answer(first, ANSWER, actor=people["unit"])
    assert operations.merge(second, first, actor=people["unit"]) is True
    assert (state(second), answers(second)) == (S.ANSWERED, [ANSWER])


def test_what_was_merged_goes_along_when_that_is_merged(people):
    numbers = [asked(people[who]) for who in ("clerk", "other", "far")]
    operations.merge(numbers[1], numbers[0], actor=people["unit"])
    for number, unit in ((numbers[0], "unit"), (numbers[2], "far_unit")):
        operations.pass_up(number, actor=people[unit])
    operations.merge(numbers[0], numbers[2], actor=people["city"])
    assert operations.answer(numbers[2], ANSWER, actor=people["city"]) == 3
    assert [answers(number) for number in numbers] == [[ANSWER]] * 3


def test_merging_the_wrong_ones_is_refused(people):
    first, second, far = (asked(people[who]) for who in ("clerk", "other", "far"))
    with pytest.raises(InputRefused):
        operations.merge(first, first, actor=people["unit"])
    with pytest.raises(NotFound):
        operations.merge(first, far, actor=people["unit"])
    operations.pass_up(first, actor=people["unit"])
    with pytest.raises(StateRefused) as lower:
        operations.merge(first, far, actor=people["city"])
    assert lower.value.code == "question.lower"
    operations.close(second, actor=people["other"])
    third = asked(people["clerk"])
    with pytest.raises(StateRefused):
        operations.merge(third, second, actor=people["unit"])


def test_a_merger_is_undone_by_the_desk_or_by_the_asker(people):
    first, second, third = (asked(people[who]) for who in ("clerk", "other", "other"))
    for number in (second, third):
        operations.merge(number, first, actor=people["unit"])
    operations.separate(second, actor=people["unit"])
    operations.reopen(third, "不是同一个问题", actor=people["other"])
    assert operations.answer(first, ANSWER, actor=people["unit"]) == 1
    assert (state(second), state(third)) == (S.OPEN, S.OPEN)


def test_who_closes_the_leading_question_leaves_nobody_behind(people):
    first, second, third = (asked(people[who]) for who in ("clerk", "other", "other"))
    for number in (second, third):
        operations.merge(number, first, actor=people["unit"])
    operations.pass_up(first, actor=people["unit"])
    operations.close(first, actor=people["clerk"])
    assert (state(first), state(second), state(third)) == (S.CLOSED, S.PASSED_UP, S.MERGED)
    assert operations.answer(second, ANSWER, actor=people["city"]) == 2
    assert answers(third) == [ANSWER]
    assert answers(first) == []


def test_asking_again_may_lead_back_to_what_was_merged(people):
    """The leading one is asked again, and merged into one that had been merged into it."""
    first, second = asked(people["clerk"]), asked(people["other"])
    operations.merge(second, first, actor=people["unit"])
    operations.answer(first, ANSWER, actor=people["unit"])
    operations.reopen(first, "还是不明白", actor=people["clerk"])
    assert operations.merge(first, second, actor=people["unit"]) is True
    assert operations.answer(second, "再说一遍", actor=people["unit"]) == 2
    assert answers(first)[-1] == answers(second)[-1] == "再说一遍"


def test_asking_again_needs_words_and_starts_the_wait_anew(people):
    number = asked(people["clerk"])
    operations.answer(number, ANSWER, actor=people["unit"])
    before = queries.find(db.session(), COUNTY, "/", number)
    with pytest.raises(InputRefused):
        operations.reopen(number, " ", actor=people["clerk"])
    assert state(number) is S.ANSWERED
    operations.reopen(number, "原件上也是这样", actor=people["clerk"])
    after = queries.find(db.session(), COUNTY, "/", number)
    assert after.state is S.OPEN
    assert after.waits_since > before.waits_since == before.asked_at == after.asked_at


def test_the_counts_are_those_of_the_place(people):
    for who in ("clerk", "other", "far"):
        asked(people[who])
    for who, total in (("clerk", 1), ("unit", 2), ("far_unit", 1), ("city", 3)):
        found = queries.counts(db.session(), COUNTY, people[who].path)[S.OPEN]
        assert found.total == total
        assert found.since.tzinfo is not None
    everything = list(S)
    first = queries.questions(db.session(), COUNTY, people["unit"].path, everything, limit=1)
    rest = queries.questions(
        db.session(), COUNTY, people["unit"].path, everything, after=first[0].id
    )
    assert [one.union_code for one in first + rest] == [UNION, OTHER_UNION]
