"""The page of one roster after it was sent: what became of it, for its clerk and its reviewer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g, render_template, request, url_for
from sqlalchemy.orm import Session

from registry.access.roles import Permission
from registry.accounts.queries import display_names
from registry.clock import today
from registry.codes import code_list
from registry.db import db
from registry.members.match import Match
from registry.members.queries import sight_of
from registry.members.records import members_by_key
from registry.notices import queries as notices
from registry.review import papers
from registry.review.papers import Turn
from registry.review.queries import DecisionView, decisions, decisions_by_id, masked, named
from registry.review.sample_queries import sample_of
from registry.review.transfer_queries import told_by_row
from registry.submissions import absences, listing
from registry.submissions.listing import FollowUp, RowCounts
from registry.submissions.queries import SubmissionView
from registry.submissions.recognition import replaced_by
from registry.submissions.row_views import RowView
from registry.submissions.states import WITHDRAWABLE, RowState, State
from registry.vault.vault import vault
from registry.web.filters import ago, instant
from registry.web.forms.papers import ReceiptForm, TakeBackForm
from registry.web.frame import can
from registry.web.numbers import row_number
from registry.web.timeline import Event

ROWS = 100
# In the order in which they concern the clerk.
_TABS: tuple[tuple[RowState, str], ...] = (
    (RowState.SENT_BACK, "red"),
    (RowState.REVOKED, "red"),
    (RowState.PENDING, "amber"),
    (RowState.REJECTED, "grey"),
    (RowState.HELD, "grey"),
    (RowState.APPROVED, "green"),
    (RowState.EXCLUDED, "grey"),
)
_SOURCES = {
    "FILE": "上传文件",
    "FORM": "手工录入",
    "FOLLOW_UP": "接着办上一次余下的行",
    "ABSENCE": "说明不在名册中的会员的去向",
    "ANSWERS": "在线逐人复核",
    "BUNDLE": "上级工会代为上传的合并名册",
}
_VERDICTS = {
    "APPROVE": ("check-circle", "green"),
    "SEND_BACK": ("arrow-return-left", "red"),
    "REJECT": ("slash-circle", "grey"),
    "REVOKE": ("arrow-counterclockwise", "red"),
}
_SKIPPED = {
    "blank": "空白行",
    "header": "重复的表头",
    "footer": "表尾（合计、填表人、说明等）",
    "example": "示例行",
}


@dataclass(frozen=True)
class Line:
    """One row as it was sent, masked, and what was decided about it. Of another union it never
    says more than that there is one.
    """

    row: int
    name: str
    document: str
    mobile: str
    state: RowState
    match: Match | None
    warnings: list[str]
    decision: DecisionView | None
    follow_up: int | None
    transfer: str
    member_id: int | None


def detail_page(submission: SubmissionView) -> str:
    """Return the page of a submission that is no draft any more."""
    session = db.session()
    counts = listing.row_counts(session, [submission])[submission.id]
    by_state = _by_state(counts, submission)
    state = _state_asked(by_state)
    after = max(request.args.get("after", 0, type=row_number), 0)
    decided, said = decisions(session, submission), papers.turns(session, submission)
    own = can(Permission.WORK_ROSTER, submission.path)
    lines = _lines(session, submission, state, after)
    return render_template(
        "submissions/detail.html",
        submission=submission,
        union=g.union,
        own=own,
        counts=counts,
        account=absences.account(session, submission),
        roster=absences.roster_of(session, submission),
        sample=sample_of(session, submission),
        told=notices.confirmation(session, submission.county, submission.id),
        replaced_by=replaced_by(session, submission) if own else None,
        transfers=listing.pending_transfers(session, submission) if counts.pending else 0,
        tabs=[
            (_label(submission, one), _address(submission, one), by_state[one], one is state, tone)
            for one, tone in _TABS
            if by_state[one]
        ],
        state=state,
        lines=lines[:ROWS],
        next=_address(submission, state, lines[ROWS - 1].row) if len(lines) > ROWS else "",
        first=_address(submission, state) if after else "",
        drafts=_open_drafts(listing.follow_ups(session, submission)) if own else [],
        decisions={one.id: one for one in decided},
        events=_events(session, submission, decided, said),
        skipped=[_skipped(entry) for entry in submission.skipped],
        received_on=said[-1].received_on if said else None,
        receipt=ReceiptForm(formdata=None, received_on=today()),
        taking_back=TakeBackForm(formdata=None),
        withdrawable=own and submission.state in WITHDRAWABLE,
    )


def _by_state(counts: RowCounts, submission: SubmissionView) -> dict[RowState, int]:
    lost = sum((one.get("last") or one["row"]) - one["row"] + 1 for one in submission.skipped)
    return {
        RowState.SENT_BACK: counts.sent_back,
        RowState.REVOKED: counts.revoked,
        RowState.PENDING: counts.pending,
        RowState.REJECTED: counts.rejected,
        RowState.HELD: counts.held,
        RowState.APPROVED: counts.approved,
        # Rows that the clerk excluded count as skipped, beside those that are no persons.
        RowState.EXCLUDED: max(counts.skipped - lost, 0),
    }


def _label(submission: SubmissionView, state: RowState) -> str:
    over = submission.state in (State.WITHDRAWN, State.SUPERSEDED)
    return "没有审核" if over and state is RowState.PENDING else state.label


def _state_asked(by_state: Mapping[RowState, int]) -> RowState:
    asked = request.args.get("rows", "")
    states = [state for state, _ in _TABS]
    chosen = next((state for state in states if state.value == asked), None)
    return chosen or next((state for state in states if by_state[state]), RowState.APPROVED)


def _lines(session: Session, submission: SubmissionView, state: RowState, after: int) -> list[Line]:
    found = listing.rows_in(session, submission, [state], after=after, limit=ROWS + 1)
    ids = {one.decision_id for one in found if one.decision_id is not None}
    decided = decisions_by_id(session, submission.county, list(ids))
    elsewhere = [one.row for one in found if one.match is Match.TRANSFER]
    wishes = told_by_row(session, submission.county, submission.id, elsewhere)
    keeper, sight = vault(), sight_of(g.actor.path)
    admitted = _admitted(session, submission, found)
    lines = []
    for one in found:
        document, mobile = masked(keeper, one, sight)
        lines.append(
            Line(
                row=one.row,
                name=named(one, sight),
                document=document,
                mobile=mobile,
                state=one.state,
                match=one.match,
                warnings=[said.message for said in one.findings if said.severity == "warning"],
                decision=decided.get(one.decision_id or 0),
                follow_up=one.follow_up_id,
                transfer=wishes.get(one.row, ""),
                member_id=admitted.get(one.person_key or b""),
            )
        )
    return lines


def _admitted(
    session: Session, submission: SubmissionView, found: Sequence[RowView]
) -> dict[bytes, int]:
    """Return the members that approved rows became, by person, for who may see members here."""
    if not can(Permission.VIEW_MEMBERS, submission.path):
        return {}
    keys = [one.person_key for one in found if one.state is RowState.APPROVED and one.person_key]
    return members_by_key(session, submission.county, keys)


def _open_drafts(found: Sequence[FollowUp]) -> list[FollowUp]:
    return [one for one in found if one.state is State.DRAFT]


def _events(
    session: Session,
    submission: SubmissionView,
    decided: Sequence[DecisionView],
    said: Sequence[Turn],
) -> list[Event]:
    """Return what happened, newest first."""
    accounts = [
        submission.created_by,
        submission.submitted_by,
        *(one.decided_by for one in decided if not one.by_transfer),
        *(one.recorded_by for one in said),
    ]
    people = display_names(session, accounts)
    reviews = can(Permission.REVIEW, submission.path)
    source = _SOURCES.get(submission.source, submission.source)
    events = [_event(submission.created_at, source, people.get(submission.created_by, ""))]
    if submission.submitted_at:
        who = people.get(submission.submitted_by or 0, "")
        events.append(_event(submission.submitted_at, "提交审核", who, tone="blue", icon="send"))
    for one in decided:
        icon, tone = _VERDICTS[one.verdict.value]
        verb = "转会入会" if one.by_transfer else one.verdict.label
        title = f"{verb} {one.row_count:,} 人"
        who = "" if one.by_transfer else people.get(one.decided_by, "")
        takes_back = reviews and one.verdict.value == "APPROVE" and not one.by_transfer
        href = _decision(submission, one.id) if takes_back else ""
        events.append(_event(one.decided_at, title, who, _why(one), tone, icon, href))
    if submission.closed_at:
        events.append(_event(submission.closed_at, "全部办结", tone="green", icon="check-circle"))
    events += [_paper(one, people.get(one.recorded_by, "")) for one in said]
    return events[::-1]


def _paper(one: Turn, who: str) -> Event:
    if one.received_on is None:
        title, tone, icon = "撤销：没有收到盖章汇总表", "amber", "arrow-counterclockwise"
    else:
        title, tone, icon = f"{one.received_on:%Y-%m-%d} 收到盖章汇总表", "green", "patch-check"
    return _event(one.recorded_at, title, who, one.note or "", tone, icon)


def _event(
    at: datetime,
    title: str,
    who: str = "",
    note: str = "",
    tone: str = "grey",
    icon: str = "circle",
    href: str = "",
) -> Event:
    return Event(instant(at), title, who, note, tone, icon, href, ago(at))


def _decision(submission: SubmissionView, number: int) -> str:
    return url_for("decisions.decision", submission_id=submission.id, decision_id=number)


def _why(decision: DecisionView) -> str:
    if not decision.reason:
        return ""
    label = code_list("send_back_reason").label(decision.reason)
    return f"{label}：{decision.note}" if decision.note else label


def _skipped(entry: Mapping[str, Any]) -> str:
    first, last = entry["row"], entry.get("last")
    place = f"第 {first} 行" if not last or last == first else f"第 {first}–{last} 行"
    return f"{place}：{_SKIPPED.get(entry['why'], entry['why'])}"


def _address(submission: SubmissionView, state: RowState, after: int = 0) -> str:
    page = f"/submissions/{submission.id}?rows={state.value}"
    return f"{page}&after={after}" if after else page
