"""The few places of a role, for the side bar."""

from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from flask import current_app, g, request
from werkzeug.routing import Map

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.submissions.states import State


class Place(NamedTuple):
    """An entry of the side bar."""

    label: str
    icon: str
    href: str
    active: bool
    badge: int = 0
    heading: str = ""  # of the group that begins with it


class _Entry(NamedTuple):
    label: str
    icon: str
    rule: str
    permission: Permission | None
    # Who has this permission sees another entry instead.
    unless: Permission | None = None


# By what they are for. The headings are shown to who has many places.
_P = Permission
GROUPS: tuple[tuple[str, tuple[_Entry, ...]], ...] = (
    (
        "",
        (
            _Entry("工作台", "house", "/home", None),
            _Entry("进度看板", "speedometer2", "/unions/<code>/dashboard", _P.VIEW_DASHBOARD),
        ),
    ),
    (
        "办理",
        (
            _Entry("花名册导入", "upload", "/unions/<code>/roster", _P.WORK_ROSTER),
            _Entry("审核待办", "clipboard-check", "/unions/<code>/queue", _P.REVIEW),
            _Entry("身份核对", "person-check", "/unions/<code>/identities", _P.REVIEW),
            _Entry(
                "合并报送",
                "layers",
                "/unions/<code>/bundles",
                _P.SEND_FOR_UNIONS,
                _P.LOAD_REGISTER,
            ),
            _Entry("历史名册导入", "layers", "/unions/<code>/bundles", _P.LOAD_REGISTER),
            _Entry("报送记录", "clock-history", "/unions/<code>/submissions", _P.VIEW_SUBMISSIONS),
            _Entry("转会", "arrow-left-right", "/unions/<code>/transfers", _P.VIEW_TRANSFERS),
            _Entry("催办", "bell", "/unions/<code>/reminders", _P.REMIND),
            _Entry("登记与复核", "flag", "/unions/<code>/campaigns", _P.VIEW_CAMPAIGNS),
            _Entry("问题上报", "chat-left-text", "/unions/<code>/questions", _P.VIEW_QUESTIONS),
        ),
    ),
    (
        "会员与工会",
        (
            _Entry("会员名册", "people", "/unions/<code>/members", _P.VIEW_MEMBERS),
            _Entry("个人信息请求", "shield-lock", "/unions/<code>/requests", _P.VIEW_REQUESTS),
            _Entry("医疗互助基础库", "database", "/unions/<code>/reference", _P.VIEW_REFERENCE),
            _Entry("工会组织", "building", "/unions/<code>/unions", _P.VIEW_UNIONS),
        ),
    ),
    (
        "统计与上报",
        (
            _Entry("统计分析", "bar-chart", "/unions/<code>/totals", _P.VIEW_TOTALS),
            _Entry("会员构成", "diagram-3", "/unions/<code>/structure", _P.VIEW_TOTALS),
            _Entry("评比排名", "trophy", "/unions/<code>/ranking", _P.VIEW_TOTALS),
            _Entry("对账", "list-check", "/unions/<code>/discrepancies", _P.VIEW_DISCREPANCIES),
            _Entry("异常核查", "search", "/unions/<code>/anomalies", _P.VIEW_ANOMALIES),
            _Entry("月度封账", "lock", "/unions/<code>/periods", _P.VIEW_PERIODS),
            _Entry("数据核对", "ui-checks", "/unions/<code>/reconcile", _P.RECONCILE),
            _Entry("向上级报送", "send", "/unions/<code>/exchange", _P.EXCHANGE),
        ),
    ),
    (
        "账号与帮助",
        (
            _Entry("代理审核", "person-plus", "/unions/<code>/deputies", _P.NAME_DEPUTY),
            _Entry("经办员账号", "person-vcard", "/unions/<code>/clerks", _P.MANAGE_CLERKS),
            _Entry("账号管理", "person-circle", "/unions/<code>/accounts", _P.MANAGE_ACCOUNTS),
            _Entry("告知书", "file-earmark-text", "/notices", _P.PUBLISH_NOTICE),
            _Entry("备份", "hdd", "/unions/<code>/backups", _P.VIEW_BACKUPS),
            _Entry("操作留痕", "journal-text", "/unions/<code>/trail", _P.VIEW_TRAIL),
            _Entry("填报帮助", "question-circle", "/help", None),
        ),
    ),
)
_MANY = 12


def navigation(actor: Actor) -> list[Place]:
    """Return the places of an actor that exist, the present one marked."""
    known, here = _rules(current_app.url_map), _family()
    groups = [
        (heading, [_place(entry, actor, here) for entry in entries if _opens(entry, actor, known)])
        for heading, entries in GROUPS
    ]
    has_many = sum(len(places) for _, places in groups) > _MANY
    return [
        place._replace(heading=heading) if has_many and at == 0 else place
        for heading, places in groups
        for at, place in enumerate(places)
    ]


def _opens(entry: _Entry, actor: Actor, known: Collection[str]) -> bool:
    if entry.rule not in known or (entry.unless and actor.has(entry.unless)):
        return False
    return entry.permission is None or actor.has(entry.permission)


def _place(entry: _Entry, actor: Actor, here: str) -> Place:
    href = entry.rule.replace("<code>", actor.place)
    return Place(entry.label, entry.icon, href, entry.rule.rpartition("/")[2] == here)


@lru_cache(1)
def _rules(url_map: Map) -> frozenset[str]:
    return frozenset(rule.rule for rule in url_map.iter_rules())


def _family() -> str:
    """Return the last word of the entry that the present page belongs to."""
    first, *rest = request.path.strip("/").split("/")
    if first == "unions" and len(rest) > 1:
        return _BELONGS.get(rest[1], rest[1])
    if first == "submissions" and rest[-1:] == ["identity"]:
        return "identities"
    if first == "submissions" and len(rest) > 1 and rest[1] in _REVIEWING:
        return "queue"
    if first == "submissions":
        submission = g.get("submission")
        return "roster" if submission and submission.state is State.DRAFT else "submissions"
    return first


# Pages without an entry of their own.
_BELONGS = {
    "people": "structure",
    "person": "members",
    "posting": "members",
    "corrections": "members",
    "explanations": "discrepancies",
    "returns": "queue",
    "tokens": "accounts",
    "profile": "unions",
    "bulletins": "ranking",
    "report": "totals",
}
_REVIEWING = {"review", "approve", "send-back", "reject", "decisions", "sample", "take", "release"}
