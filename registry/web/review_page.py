"""The review page: what stands on it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from flask import g, render_template, request, url_for
from sqlalchemy.orm import Session

from registry.accounts.queries import display_names
from registry.clock import now
from registry.codes import code_list
from registry.db import db
from registry.identity.mask import Sight
from registry.members.match import Match
from registry.members.queries import sight_of
from registry.review import parts, queue
from registry.review.assigning import KEPT_FOR
from registry.review.identities.doubts import is_doubted
from registry.review.known import known_count, known_rows
from registry.review.operations import ADMISSIBLE
from registry.review.parts import Other, Part, Pending
from registry.review.passing import PASSES, STAYS, groups_of
from registry.review.queries import RISK, Difference, differences, masked
from registry.review.sample_queries import sample_of
from registry.review.transfer_queries import told_by_row
from registry.submissions import absences
from registry.submissions.listing import row_counts
from registry.submissions.queries import SubmissionView
from registry.submissions.risk import Risk
from registry.submissions.row_views import RowView
from registry.submissions.whereabouts import reason_of
from registry.unions import queries as unions
from registry.vault.vault import Vault, vault
from registry.web.forms.review import RefusalForm, clean_form
from registry.web.numbers import row_number

PAGE = 100
PARTS: tuple[Part, ...] = (
    *RISK[:2],
    Other.UNMATCHED,
    *RISK[2:5],
    Other.WARNING,
    *RISK[5:],
    Other.ALL,
)
# What the match says already, the warning need not say again.
_SAID_BY: dict[Match | None, str] = {
    Match.CONFLICT: "member.name_differs",
    Match.TRANSFER: "member.active_elsewhere",
}
HINTS: dict[Part, str] = {
    Match.CONFLICT: "会员库中，同一证件号码登记的是另一个姓名，或者这个号码已经更正过。请逐个"
    "“核对身份”：名册写错的退回，会员库写错的更正。没有弄清以前不能通过。",
    Match.TRANSFER: "这些人现在是其他工会的会员，一个人只能有一份会籍。转会办好以前一直留在待审，"
    "不会入库；报错了的请退回或驳回。",
    Other.UNMATCHED: "名册要为这些人办理离会或保留会籍，但他们现在已不是本工会会员。请退回核实。",
    Match.LEAVE: "通过后这些人的会籍结束，历史保留。",
    Match.RETAIN: "通过后会籍保留，不再计入在会人数。",
    Match.CHANGED: "已是本工会会员，通过后按下面的变化更新会员库；空着的栏目不会抹掉原有内容。",
    Match.NEW: "会员库中没有这些人的会籍，通过后成为本工会会员。",
    Match.UNCHANGED: "已是本工会会员，内容与会员库一致，可以成批通过。",
    Other.WARNING: "校验时有提醒的行，请重点核对；提醒不妨碍通过。",
    Other.ALL: "全部没有处理的行，按名册的顺序。",
}


@dataclass(frozen=True)
class Line:
    """One row as shown: masked, with what it would change. `elsewhere` names the other union
    where the reader may know it; `said` is why a member is not in the roster, `transfer` where the
    wish for somebody elsewhere stands.
    """

    row: int
    name: str
    document: str
    mobile: str
    match: Match | None
    asks: str
    said: str
    differences: Sequence[Difference]
    elsewhere: str
    warnings: Sequence[str]
    is_doubted: bool = False
    transfer: str = ""


@dataclass(frozen=True)
class Refusal:
    """A refusal that could not be taken: its dialog opens again as it was filled in."""

    dialog: str
    form: RefusalForm
    rows: Collection[int]
    whole: bool
    message: str


def review_page(submission: SubmissionView, refusal: Refusal | None = None) -> str:
    """Return the page of a submission under review."""
    session = db.session()
    pending = parts.pending(session, submission)
    part = part_asked(pending)
    after = max(request.values.get("after", 0, type=row_number), 0)
    found = parts.pending_rows(session, submission, part, after=after, limit=PAGE + 1)
    if after and not found:  # the last page has just been decided on
        after, found = 0, parts.pending_rows(session, submission, part, limit=PAGE + 1)
    more = len(found) > PAGE
    before = parts.page_before(session, submission, part, after, PAGE) if after else None
    following = queue.next_up(session, g.actor.path, submission, g.actor.account_id)
    return render_template(
        "review/review.html",
        submission=submission,
        union=g.union,
        people=display_names(session, [submission.submitted_by, submission.assigned_to]),
        may_take_over=_may_take_over(submission),
        risk=Risk(submission.risk),
        counts=row_counts(session, [submission])[submission.id],
        pending=pending,
        known_count=known_count(session, submission),
        groups=groups_of(session, submission.county, [submission.id])[submission.id],
        passes=PASSES,
        stays=STAYS,
        known=known_rows(session, submission, [row.row for row in found[:PAGE]]),
        account=absences.account(session, submission),
        roster=absences.roster_of(session, submission),
        admissible={m: n for m, n in pending.matches.items() if m in ADMISSIBLE},
        staying={p: pending.count(p) for p in PARTS[:3] if pending.count(p)},
        part=part,
        # Who was elsewhere or no member may be by now: an approval looks again, and says who stays.
        can_approve=part is not Match.CONFLICT,
        tab_items=_tabs(submission, pending, part),
        hints=HINTS,
        lines=lines(session, submission, found[:PAGE]),
        after=after,
        came_from=_came_from(found[:PAGE]),
        previous=_address(submission, part, before) if before is not None else "",
        next=_address(submission, part, found[PAGE - 1].row) if more else "",
        sample=sample_of(session, submission),
        following=following,
        following_union=unions.find(session, following.union_code) if following else None,
        is_own=g.actor.account_id in {submission.submitted_by, submission.created_by},
        is_over=pending.total == 0 or submission.pending_count == 0,
        send_back_form=_form("send-back", refusal),
        reject_form=_form("reject", refusal),
        refusal=refusal,
    )


def _may_take_over(submission: SubmissionView) -> bool:
    """Tell whether who took it has had it for so long that anybody may."""
    since = submission.assigned_at
    return since is None or since <= now() - KEPT_FOR


def _came_from(rows: Sequence[RowView]) -> int:
    """Return the row that gets the focus: the one that was just looked at, else the first."""
    asked = request.args.get("row", 0, type=row_number)
    numbers = [row.row for row in rows]
    return asked if asked in numbers else next(iter(numbers), 0)


def _tabs(
    submission: SubmissionView, pending: Pending, part: Part
) -> list[tuple[str, str, int, bool, str]]:
    """Return label, address, count, whether it is the one shown, and tone of each tab."""
    amber = (*PARTS[:3], Other.WARNING)
    return [
        (
            one.label,
            _address(submission, one, 0),
            pending.count(one),
            one is part,
            "amber" if one in amber else "grey",
        )
        for one in PARTS
        if pending.count(one)
    ]


def part_asked(pending: Pending) -> Part:
    """Return the part that the address names, else the riskiest that has rows."""
    asked = request.values.get("part", "")
    part = next((one for one in PARTS if one.value == asked), None)
    if part is not None and pending.count(part):
        return part
    return next((one for one in PARTS if pending.count(one)), Other.ALL)


def lines(session: Session, submission: SubmissionView, rows: Sequence[RowView]) -> list[Line]:
    """Return rows as shown to the reviewer."""
    keeper, sight = vault(), sight_of(g.actor.path)
    changed = differences(session, submission, rows, sight)
    elsewhere = queue.other_unions(session, rows, g.actor.path)
    asked = [row.row for row in rows if row.match is Match.TRANSFER]
    wishes = told_by_row(session, submission.county, submission.id, asked)
    absent = submission.source == absences.ABSENCE
    return [
        replace(
            _line(keeper, row, sight, changed.get(row.row, ()), elsewhere.get(row.row, ""), absent),
            transfer=wishes.get(row.row, ""),
        )
        for row in rows
    ]


def _line(
    keeper: Vault,
    row: RowView,
    sight: Sight,
    changed: Sequence[Difference],
    elsewhere: str,
    absent: bool,
) -> Line:
    document, mobile = masked(keeper, row, sight)
    change = code_list("membership_change")
    asked = change.label(row.change) if row.change in change else row.change
    return Line(
        row=row.row,
        name=row.full_name or "",
        document=document,
        mobile=mobile,
        match=row.match,
        asks=f"{asked} {row.changed_on}" if row.changed_on else asked,
        # Of a conflict only the names count: whose particulars they are is the very question.
        said=reason_of(row.change, row.change_reason).label if absent else "",
        differences=changed[:1] if row.match is Match.CONFLICT else changed,
        elsewhere=elsewhere,
        warnings=[
            one.message
            for one in row.findings
            if one.severity == "warning" and one.code != _SAID_BY.get(row.match)
        ],
        is_doubted=is_doubted(row),
    )


def _form(dialog: str, refusal: Refusal | None) -> RefusalForm:
    if refusal is not None and refusal.dialog == dialog:
        return refusal.form
    return clean_form(dialog)


def _address(submission: SubmissionView, part: Part, after: int) -> str:
    return url_for(
        "review.review", submission_id=submission.id, part=part.value, after=after or None
    )
