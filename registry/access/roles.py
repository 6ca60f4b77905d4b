"""The five roles, the permissions, and the table that joins them."""

from enum import StrEnum


class Role(StrEnum):
    """What an account is for."""

    CLERK = "CLERK"
    REVIEWER = "REVIEWER"
    AUDITOR = "AUDITOR"
    ADMINISTRATOR = "ADMINISTRATOR"
    LOG_KEEPER = "LOG_KEEPER"

    @property
    def label(self) -> str:
        """The role's name on the screen."""
        return ROLE_LABELS[self]


ROLE_LABELS: dict[Role, str] = {
    Role.CLERK: "基层经办员",
    Role.REVIEWER: "审核员",
    Role.AUDITOR: "市级管理员",
    Role.ADMINISTRATOR: "系统管理员",
    Role.LOG_KEEPER: "安全审计员",
}

# Separation of powers: no account holds two of these.
SEPARATE: frozenset[Role] = frozenset({Role.AUDITOR, Role.ADMINISTRATOR, Role.LOG_KEEPER})


class Permission(StrEnum):
    """One thing that may be done at a place of the tree."""

    WORK_ROSTER = "WORK_ROSTER"  # upload, correct, submit, withdraw, enter by hand
    SEND_FOR_UNIONS = "SEND_FOR_UNIONS"  # one roster for many unions of the place
    LOAD_REGISTER = (
        "LOAD_REGISTER"  # the same for a whole county, as bulk work; people known before
    )
    VIEW_SUBMISSIONS = "VIEW_SUBMISSIONS"
    REVIEW = "REVIEW"  # approve, send back, reject, take an approval back
    VIEW_TRANSFERS = "VIEW_TRANSFERS"
    ASK_TRANSFERS = "ASK_TRANSFERS"  # withdraw what was asked for, appeal
    ANSWER_TRANSFERS = "ANSWER_TRANSFERS"  # let a member go, or object
    SETTLE_TRANSFERS = "SETTLE_TRANSFERS"  # decide where the unions do not agree
    REMIND = "REMIND"  # see which unions are behind, with notices to copy
    VIEW_CAMPAIGNS = "VIEW_CAMPAIGNS"
    RUN_CAMPAIGNS = "RUN_CAMPAIGNS"  # begin, prolong, close
    RUN_REGISTRATION = "RUN_REGISTRATION"  # the county's registration: units, phases, targets
    VIEW_QUESTIONS = "VIEW_QUESTIONS"
    ASK_QUESTIONS = "ASK_QUESTIONS"  # ask, close, ask again
    ANSWER_QUESTIONS = "ANSWER_QUESTIONS"  # answer, pass up, merge
    PUBLISH_ANSWERS = "PUBLISH_ANSWERS"  # as help for everybody
    VIEW_REFERENCE = "VIEW_REFERENCE"  # the reference register beside the members, masked
    VIEW_MEMBERS = "VIEW_MEMBERS"  # masked
    OPEN_MEMBER = "OPEN_MEMBER"  # one full value, with a reason, on the trail
    ASK_ELIGIBILITY = "ASK_ELIGIBILITY"  # a program: is this person a member, yes or no
    VIEW_UNIONS = "VIEW_UNIONS"
    MANAGE_UNIONS = "MANAGE_UNIONS"  # register, found, elect, change, merge, split, dissolve …
    VIEW_TOTALS = "VIEW_TOTALS"
    EXCHANGE = "EXCHANGE"  # batches for the higher federation, numbers in full, and its receipts
    VIEW_DASHBOARD = "VIEW_DASHBOARD"  # how the work goes, and the large screen
    RECONCILE = "RECONCILE"
    VIEW_DISCREPANCIES = "VIEW_DISCREPANCIES"  # declared, sent in, admitted, known: side by side
    VIEW_EXPLANATIONS = "VIEW_EXPLANATIONS"  # why numbers do not agree, in the union's words
    EXPLAIN = "EXPLAIN"
    ASK_EXPLANATIONS = "ASK_EXPLANATIONS"  # ask, accept, ask again
    VIEW_ANOMALIES = "VIEW_ANOMALIES"  # what looks doubtful of unions: see, close with a note
    AUDIT_REVIEW = "AUDIT_REVIEW"  # look for anomalies; see and close those about reviewers
    VIEW_PERIODS = "VIEW_PERIODS"  # closed months
    CLOSE_PERIODS = "CLOSE_PERIODS"  # close, open again, verify, take out with its signature
    NAME_DEPUTY = "NAME_DEPUTY"  # who reviews for a reviewer who is away
    MANAGE_CLERKS = "MANAGE_CLERKS"  # the clerks' accounts of the unit's unions
    MANAGE_ACCOUNTS = "MANAGE_ACCOUNTS"
    VIEW_REQUESTS = "VIEW_REQUESTS"  # what members ask about their own particulars
    ASK_REQUESTS = "ASK_REQUESTS"  # write down what a member asks; withdraw it
    DECIDE_REQUESTS = "DECIDE_REQUESTS"  # grant, refuse
    PUBLISH_NOTICE = "PUBLISH_NOTICE"  # what people are told is done with their particulars
    VIEW_BACKUPS = "VIEW_BACKUPS"  # when backups were made, never what is in them
    VIEW_TRAIL = "VIEW_TRAIL"


