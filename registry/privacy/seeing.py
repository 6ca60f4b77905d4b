"""The acts on the trail by which somebody sees people, or takes them along: one line each. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Way(StrEnum):
    """How somebody came to see people."""

    LOOK = "LOOK"  # one person, full values or by number
    FILE = "FILE"  # a file or a list that leaves the site
    QUESTION = "QUESTION"  # a program: is this person a member

    @property
    def label(self) -> str:
        """The way's name on the screen."""
        return {"LOOK": "查看", "FILE": "文件", "QUESTION": "接口核验"}[self]


class Act(NamedTuple):
    """One act: the way, and the entry's detail that counts the people of a file."""

    way: Way
    counted: str = ""


_LOOK, _QUESTION = Act(Way.LOOK), Act(Way.QUESTION)
SEEING: Mapping[str, Act] = {
    "member.open": _LOOK,
    "member.look_up": _LOOK,
    "row.open": _LOOK,
    "identity.open": _LOOK,
    "draft.open": _LOOK,
    "draft.by_hand": _LOOK,
    "request.document": _LOOK,
    "member.eligibility": _QUESTION,
    "roster.blank": Act(Way.FILE, "members"),
    "reference.roster": Act(Way.FILE, "people"),
    "draft.mark": Act(Way.FILE, "rows"),
    "roster.original": Act(Way.FILE),
    "roster.report": Act(Way.FILE, "findings"),
    "bundle.findings": Act(Way.FILE, "rows"),
    "member.post": Act(Way.FILE, "people"),
    "exchange.download": Act(Way.FILE, "count"),
    "exchange.differences": Act(Way.FILE, "rows"),
}
