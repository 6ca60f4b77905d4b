"""What may be told of a member at a place: of other unions no more than that there were."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.identity.mask import Sight
from registry.members.history import HistoryLine
from registry.members.models import EventType
from registry.members.queries import MemberLine
from registry.roster.columns import COLUMNS
from registry.roster.labels import labels_of
from registry.unions.queries import names_within

ELSEWHERE = "其他工会"
_YEAR = 4


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
        if _is_the_other_half(event, names):
            continue
        if event.from_union in names or event.to_union in names:
            lines.append(Told(event, _name(event.from_union, names), _name(event.to_union, names)))
        elif not lines or lines[-1].event is not None:
            lines.append(Told(None))
    return lines[:-1] if lines and lines[-1].event is None else lines


def _is_the_other_half(event: HistoryLine, names: Collection[str]) -> bool:
    """Tell whether an event is the half of a transfer that another union keeps. Who sees both
    unions is told once, by the half of the union that took the member.
    """
    if event.type is EventType.TRANSFER_IN and event.from_union is not None:
        return event.to_union not in names
    if event.type is EventType.TRANSFER_OUT and event.to_union is not None:
        return event.from_union not in names or event.to_union in names
    return False


def particulars(line: MemberLine, sight: Sight) -> list[tuple[str, str]]:
    """Return a member's further fields as pairs of labels, in the order of the roster.

    Of the birthday only the year: together with the masked number the day would give all of it
    away. From the county only what is counted: what was written freely describes one person.
    """
    shown = year_alone(labels_of(line.particulars))
    return [
        (column.label, shown[column.field])
        for column in COLUMNS
        if column.field in shown and (column.kind != "text" or sight > Sight.COUNTY)
    ]


def year_alone(shown: Mapping[str, str]) -> dict[str, str]:
    """Return labels by field with the year in place of the birthday: with the beginning of the
    number the day gives most of it away.
    """
    born_on = shown.get("born_on")
    return {**shown, "born_on": f"{born_on[:_YEAR]} 年"} if born_on else dict(shown)


def _name(code: str | None, names: dict[str, str]) -> str:
    return names.get(code, ELSEWHERE) if code else ""
