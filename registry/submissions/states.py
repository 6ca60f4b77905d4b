"""States of submissions and of their rows, and the one table of transitions. Pure."""

from enum import StrEnum

# The source of a submission that came out of a workbook for many unions.
BUNDLE = "BUNDLE"
# The source of answers given on the page, member by member.
ANSWERS = "ANSWERS"


class Kind(StrEnum):
    """What a roster claims to be."""

    FULL = "FULL"
    INCREMENT = "INCREMENT"
    REVERIFY = "REVERIFY"

    @property
    def label(self) -> str:
        """The kind's name on the screen."""
        return {"FULL": "全量", "INCREMENT": "增量", "REVERIFY": "复核"}[self]

    @property
    def lists_everybody(self) -> bool:
        """Whether the roster claims to hold all members, so that who is not in it is missing."""
        return self is not Kind.INCREMENT


class State(StrEnum):
    """Where a submission stands. `STAGED` ones are parts of a bundle that is still being split:
    nobody sees them.
    """

    STAGED = "STAGED"
    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    IN_REVIEW = "IN_REVIEW"
    CLOSED = "CLOSED"
    WITHDRAWN = "WITHDRAWN"
    SUPERSEDED = "SUPERSEDED"

    @property
    def label(self) -> str:
        """The state's name on the screen."""
        return {
            "STAGED": "拆分中",
            "DRAFT": "草稿",
            "SUBMITTED": "待审",
            "IN_REVIEW": "审核中",
            "CLOSED": "已办结",
            "WITHDRAWN": "已撤回",
            "SUPERSEDED": "已被新名册替代",
        }[self]


class Act(StrEnum):
    """What can happen to a submission."""

    RELEASE = "release"  # with the last row of its bundle
    HAND_DOWN = "hand_down"  # the same for rows that the clerk has to correct
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    SUPERSEDE = "supersede"
    DECIDE = "decide"  # some rows, others stay pending
    CLOSE = "close"  # no row is pending any more


TRANSITIONS: dict[tuple[State, Act], State] = {
    (State.STAGED, Act.RELEASE): State.SUBMITTED,
    (State.STAGED, Act.HAND_DOWN): State.DRAFT,
    (State.DRAFT, Act.SUBMIT): State.SUBMITTED,
    (State.DRAFT, Act.WITHDRAW): State.WITHDRAWN,
    (State.SUBMITTED, Act.WITHDRAW): State.WITHDRAWN,
    (State.SUBMITTED, Act.SUPERSEDE): State.SUPERSEDED,
    (State.SUBMITTED, Act.DECIDE): State.IN_REVIEW,
    (State.SUBMITTED, Act.CLOSE): State.CLOSED,
    (State.IN_REVIEW, Act.DECIDE): State.IN_REVIEW,
    (State.IN_REVIEW, Act.CLOSE): State.CLOSED,
}

# Only these may be taken for decision; only in these may the clerk still withdraw.
REVIEWABLE = frozenset(state for state, act in TRANSITIONS if act is Act.DECIDE)
WITHDRAWABLE = frozenset(state for state, act in TRANSITIONS if act is Act.WITHDRAW)


class RowState(StrEnum):
    """Where a roster row stands. In a draft all rows are DRAFT (or EXCLUDED by the clerk)."""

    DRAFT = "DRAFT"
    EXCLUDED = "EXCLUDED"
    HELD = "HELD"
    PENDING = "PENDING"
    APPROVED = "APPROVED"
    SENT_BACK = "SENT_BACK"
    REJECTED = "REJECTED"
    REVOKED = "REVOKED"  # was approved, and the approval taken back

    @property
    def label(self) -> str:
        """The row state's name on the screen."""
        return {
            "DRAFT": "草稿",
            "EXCLUDED": "已排除",
            "HELD": "留待改正",
            "PENDING": "待审",
            "APPROVED": "已入库",
            "SENT_BACK": "已退回",
            "REJECTED": "已驳回",
            "REVOKED": "已撤销",
        }[self]


def next_state(state: State, act: Act) -> State | None:
    """Return the state after an act, None when the act is not possible in this state."""
    return TRANSITIONS.get((state, act))
