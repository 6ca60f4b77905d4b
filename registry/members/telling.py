"""A member's history as it may be told at a place: of other unions no more than that there were."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.members.queries import HistoryLine
from registry.unions.queries import names_within

ELSEWHERE = "其他工会"


class Told(NamedTuple):
    """One event with the names of its unions; `event` is None for a time spent elsewhere."""

    event: HistoryLine | None
    from_union: str = ""
    to_union: str = ""


def told(session: Session, history: Sequence[HistoryLine], path: str) -> list[Told]:
    """Return a history, oldest first, for somebody placed at `path`.

    Unions outside that part of the tree are 其他工会. What happened wholly outside is one line
    without day or kind, and nothing where it came after the last that happened inside.
    """
    codes = {code for event in history for code in (event.from_union, event.to_union) if code}
    names = names_within(session, codes, path)
    lines: list[Told] = []
    for event in history:
        if event.from_union in names or event.to_union in names:
            lines.append(Told(event, _name(event.from_union, names), _name(event.to_union, names)))
        elif not lines or lines[-1].event is not None:
            lines.append(Told(None))
    return lines[:-1] if lines and lines[-1].event is None else lines


def _name(code: str | None, names: dict[str, str]) -> str:
    return names.get(code, ELSEWHERE) if code else ""
