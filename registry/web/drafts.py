"""A clerk's drafts by what is to be done with them: on the home page, and as lists behind it."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from flask import url_for
from sqlalchemy.orm import Session

from registry.jobs import queries as work
from registry.submissions import checking, queries
from registry.submissions.queries import SubmissionView
from registry.submissions.states import State
from registry.web.filters import instant
from registry.web.waiting import Card

MOST = 50


class Stage(StrEnum):
    """What a draft waits for."""

    RETURNED = "RETURNED"
    ASKING = "ASKING"
    FAULTY = "FAULTY"
    READY = "READY"
    OTHER = "OTHER"

    @property
    def label(self) -> str:
        """What is said of such drafts on the home page and over their list."""
        return {
            "RETURNED": "审核退回的名册",
            "ASKING": "花名册的列名要核对",
            "FAULTY": "花名册草稿有行需要改正",
            "READY": "校验好的草稿还没有提交",
            "OTHER": "其他没有办完的草稿",
        }[self]


class Drafts(NamedTuple):
    """A union's drafts, newest first; by number the stage of each, and how many of its rows a
    reviewer sent back.
    """

    all: list[SubmissionView]
    stages: dict[int, Stage]
    back: dict[int, int]

    def at(self, stage: Stage | None) -> list[SubmissionView]:
        """Return the drafts at one stage, all for None."""
        return [one for one in self.all if stage in (None, self.stages[one.id])]


def drafts_of(session: Session, county: str, union: str) -> Drafts:
    """Return a union's drafts with their stages."""
    found = queries.of_union(session, county, union, states=[State.DRAFT], limit=MOST)
    back = checking.sent_back(session, found)
    unread = [draft.id for draft in found if not draft.is_read]
    asking = work.asking(session, county, unread) if unread else set()
    return Drafts(found, {one.id: _stage(one, back, asking) for one in found}, back)


def cards(found: Drafts) -> Iterable[Card]:
    """Return a card for each stage at which there are drafts."""
    for stage, (text, action, icon, tone, urgency) in _CARDS.items():
        drafts = found.at(stage)
        if drafts:
            said = text.format(**_counts(drafts, found.back))
            href = _where(drafts, stage)
            yield Card(stage.label, len(drafts), "份", said, href, action, icon, tone, urgency)


_CARDS: dict[Stage, tuple[str, str, str, str, int]] = {
    Stage.RETURNED: (
        "共 {back:,} 人，请按退回原因改好，再提交一次；已通过的人不用重报。",
        "去改正",
        "arrow-return-left",
        "red",
        90,
    ),
    Stage.ASKING: (
        "有几列看不准是什么，请您确认一下，以后这样的表不再问。",
        "去核对",
        "question-circle",
        "amber",
        85,
    ),
    Stage.FAULTY: (
        "{errors:,} 行要改，{good:,} 行没有问题、可以先提交；最早的一份 {since} 上传。",
        "去改正",
        "exclamation-circle",
        "red",
        80,
    ),
    Stage.READY: (
        "共 {good:,} 人，提交后由乡镇（街道）审核；最早的一份 {since} 上传。",
        "去提交",
        "send",
        "amber",
        70,
    ),
    Stage.OTHER: ("还在读取，或者没有可以提交的行。", "查看", "pencil", "grey", 0),
}


def _stage(draft: SubmissionView, back: dict[int, int], asking: set[int]) -> Stage:
    if back.get(draft.id):
        return Stage.RETURNED
    if draft.id in asking:
        return Stage.ASKING
    if draft.error_count:
        return Stage.FAULTY
    # Without a good row every one was left out.
    is_ready = draft.is_read and draft.ok_count + draft.warning_count > 0
    return Stage.READY if is_ready else Stage.OTHER


def _counts(drafts: Sequence[SubmissionView], back: dict[int, int]) -> dict[str, object]:
    return {
        "back": sum(back.get(draft.id, 0) for draft in drafts),
        "errors": sum(draft.error_count for draft in drafts),
        "good": sum(draft.ok_count + draft.warning_count for draft in drafts),
        "since": instant(min(draft.created_at for draft in drafts)),
    }


def _where(drafts: Sequence[SubmissionView], stage: Stage) -> str:
    """Return where to go: the one draft itself, else the list of these."""
    if len(drafts) == 1:
        return url_for("roster.submission", submission_id=drafts[0].id)
    return url_for("roster.upload", code=drafts[0].union_code, drafts=stage.value)
