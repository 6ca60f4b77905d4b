"""What is held about a member, as one document (PIPL art. 45): a page to print, and a file that
says the same in a common form.

It opens under a request for it that was granted. Numbers are masked, more than in the union's
lists, for the birthday stands beside them: full ones are shown through the door that asks for a
reason. The document does not look into rosters of unions with which the member has nothing to do.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import SHANGHAI, now
from registry.codes import code_list
from registry.db import table_of, transaction
from registry.errors import StateRefused
from registry.exchange.models import ExchangeBatch, ExchangeItem
from registry.exchange.states import Action, Outcome
from registry.identity.mask import Sight
from registry.members import queries
from registry.members.history import history
from registry.members.models import Member, Membership, MembershipState, Standing, Transfer
from registry.members.records import former_keys
from registry.members.transfers import TransferState
from registry.notices.models import Notice, NoticeConfirmation
from registry.periods.models import Period
from registry.periods.months import Month
from registry.privacy import looked
from registry.privacy import queries as requests
from registry.privacy.states import RequestKind, RequestState
from registry.reference.models import ReferencePerson
from registry.review.identities.states import Ruling
from registry.review.models import Decision, IdentityCase, Verdict
from registry.roster.columns import COLUMNS
from registry.roster.labels import labels_of
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.states import RowState
from registry.trail.operations import record
from registry.unions import queries as unions
from registry.vault.vault import vault

_MOST_LOOKS = 1_000
KEPT = (
    ("会员基本信息", "会籍存续期间；终止以后，联系方式等可以申请删除"),
    ("会籍经过、审核决定", "按工会会员档案的要求长期保存"),
    ("号码", "加密保存，长期保存，用来确认同一个人"),
    ("操作留痕", "长期保存，只增不改；其中没有完整号码"),
)


class Section(NamedTuple):
    """One table of the document: title, headings, rows of text."""

    title: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


class Held(NamedTuple):
    """The document: of which member and union, when it was made, its sections."""

    member_id: int
    union_code: str
    made_at: datetime
    sections: list[Section]

    def to_json(self) -> dict[str, Any]:
        """Return the document as plain values: each section's rows by their headings."""
        return {
            "member": self.member_id,
            "union": self.union_code,
            "made_at": self.made_at.isoformat(),
            "sections": [
                {
                    "title": one.title,
                    "rows": [dict(zip(one.headings, row, strict=True)) for row in one.rows],
                }
                for one in self.sections
            ],
        }


def held(number: int, *, actor: Actor) -> Held:
    """Return the document that a granted request asks for; taking it is on the trail.

    Raises `NotFound`, `Forbidden`, and `StateRefused` (request.not_granted) for any other request.
    """
    with transaction() as session:
        asked = requests.find(session, actor.county, number, actor.path, Sight.COUNTY)
        union = unions.find(session, asked.union_code)
        demand(actor, Permission.ASK_REQUESTS, union.path)
        if (asked.kind, asked.state) != (RequestKind.ACCESS, RequestState.GRANTED):
            raise StateRefused(
                "request.not_granted", "只有同意了的查阅、复制请求才能打开这份材料。"
            )
        member = session.get_one(Member, (actor.county, asked.member_id))
        made = _Maker(session, member).made(asked.union_code)
        record(
            session,
            "request.document",
            actor=actor,
            place=asked.union_code,
            detail={
                "request": number,
                "member": member.id,
                "person": member.person_key.hex(),
                "reason": f"本人请求（第 {number} 号）",
            },
        )
    return made


