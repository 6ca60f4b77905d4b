"""Many questions that wait, much said about one of them, many answers published."""

from registry.access.actor import Actor
from registry.questions import operations, publishing
from registry.questions.models import PublishedAnswer, Question, QuestionEntry
from registry.questions.publishing import Written
from tests.factories.copies import copies
from tests.factories.rosters import OTHER_UNION, UNION


def make_questions(clerk: Actor, other: Actor, reviewer: Actor, auditor: Actor, count: int) -> int:
    """Have many questions wait, and many answers published; returns the number of the one about
    which much was said, and into which many were merged.
    """
    rule = "document.checksum"
    asked = operations.ask(UNION, "校验码怎么算？", actor=clerk, rule=rule)
    led = operations.ask(UNION, "号码没有写错，怎么还说校验码不正确？", actor=clerk, rule=rule)
    into = operations.ask(OTHER_UNION, "校验码不正确怎么办？", actor=other, rule=rule)
    operations.merge(into, led, actor=reviewer)
    operations.pass_up(led, actor=reviewer)
    operations.answer(led, "请看原件。", actor=auditor)
    operations.reopen(led, "还是不明白。", actor=clerk)
    again = operations.ask(UNION, "校验码不正确怎么办？", actor=clerk, rule=rule)
    operations.merge(again, asked, actor=reviewer)
    published = publishing.publish(led, Written("校验码？", "看原件。"), actor=auditor)
    for number, first in ((asked, 1_000), (into, 2_000), (again, 3_000)):
        copies(Question, Question.id == number, count, id=lambda copy, first=first: first + copy)
    copies(
        QuestionEntry,
        (QuestionEntry.question_id == asked) & (QuestionEntry.number == 1),
        count,
        number=lambda copy: 10 + copy,
    )
    copies(
        PublishedAnswer,
        PublishedAnswer.id == published,
        count,
        id=lambda copy: 1_000 + copy,
    )
    return asked
