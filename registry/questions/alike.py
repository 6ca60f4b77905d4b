"""Which questions are like another one: suggestions for merging, of which a person decides."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.codes.likeness import likeness, simplified
from registry.questions.queries import QuestionView, questions
from registry.questions.states import LEADING

# Of one rule the same is asked again and again, in other words; else the words have to speak. One
# clause that is said alike counts for less than the whole.
_LEAST = 0.45
_CLAUSE = 0.75
_CLAUSE_LENGTH, _CLAUSES = 6, 6
_LOOKED_AT = 200
_SHOWN = 5
_BREAK = re.compile(r"[\s，。？！；、,.?!;]+")


class Alike(NamedTuple):
    """A question that another one may be merged into; `likeness` goes from 0 to 1."""

    question: QuestionView
    same_rule: bool
    likeness: float


def alike(session: Session, question: QuestionView, path: str) -> list[Alike]:
    """Return the questions of a place that are most like one and may lead it, the likest first.

    The last two hundred are looked at.
    """
    states = LEADING.get(question.state, ())
    if not states:
        return []
    found = questions(session, question.county, path, states, newest_first=True, limit=_LOOKED_AT)
    others = [one for one in found if one.id != question.id]
    alike_to = _likeness(question.text, [one.text for one in others])
    judged = [
        Alike(one, question.rule is not None and one.rule == question.rule, how)
        for one, how in zip(others, alike_to, strict=True)
    ]
    kept = [one for one in judged if one.same_rule or one.likeness >= _LEAST]
    kept.sort(key=lambda one: (not one.same_rule, -one.likeness, one.question.id))
    return kept[:_SHOWN]


def _likeness(text: str, among: Sequence[str]) -> list[float]:
    """Return how alike each of some texts is to one: as a whole, or in one of their clauses."""
    whole = likeness(_plain(text), {_plain(one) for one in among})
    clauses = [_clauses(one) for one in among]
    every = {clause for found in clauses for clause in found}
    of_clause = dict.fromkeys(every, 0.0)
    for clause in _clauses(text):
        for other, how in likeness(clause, every).items():
            of_clause[other] = max(of_clause[other], how * _CLAUSE)
    return [
        max(whole[_plain(one)], *(of_clause[clause] for clause in found), 0.0)
        for one, found in zip(among, clauses, strict=True)
    ]


def _clauses(text: str) -> list[str]:
    """Return the clauses of a text that are long enough to say something."""
    found = [_plain(part) for part in _BREAK.split(text)]
    return [part for part in found if len(part) >= _CLAUSE_LENGTH][:_CLAUSES]


def _plain(text: str) -> str:
    """Return the letters and digits of a text: signs and blanks say nothing of what is asked."""
    return "".join(char for char in simplified(text) if char.isalnum()) or text