class _Maker:
    """Puts the sections together, a statement or two for each."""

    def __init__(self, session: Session, member: Member) -> None:
        self.session, self.member, self.county = session, member, member.county
        self.keys = [member.person_key, *former_keys(session, member.person_key)]
        self.memberships = list(
            session.execute(
                select(table_of(Membership))
                .where(Membership.county == self.county, Membership.member_id == member.id)
                .order_by(Membership.id)
            )
        )
        self.transfers = list(
            session.execute(
                select(table_of(Transfer))
                .where(Transfer.county == self.county, Transfer.member_id == member.id)
                .order_by(Transfer.id)
            )
        )
        known = {one.union_code for one in self.memberships}
        known |= {code for one in self.transfers for code in (one.from_union, one.to_union)}
        self.unions = sorted(known)
        self.names = unions.names_of(session, known)

    def made(self, union_code: str) -> Held:
        rows = self._rows()
        sections = [
            self._particulars(),
            self._memberships(),
            self._history(),
            self._rosters(rows),
            self._decisions(rows),
            self._purposes(rows),
            self._transfers(),
            self._corrections(),
            self._reference(),
            self._periods(),
            self._exchange(),
            self._looks(),
            self._requests(),
            Section("保存多久", ("内容", "期限"), KEPT),
        ]
        return Held(self.member.id, union_code, now(), sections)

    def _particulars(self) -> Section:
        one, keeper = self.member, vault()
        key = one.person_key
        known = labels_of(queries.particulars_by_key(self.session, self.county, [key])[key][1])
        facts = [
            ("姓名", one.full_name),
            ("证件类别", code_list("document_kind").label(one.document_kind)),
            (
                "证件号码",
                queries.masked_document(keeper, one.document_sealed, key, Sight.COUNTY),
            ),
            ("移动电话", queries.masked_mobile(keeper, one.mobile_sealed, key, Sight.COUNTY)),
            *[(col.label, known[col.field]) for col in COLUMNS if col.field in known],
            ("登记时间", _at(one.created_at)),
            ("最近变更", _at(one.changed_at)),
            ("限制处理", _at(one.restricted_at) if one.restricted_at else "否"),
        ]
        return Section("会员基本信息", ("项目", "内容"), facts)

    def _memberships(self) -> Section:
        rows = [
            (
                self._name(one.union_code),
                MembershipState(one.state).label,
                one.began_on or "",
                one.ended_on or "",
                _at(one.admitted_at),
                _at(one.ended_at),
            )
            for one in self.memberships
        ]
        return Section("会籍", ("工会", "状态", "入会", "终止", "入库时间", "终止登记"), rows)

    def _history(self) -> Section:
        rows = [
            (
                one.type.label,
                one.happened_on or "",
                _at(one.recorded_at),
                self._name(one.from_union),
                self._name(one.to_union),
                f"报送 {one.submission_id} 第 {one.row} 行" if one.submission_id else "",
            )
            for one in history(self.session, self.county, self.member.id)
        ]
        return Section("会籍经过", ("事项", "日期", "入库时间", "从", "到", "依据"), rows)

    def _rows(self) -> Sequence[Any]:
        """Rows that name the person, of rosters of the unions the person has to do with."""
        row, sent = table_of(SubmissionRow).c, table_of(Submission).c
        query = (
            select(
                row.submission_id, row.row, row.state, row.decision_id, row.match, sent.file_name
            )
            .add_columns(sent.union_code, sent.submitted_at)
            .join(
                table_of(Submission),
                (sent.county == row.county) & (sent.id == row.submission_id),
            )
            .where(
                sent.county == self.county,
                sent.union_code.in_(self.unions),
                row.person_key.in_(self.keys),
            )
            .order_by(row.submission_id, row.row)
        )
        return self.session.execute(query).all()

    def _rosters(self, found: Sequence[Any]) -> Section:
        rows = [
            (
                str(one.submission_id),
                self._name(one.union_code),
                one.file_name,
                str(one.row),
                _at(one.submitted_at),
                RowState(one.state).label,
            )
            for one in found
        ]
        heads = ("报送编号", "工会", "文件", "行", "提交时间", "这一行的状态")
        return Section("报送里的行", heads, rows)

    def _decisions(self, found: Sequence[Any]) -> Section:
        made = table_of(Decision)
        query = select(made).where(
            made.c.county == self.county,
            made.c.id.in_({one.decision_id for one in found if one.decision_id}),
        )
        rows = [
            (
                str(one.submission_id),
                Verdict(one.verdict).label,
                _at(one.decided_at),
                one.note or "",
            )
            for one in self.session.execute(query.order_by(made.c.id))
        ]
        return Section("审核决定", ("报送编号", "决定", "时间", "说明"), rows)

    def _purposes(self, found: Sequence[Any]) -> Section:
        said, notice = table_of(NoticeConfirmation).c, table_of(Notice).c
        query = (
            select(said.submission_id, said.version, said.confirmed_at, notice.purpose)
            .join(
                table_of(Notice),
                (notice.county == said.county) & (notice.version == said.version),
            )
            .where(
                said.county == self.county,
                said.submission_id.in_({one.submission_id for one in found}),
            )
        )
        rows = [
            (str(one.submission_id), f"第 {one.version} 版", _at(one.confirmed_at), one.purpose)
            for one in self.session.execute(query.order_by(said.submission_id))
        ]
        return Section("处理目的", ("报送编号", "告知书", "确认时间", "目的"), rows)

    def _transfers(self) -> Section:
        rows = [
            (
                self._name(one.from_union),
                self._name(one.to_union),
                _at(one.asked_at),
                TransferState(one.state).label,
            )
            for one in self.transfers
        ]
        return Section("转会", ("从", "到", "提出时间", "状态"), rows)

    def _corrections(self) -> Section:
        case = table_of(IdentityCase).c
        query = select(case.id, case.opened_at, case.ruling, case.decided_at).where(
            case.county == self.county,
            or_(case.member_id == self.member.id, case.other_id == self.member.id),
        )
        rows = [
            (
                str(one.id),
                _at(one.opened_at),
                Ruling(one.ruling).label if one.ruling else "",
                _at(one.decided_at),
            )
            for one in self.session.execute(query.order_by(case.id))
        ]
        return Section("身份核对和更正", ("编号", "提出时间", "结果", "核对时间"), rows)

    def _reference(self) -> Section:
        base = table_of(ReferencePerson).c
        query = select(base.full_name, base.union_name).where(
            base.county == self.county, base.member_key.in_(self.keys)
        )
        rows = [(name, written) for name, written in self.session.execute(query)]
        return Section("医疗互助基础库", ("姓名", "登记的单位"), rows)

    def _periods(self) -> Section:
        stood, closed = table_of(Standing).c, table_of(Period).c
        months = self.session.scalars(
            select(closed.month).where(closed.county == self.county, closed.state == "CLOSED")
        ).all()
        stretches = self.session.execute(
            select(stood.since, stood.until, stood.union_code).where(
                stood.county == self.county, stood.member_id == self.member.id
            )
        ).all()
        rows = [
            (month, self._name(one.union_code))
            for month in sorted(months)
            for one in stretches
            if _stands(one, month)
        ]
        return Section("在哪些封账的月份里", ("月份", "工会"), rows)

    def _exchange(self) -> Section:
        item, batch = table_of(ExchangeItem).c, table_of(ExchangeBatch).c
        query = (
            select(item.batch_id, batch.made_at, item.action, item.outcome)
            .join(
                table_of(ExchangeBatch),
                (batch.county == item.county) & (batch.id == item.batch_id),
            )
            .where(item.county == self.county, item.member_id == self.member.id)
            .order_by(item.batch_id)
        )
        rows = [
            (
                str(one.batch_id),
                _at(one.made_at),
                Action(one.action).label,
                Outcome(one.outcome).label if one.outcome else "",
            )
            for one in self.session.execute(query)
        ]
        return Section("向上级报送", ("批次", "时间", "内容", "结果"), rows)

    def _looks(self) -> Section:
        found = [
            look
            for code in self.unions
            for look in looked.at_member(
                self.session,
                self.county,
                code,
                self.member.id,
                self.member.person_key,
                limit=_MOST_LOOKS,
            )
        ]
        rows = [(_at(one.at), one.who, one.account, one.what, one.reason) for one in found]
        return Section("谁查看过完整号码", ("时间", "查看人", "账号", "内容", "理由"), rows)

    def _requests(self) -> Section:
        found = requests.of_member(self.session, self.county, self.member.id, Sight.COUNTY)
        rows = [
            (str(one.id), one.kind.label, _at(one.asked_at), one.state.label, one.answer or "")
            for one in found
        ]
        return Section("个人信息请求", ("编号", "请求", "登记时间", "状态", "答复"), rows)

    def _name(self, code: str | None) -> str:
        return self.names.get(code, code) if code else ""


def _stands(stretch: Any, month: str) -> bool:
    last = Month.named(month).last_day
    return bool(stretch.since <= last and (stretch.until is None or stretch.until > last))


def _at(value: datetime | None) -> str:
    return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if value else ""
