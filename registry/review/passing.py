"""What may pass without being looked at one by one, over many rosters at once: members who are
unchanged, and newcomers without a warning whom the reference register knows by their number.

Everything else stays for its reviewer, and so do whole rosters that the actor sent, that somebody
else has taken, or that change much of their union at once. Each roster is a decision of its own:
one transaction, all or nothing.
"""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.db import db, table_of
from registry.errors import RegistryError
from registry.members.match import Match
from registry.review import parts
from registry.review.assigning import is_anothers
from registry.review.operations import approve
from registry.review.parts import KNOWN_NEW, PASS_TOGETHER, Other
from registry.submissions import queries
from registry.submissions.models import SubmissionRow
from registry.submissions.queries import SubmissionView
from registry.submissions.risk import DOUBTFUL
from registry.submissions.states import RowState, State
from registry.submissions.weighing import BIG_CHANGE

# What one click may take: some seconds of work.
MOST_ROSTERS, MOST_ROWS = 100, 20_000


class Group(StrEnum):
    """What an undecided row is, for passing: the first two pass, the others stay."""

    SAME = "SAME"
    KNOWN = "KNOWN"
    CONFLICT = "CONFLICT"
    TRANSFER = "TRANSFER"
    UNMATCHED = "UNMATCHED"
    LEAVE = "LEAVE"
    RETAIN = "RETAIN"
    CHANGED = "CHANGED"
    WARNING = "WARNING"
    UNKNOWN = "UNKNOWN"

    @property
    def label(self) -> str:
        """The group's name on the screen."""
        return _LABELS.get(self) or Match(self.value).label


_LABELS = {
    Group.SAME: "无变化",
    Group.KNOWN: "基础库有的新会员",
    Group.UNMATCHED: "已不是会员",
    Group.WARNING: "有提醒的新会员",
    Group.UNKNOWN: "不在基础库的新会员",
}
PASSES = (Group.SAME, Group.KNOWN)
STAYS = tuple(group for group in Group if group not in PASSES)


class Held(StrEnum):
    """Why a whole roster is left alone."""

    OWN = "OWN"
    TAKEN = "TAKEN"
    BIG = "BIG"

    @property
    def label(self) -> str:
        """The reason on the screen."""
        return {"OWN": "您自己报送的", "TAKEN": "别人认领的", "BIG": "大幅变动的"}[self]


class Roster(NamedTuple):
    """A roster under review: its undecided rows by group, and why it is left alone, if it is."""

    submission: SubmissionView
    groups: Counter[Group]
    held: Held | None

    @property
    def sure(self) -> int:
        """How many of its rows could pass."""
        return sum(self.groups[group] for group in PASSES)


class Plan(NamedTuple):
    """What would pass now, and what of the others stays, and why.

    `later` are rosters that would pass too, and are more than one click takes.
    """

    now: list[Roster]
    later: list[Roster]
    held: list[Roster]
    passes: Counter[Group]  # the rows of `now`, those that pass
    stays: Counter[Group]  # the rows that stay, of rosters that are not left alone


class Choice(NamedTuple):
    """What the reviewer was shown of a roster, and confirmed."""

    submission_id: int
    version: int
    rows: int


class Outcome(NamedTuple):
    """What came of passing: rosters and rows that passed, and the rosters of which nothing did."""

    rosters: int
    rows: int
    refused: list[int]


_row = table_of(SubmissionRow).c
_GROUP = case(
    (_row.match == Match.UNCHANGED, Group.SAME.value),
    (KNOWN_NEW, Group.KNOWN.value),
    (_row.match.is_(None), Group.UNMATCHED.value),
    (_row.match != Match.NEW, _row.match),
    (DOUBTFUL, Group.WARNING.value),
    else_=Group.UNKNOWN.value,
).label("what")
_GROUPS = (
    select(_row.submission_id, _GROUP, func.count())
    .where(
        _row.county == bindparam("county"),
        _row.submission_id.in_(bindparam("ids", expanding=True)),
        _row.state == RowState.PENDING,
    )
    .group_by(_row.submission_id, _GROUP)
)


def groups_of(
    session: Session, county: str, submissions: Sequence[int]
) -> dict[int, Counter[Group]]:
    """Return the undecided rows of submissions by group, by submission."""
    found: dict[int, Counter[Group]] = {number: Counter() for number in submissions}
    asked = {"county": county, "ids": list(submissions)}
    for number, group, count in session.execute(_GROUPS, asked):
        found[number][Group(group)] = count
    return found


def plan(
    session: Session, county: str, submissions: Sequence[SubmissionView], account_id: int
) -> Plan:
    """Return what of these submissions the account could pass now, in their order."""
    groups = groups_of(session, county, [one.id for one in submissions])
    rosters = [Roster(one, groups[one.id], _held(one, account_id)) for one in submissions]
    free = [one for one in rosters if not one.held]
    sure = [one for one in free if one.sure]
    count = _as_many_as_one_click_takes(sure)
    passes: Counter[Group] = Counter()
    stays: Counter[Group] = Counter()
    for one in sure[:count]:
        passes.update({group: one.groups[group] for group in PASSES})
    for one in free:
        stays.update({group: one.groups[group] for group in STAYS})
    return Plan(sure[:count], sure[count:], [one for one in rosters if one.held], passes, stays)


def pass_sure(chosen: Sequence[Choice], *, actor: Actor) -> Outcome:
    """Pass the sure rows of rosters, each as it was shown; a roster that is not so any more, or not
    the actor's to decide on, is left as it is and named.
    """
    passed, rows, refused = 0, 0, []
    for choice in chosen[:MOST_ROSTERS]:
        try:
            decided = _pass_one(choice, actor)
        except RegistryError:
            decided = 0
        rows += decided
        passed += bool(decided)
        if not decided:
            refused.append(choice.submission_id)
    return Outcome(passed, rows, refused)


def _pass_one(choice: Choice, actor: Actor) -> int:
    session = db.session()
    session.rollback()  # as it is now, not as it was when the first roster was read
    found = queries.find(session, choice.submission_id)
    numbers = parts.pending_numbers(session, found, Other.KNOWN)
    as_shown = (found.version, len(numbers)) == (choice.version, choice.rows)
    if not as_shown or not numbers or _held(found, actor.account_id):
        return 0
    return approve(found.id, actor=actor, rows=numbers, matches=PASS_TOGETHER).decided


def _held(found: SubmissionView, account_id: int) -> Held | None:
    if account_id in {found.submitted_by, found.created_by}:
        return Held.OWN
    if is_anothers(found.assigned_to, found.assigned_at, account_id):
        return Held.TAKEN
    is_whole = found.state is State.SUBMITTED
    if is_whole and any(one["code"] == BIG_CHANGE for one in found.file_findings):
        return Held.BIG
    return None


def _as_many_as_one_click_takes(rosters: Sequence[Roster]) -> int:
    """Return how many of them, from the first on; one at least, however large it is."""
    count = rows = 0
    for one in rosters[:MOST_ROSTERS]:
        rows += one.sure
        if count and rows > MOST_ROWS:
            break
        count += 1
    return count
