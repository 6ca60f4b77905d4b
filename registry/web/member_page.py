"""The page of one member: what stands on it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import g, render_template, url_for
from sqlalchemy.orm import Session

from registry.access.roles import Permission
from registry.accounts.queries import display_names
from registry.codes import code_list
from registry.db import db
from registry.identity.mask import Sight
from registry.members import queries, telling
from registry.members.history import HistoryLine
from registry.members.merging import PARTED, SAME_PERSON
from registry.members.queries import MemberRecord, sight_of
from registry.members.records import records_of
from registry.members.seeing import Shown
from registry.members.telling import Told
from registry.privacy import looked
from registry.privacy import queries as requests
from registry.privacy.states import RequestKind
from registry.review.queries import DecisionView, deciders
from registry.roster.columns import COLUMN
from registry.roster.labels import labels_of
from registry.web.filters import instant
from registry.web.forms.identities import PairForm
from registry.web.forms.members import OpenForm
from registry.web.frame import can
from registry.web.timeline import Event

# Looks of an event: tone and icon.
_LOOKS = {
    "ENTER": ("green", "person-plus"),
    "TRANSFER_IN": ("green", "arrow-left-right"),
    "RESUME": ("green", "play-circle"),
    "RETAIN": ("grey", "pause-circle"),
    "TRANSFER_OUT": ("grey", "arrow-left-right"),
    "EXPEL": ("red", "person-x"),
    "RESIGN": ("grey", "person-dash"),
    "DECEASE": ("grey", "person-dash"),
    "CORRECT": ("blue", "pencil"),
    "REVOKE": ("red", "arrow-counterclockwise"),
    "MERGE": ("grey", "person-check"),
}
# What stands in a history beside changed fields.
_ABOUT_RECORDS = {SAME_PERSON: "合并了同一个人的另一条登记", PARTED: "拆开了合并的登记"}
# What may be done with a membership in this state: code of membership_change.csv and verb.
ENDING = (("4", "转出"), ("6", "退会"), ("5", "除名"))
CHANGES = {
    "ACTIVE": (("3", "保留会籍"), *ENDING),
    "RETAINED": (("1", "恢复在会"), *ENDING),
    "TRANSFERRING": ENDING,
    "ENDED": (),
}


def page_of(member_id: int, form: OpenForm, opened: Shown | None = None) -> str:
    """Return the page of a member of `g.union`; raises `NotFound` for who never was one."""
    session, union = db.session(), g.union
    sight = queries.sight_of(g.actor.path)
    record = queries.record_of(session, union.county, member_id, sight, union_code=union.code)
    is_shown = not record.line.is_restricted
    known = record.history if is_shown else [one._replace(former={}) for one in record.history]
    history = telling.told(session, known, g.actor.path)
    may_change = can(Permission.WORK_ROSTER, union.path)
    return render_template(
        "members/member.html",
        union=union,
        record=record,
        line=record.line,
        kind=code_list("document_kind").label(record.document_kind) if is_shown else "—",
        restriction=_granted(record, RequestKind.RESTRICT) if not is_shown else None,
        erasure=_granted(record, RequestKind.ERASE) if record.line.state == "ENDED" else None,
        particulars=telling.particulars(record.line, sight),
        events=_events(session, history),
        looks=looked.at_member(session, union.county, union.code, member_id, record.person_key),
        form=form,
        shown=opened,
        may_open=can(Permission.OPEN_MEMBER, union.path)
        and record.line.state != "ENDED"
        and is_shown,
        changes=CHANGES[record.line.state] if may_change else (),
        may_correct=may_change and record.line.state == "ACTIVE" and is_shown,
        may_put_right=may_change and record.line.state != "ENDED" and is_shown,
        pairing=PairForm(formdata=None)
        if can(Permission.REVIEW, union.path) and is_shown
        else None,
        other_records=records_of(session, union.county, record.person_key, g.actor.path),
    )


def _granted(record: MemberRecord, kind: RequestKind) -> tuple[int, datetime] | None:
    """Return the request of a kind that the member was granted, for who may see requests."""
    if not can(Permission.VIEW_REQUESTS, g.union.path):
        return None
    return requests.granted(db.session(), record.county, record.line.member_id, kind, g.union.path)


def _events(session: Session, history: Sequence[Told]) -> list[Event]:
    """Return the history with who decided each event, the last first."""
    rows = [_row_of(one.event) for one in history if one.event]
    asked = {row for row in rows if row is not None} if _sees_rosters() else set()
    decided = deciders(session, g.union.county, asked)
    names = display_names(session, [one.decided_by for some in decided.values() for one in some])
    return [_event(one, _decider(one.event, decided, names)) for one in reversed(history)]


def _row_of(event: HistoryLine) -> tuple[int, int] | None:
    if event.submission_id is None or event.row is None:
        return None
    return event.submission_id, event.row


def _decider(
    event: HistoryLine | None,
    decided: Mapping[tuple[int, int], Sequence[DecisionView]],
    names: Mapping[int, str],
) -> str:
    """Return who made the decision that wrote an event: an approval, or what took it back."""
    row = _row_of(event) if event else None
    if event is None or row is None or not decided.get(row):
        return ""
    made = min(decided[row], key=lambda one: abs(one.decided_at - event.recorded_at))
    # Who released a member belongs to the other union.
    return "" if made.by_transfer else names.get(made.decided_by, "")


def _event(one: Told, decided_by: str) -> Event:
    event = one.event
    if event is None:
        note = "在其他工会期间的记录由该工会保管，这里不显示。"
        return Event("日期不显示", telling.ELSEWHERE, "", note, "grey", "building")
    tone, icon = _LOOKS[event.type]
    return Event(
        at=event.happened_on or "日期未填",
        title=f"{event.type.label}：{_place(one)}" if event.type != "CORRECT" else "信息变更",
        who=f"{instant(event.recorded_at)} 入库" + (f"，{decided_by}审核" if decided_by else ""),
        note=_note(event),
        tone=tone,
        icon=icon,
        # A release was asked for by the other union's roster.
        href="" if one.to_union == telling.ELSEWHERE else _submission(event),
    )


def _place(one: Told) -> str:
    if one.from_union and one.to_union and one.from_union != one.to_union:
        return f"{one.from_union} → {one.to_union}"
    return one.to_union or one.from_union


def _note(event: HistoryLine) -> str:
    parts = []
    if event.reason:
        reasons = code_list("membership_change_reason")
        parts.append(
            f"原因：{reasons.label(event.reason) if event.reason in reasons else event.reason}"
        )
    if fields := [_changed(event, name) for name in event.changed if name in COLUMN]:
        parts.append(f"变更：{'、'.join(fields)}")
    parts += [_ABOUT_RECORDS[name] for name in event.changed if name in _ABOUT_RECORDS]
    return "；".join(parts)


def _changed(event: HistoryLine, name: str) -> str:
    """Return a changed field with what stood there before, as far as the reader sees particulars.

    Of the birthday not even that: see `telling.particulars`.
    """
    label = COLUMN[name].label
    hidden = name == "born_on" or sight_of(g.actor.path) is Sight.COUNTY
    if name not in event.former or hidden:
        return label
    before = event.former[name]
    return f"{label}（原：{labels_of({name: before})[name] if before else '空'}）"


def _submission(event: HistoryLine) -> str:
    """Return the address of the row of the roster that told it, for who may see rosters here."""
    if event.submission_id is None or not _sees_rosters():
        return ""
    row: dict[str, Any] = {"rows": "APPROVED", "after": event.row - 1} if event.row else {}
    return url_for("roster.submission", submission_id=event.submission_id, **row)


def _sees_rosters() -> bool:
    return can(Permission.VIEW_SUBMISSIONS, g.union.path)