_P = Permission

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.CLERK: frozenset(
        {
            _P.WORK_ROSTER,
            _P.VIEW_SUBMISSIONS,
            _P.VIEW_TRANSFERS,
            _P.ASK_TRANSFERS,
            _P.ANSWER_TRANSFERS,
            _P.VIEW_CAMPAIGNS,
            _P.VIEW_QUESTIONS,
            _P.ASK_QUESTIONS,
            _P.VIEW_REFERENCE,
            _P.VIEW_MEMBERS,
            _P.OPEN_MEMBER,
            _P.VIEW_UNIONS,
            _P.VIEW_TOTALS,
            _P.VIEW_EXPLANATIONS,
            _P.EXPLAIN,
            _P.VIEW_REQUESTS,
            _P.ASK_REQUESTS,
        }
    ),
    Role.REVIEWER: frozenset(
        {
            _P.SEND_FOR_UNIONS,
            _P.VIEW_SUBMISSIONS,
            _P.REVIEW,
            _P.VIEW_TRANSFERS,
            _P.ANSWER_TRANSFERS,
            _P.SETTLE_TRANSFERS,
            _P.REMIND,
            _P.VIEW_CAMPAIGNS,
            _P.RUN_CAMPAIGNS,
            _P.VIEW_QUESTIONS,
            _P.ANSWER_QUESTIONS,
            _P.VIEW_REFERENCE,
            _P.VIEW_MEMBERS,
            _P.OPEN_MEMBER,
            _P.VIEW_UNIONS,
            _P.MANAGE_UNIONS,
            _P.VIEW_TOTALS,
            _P.VIEW_DISCREPANCIES,
            _P.VIEW_EXPLANATIONS,
            _P.ASK_EXPLANATIONS,
            _P.VIEW_ANOMALIES,
            _P.VIEW_DASHBOARD,
            _P.VIEW_PERIODS,
            _P.VIEW_REQUESTS,
            _P.ASK_REQUESTS,
            _P.DECIDE_REQUESTS,
            _P.NAME_DEPUTY,
            _P.MANAGE_CLERKS,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            _P.SEND_FOR_UNIONS,
            _P.LOAD_REGISTER,
            _P.VIEW_SUBMISSIONS,
            _P.VIEW_TRANSFERS,
            _P.SETTLE_TRANSFERS,
            _P.REMIND,
            _P.VIEW_CAMPAIGNS,
            _P.RUN_CAMPAIGNS,
            _P.RUN_REGISTRATION,
            _P.VIEW_QUESTIONS,
            _P.ANSWER_QUESTIONS,
            _P.PUBLISH_ANSWERS,
            _P.VIEW_REFERENCE,
            _P.VIEW_MEMBERS,
            _P.ASK_ELIGIBILITY,
            _P.VIEW_UNIONS,
            _P.MANAGE_UNIONS,
            _P.VIEW_TOTALS,
            _P.EXCHANGE,
            _P.VIEW_DASHBOARD,
            _P.RECONCILE,
            _P.VIEW_DISCREPANCIES,
            _P.VIEW_EXPLANATIONS,
            _P.ASK_EXPLANATIONS,
            _P.VIEW_ANOMALIES,
            _P.AUDIT_REVIEW,
            _P.VIEW_PERIODS,
            _P.CLOSE_PERIODS,
            _P.VIEW_REQUESTS,
            _P.DECIDE_REQUESTS,
            _P.PUBLISH_NOTICE,
        }
    ),
    Role.ADMINISTRATOR: frozenset({_P.NAME_DEPUTY, _P.MANAGE_ACCOUNTS, _P.VIEW_BACKUPS}),
    Role.LOG_KEEPER: frozenset({_P.VIEW_TRAIL}),
}

# What a deputy may at the other's unit: review, and nothing that reviewing does not take. Not the
# register and the totals; not transfers, where the deputy's own unit may be the other side.
DEPUTY: frozenset[Permission] = frozenset({_P.VIEW_SUBMISSIONS, _P.REVIEW, _P.OPEN_MEMBER})
