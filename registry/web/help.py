"""Help: what each finding means and how it is put right, for all who are signed in."""

from typing import NamedTuple
from urllib.parse import urlsplit

from flask import Blueprint, abort, g, render_template, request, url_for

from registry.access.roles import Permission
from registry.db import db
from registry.questions import queries as questions
from registry.roster.help import Help, helps
from registry.roster.messages import TITLES, sentence
from registry.roster.rules import RULES, Rule
from registry.web.guard import safe_next, signed_in_only
from registry.web.help_picture import draw

blueprint = Blueprint("help", __name__)


class Group(NamedTuple):
    """Rules of one weight, with what that weight means."""

    key: str
    label: str
    tone: str
    icon: str
    hint: str
    codes: list[str]


_GROUPS = (
    ("error", "需改正", "red", "exclamation-circle", "不改不能提交。"),
    ("warning", "提醒", "amber", "exclamation-triangle", "请核对，没有错就可以提交。"),
    ("fixed", "自动修正", "grey", "magic", "系统已经整理好的，看一眼就行。"),
    ("file", "整个文件", "blue", "file-earmark-excel", "说的是整份花名册，不是某一格。"),
    ("refused", "文件不能读取", "red", "x-circle", "没有留下草稿，会员库没有变化，改好重新上传。"),
)


# How many answers are shown here; the list has all.
_ASKED, _ASKED_OF_RULE = 5, 20
_WORDS = 5


@blueprint.get("/help")
@signed_in_only
def index() -> str:
    """List all rules by weight; `q` keeps those that say it."""
    words = request.args.get("q", "").strip()[:50]
    groups = [
        Group(key, label, tone, icon, hint, _matching(key, words))
        for key, label, tone, icon, hint in _GROUPS
    ]
    return render_template(
        "help/index.html",
        words=words,
        groups=[group for group in groups if group.codes],
        titles=TITLES,
        helps=helps(),
        asked=questions.published(
            db.session(), g.actor.county, words=words.split()[:_WORDS], limit=_ASKED
        ),
        ask=_ask(),
        back=_back(),
    )


@blueprint.get("/help/<rule>")
@signed_in_only
def page(rule: str) -> str:
    """Show the help of one rule, by its code."""
    if rule not in RULES:
        abort(404)
    known = helps()[rule]
    return render_template(
        "help/page.html",
        help=known,
        title=TITLES[rule],
        said=sentence(rule, **known.facts),
        group=next(group for group in _GROUPS if group[0] == group_of(RULES[rule])),
        drawing=draw(known.picture),
        related=[(code, TITLES[code]) for code in known.related],
        asked=questions.published(db.session(), g.actor.county, rule=rule, limit=_ASKED_OF_RULE),
        ask=_ask(rule),
        back=_back(),
    )


def group_of(rule: Rule) -> str:
    """Return the group of a rule: its severity, but what is said of a whole file stands apart."""
    if rule.severity == "warning" and rule.level == "file":
        return "file"
    return rule.severity


def _matching(key: str, words: str) -> list[str]:
    return [
        code
        for code, rule in RULES.items()
        if group_of(rule) == key and _says(helps()[code], words.casefold())
    ]


def _says(known: Help, words: str) -> bool:
    text = "\n".join(
        (
            known.code,
            TITLES[known.code],
            sentence(known.code, **known.facts),
            known.means,
            known.why,
            *known.page,
            *known.sheet,
        )
    )
    return all(word in text.casefold() for word in words.split())


def _ask(rule: str | None = None) -> str:
    """Return where the reader may ask; "" for who does not ask."""
    if not g.actor.has(Permission.ASK_QUESTIONS):
        return ""
    return url_for("questions.asking", code=g.actor.place, rule=rule)


def _back() -> str:
    """Return the page that the reader came from: carried along between help pages, else the one
    that had the link. Only pages of this site, and never help itself."""
    carried = safe_next(request.args.get("back"))
    if carried and not _is_help(carried):
        return carried
    came = urlsplit(request.referrer or "")
    if came.netloc != request.host:
        return ""
    target = came.path + (f"?{came.query}" if came.query else "")
    return target if safe_next(target) and not _is_help(target) else ""


def _is_help(address: str) -> bool:
    path, here = urlsplit(address).path, url_for("help.index")
    return path == here or path.startswith(f"{here}/")
