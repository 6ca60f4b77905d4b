"""Saying why members are not in a roster: one by one, for several, or for all the rest at once.

What is said becomes rows of a draft beside the roster; see `absences`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.db import transaction
from registry.errors import InputRefused, StateRefused
from registry.members.models import MembershipState
from registry.submissions import absences, answers
from registry.submissions.absences import ABSENCE, is_asked
from registry.submissions.known import live_members
from registry.submissions.locking import locked
from registry.submissions.models import Submission
from registry.submissions.queries import SubmissionView, view_of
from registry.submissions.states import Kind, State
from registry.submissions.storing import Ref
from registry.submissions.weighing import reweigh
from registry.submissions.whereabouts import Said
from registry.trail.operations import record
from registry.unions import queries as union_queries
from registry.unions.queries import Union

FILE_NAME = "不在名册中的会员"
_NAMED_ON_TRAIL = 200


def account_for(submission_id: int, said: Mapping[int, Said], *, actor: Actor) -> int:
    """Write what the clerk says of missing members, by member; returns of how many.

    Raises `StateRefused` when one of them is not missing (any more) or the roster is no draft,
    `InputRefused` for an impossible date; then nothing is written.
    """
    if not said:
        raise InputRefused("absence.nobody", "请先勾选会员，再选择去向。")
    with transaction() as session:
        roster, union = _draft(session, submission_id, actor)
        missing = _missing(session, roster, list(said))
        if len(missing) < len(said):
            raise StateRefused(
                "absence.not_missing",
                "其中有人已经在名册里，或会籍有了变化，不用再说明；这次没有保存，请看最新情况再办。",
            )
        return _write(session, roster, union, [(one, said[one.id]) for one in missing], actor)


def account_for_rest(submission_id: int, said: Said, *, actor: Actor) -> int:
    """Say the same of all missing members of whom nothing was said yet; returns of how many."""
    if said.reason is None:
        raise InputRefused("absence.reason", "请先选择去向。")
    with transaction() as session:
        roster, union = _draft(session, submission_id, actor)
        known = absences.linked(session, roster)
        answered = set(answers.keys(session, known)) if known else set()
        rest = [one for one in _missing(session, roster) if one.person_key not in answered]
        return _write(session, roster, union, [(one, said) for one in rest], actor)


def linked(session: Session, found: Submission) -> Submission | None:
    """Return the submission beside a roster, to be changed in the caller's transaction."""
    known = absences.linked(session, view_of(found))
    return session.get(Submission, (found.county, known.id)) if known else None


def close(session: Session, found: Submission, *, demand_all: bool) -> Submission | None:
    """Bring what was said to the roster as it is sent; return the draft that goes with it, if any.

    Whom the roster contains by now, or of whom it asks no more, is dropped. With `demand_all`
    raises `StateRefused` (absence.open) when nothing was said of somebody.
    """
    roster = view_of(found)
    if not roster.lists_everybody:
        return None
    now = absences.account(session, roster)
    if demand_all and now.open:
        raise StateRefused(
            "absence.open",
            f"名册里没有的会员还有 {now.open:,} 人没有说明去向。请逐人说明，"
            f"或者用“{now.rest_words}”一次说明。",
        )
    found.missing_count = now.total + now.kept
    absent = linked(session, found)
    if absent is None or absent.state != State.DRAFT:
        return None
    _drop(session, view_of(absent), _missing(session, roster))
    if answers.recounted(session, view_of(absent)):
        session.refresh(absent)
        return absent
    absent.state, absent.is_current = State.WITHDRAWN, False
    return None


def _draft(session: Session, submission_id: int, actor: Actor) -> tuple[SubmissionView, Union]:
    roster = view_of(locked(session, submission_id, actor, Permission.WORK_ROSTER))
    if not roster.lists_everybody:
        raise StateRefused("absence.increment", "增量名册没有列出的会员不受影响，不用说明去向。")
    if roster.state is not State.DRAFT:
        raise StateRefused("submission.state", f"这份名册{roster.state.label}，不能再说明去向。")
    if not roster.is_read:
        raise StateRefused("draft.reading", "名册还在读取和校验，请等进度完成后再办。")
    return roster, union_queries.find(session, roster.union_code)


def _missing(
    session: Session, roster: SubmissionView, members: Sequence[int] | None = None
) -> list[Any]:
    query = live_members(roster.county, roster.union_code, members).where(*is_asked(roster))
    chosen = None if members is None else set(members)
    return [one for one in session.execute(query) if chosen is None or one.id in chosen]


def _write(
    session: Session,
    roster: SubmissionView,
    union: Union,
    said: Sequence[tuple[Any, Said]],
    actor: Actor,
) -> int:
    if not said:
        return 0
    draft = absences.linked(session, roster) or answers.opened(
        session,
        union,
        Kind.INCREMENT,
        account_id=actor.account_id,
        source=ABSENCE,
        file_name=f"{FILE_NAME}（{roster.file_name}）",
        parent_id=roster.id,
    )
    answers.write(session, draft, [(one, _of(one, answer)) for one, answer in said])
    # What the roster does to its union follows from who leaves.
    reweigh(session, Ref(union.county, roster.id, union.code))
    _record(session, roster, draft, said, actor)
    return len(said)


def _of(one: Any, answer: Said) -> Said:
    if answer.reason is None:
        return answer
    is_retained = one.state == MembershipState.RETAINED
    return answer._replace(reason=answer.reason.of(is_retained=is_retained))


def _drop(session: Session, draft: SubmissionView, missing: Iterable[Any]) -> None:
    present = {one.person_key for one in missing}
    there = answers.keys(session, draft)
    answers.drop(session, draft, [key for key in there if key not in present])


def _record(
    session: Session,
    roster: SubmissionView,
    draft: SubmissionView,
    said: Sequence[tuple[Any, Said]],
    actor: Actor,
) -> None:
    reasons: dict[str, int] = {}
    for _, answer in said:
        reason = answer.reason.value if answer.reason else "TAKEN_BACK"
        reasons[reason] = reasons.get(reason, 0) + 1
    detail = {
        "submission": roster.id,
        "absences": draft.id,
        "rows": len(said),
        "reasons": reasons,
        "members": [one.id for one, _ in said][:_NAMED_ON_TRAIL],
    }
    record(session, "draft.account", actor=actor, place=roster.union_code, detail=detail)
