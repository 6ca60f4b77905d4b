"""Suggestions for merging: of one rule, or alike in words; a person decides."""

from registry.db import db
from registry.questions import operations, queries
from registry.questions.alike import alike
from tests.factories.rosters import OTHER_UNION, UNION, make_clerk, make_reviewer
from tests.factories.unions import COUNTY

FAR_UNION = "3310830020001"


def suggested(number, actor):
    view = queries.find(db.session(), COUNTY, actor.path, number)
    return [one.question.id for one in alike(db.session(), view, actor.path)]


def test_the_same_words_or_the_same_rule_and_only_what_one_sees(small_register):
    unit, clerk, other, far = (
        make_reviewer(),
        make_clerk(),
        make_clerk(OTHER_UNION),
        make_clerk(FAR_UNION),
    )
    text = "身份证号码没有写错，还说校验码不正确"
    one = operations.ask(UNION, text, actor=clerk, rule="document.checksum")
    like = operations.ask(OTHER_UNION, "号码没有写错，怎么还说校验码不正确？", actor=other)
    rule = operations.ask(
        OTHER_UNION, "末位的校验码怎么改才正确", actor=other, rule="document.checksum"
    )
    operations.ask(OTHER_UNION, "退休的人还要不要报", actor=other)
    operations.ask(FAR_UNION, text, actor=far, rule="document.checksum")
    assert suggested(one, unit) == [rule, like]
    operations.answer(rule, "看原件", actor=unit)
    operations.close(like, actor=other)
    assert suggested(one, unit) == [rule]
    operations.pass_up(one, actor=unit)
    operations.answer(rule, "看原件", actor=unit)
    assert suggested(one, unit) == [rule]
