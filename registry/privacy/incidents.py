"""The report on an incident (PIPL art. 57): who saw or took along whom between two instants.

It names accounts, places and files and counts people; it names nobody. The unions named in it see
in their own pages who was looked at.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts.queries import display_names
from registry.clock import SHANGHAI
from registry.db import table_of
from registry.errors import InputRefused
from registry.exchange.files import FileOf, people_in
from registry.privacy.looked import TAKEN
from registry.privacy.seeing import SEEING, Way
from registry.trail.models import TrailEntry
from registry.unions.queries import names_of

_entry = table_of(TrailEntry).c
_AT_A_TIME = 5_000
_DIGESTS = ("sha256", "digest")
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Asked(NamedTuple):
    """What a report is asked about: from the first instant to just before the last one, perhaps of
    one account or one place only.
    """

    county: str
    since: datetime
    until: datetime
    account: str = ""
    place: str = ""


class Taken(NamedTuple):
    """A file that was taken: the entry's number, when, by whom, of which place, what of it is
    known.
    """

    entry: int
    at: datetime
    account: str
    action: str
    place: str
    people: int
    digest: str
    reason: str


@dataclass(slots=True)
class Line:
    """What one account did, or what of one place was seen. `persons` are different ones."""

    name: str = ""
    label: str = ""
    looks: int = 0
    questions: int = 0
    files: int = 0
    people_in_files: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    _persons: set[str] = field(default_factory=set)

    @property
    def persons(self) -> int:
        """How many different people were looked at or asked about one by one."""
        return len(self._persons)

    def add(self, way: Way, at: datetime, person: str, people: int) -> None:
        """Count one entry, in the order of time."""
        self.first_at, self.last_at = self.first_at or at, at
        self.looks += way is Way.LOOK
        self.questions += way is Way.QUESTION
        self.files += way is Way.FILE
        self.people_in_files += people
        if person:
            self._persons.add(person)

    def to_json(self) -> dict[str, Any]:
        """Return the plain values."""
        names = ("name", "label", "looks", "questions", "files", "people_in_files", "persons")
        instants = {"first_at": self.first_at, "last_at": self.last_at}
        return {name: getattr(self, name) for name in names} | {
            name: at.isoformat() if at else None for name, at in instants.items()
        }


@dataclass(slots=True)
class Report:
    """The whole: all together, by account, by place, by token, and the files."""

    asked: Asked
    total: Line = field(default_factory=Line)
    accounts: dict[str, Line] = field(default_factory=dict)
    places: dict[str, Line] = field(default_factory=dict)
    tokens: Counter[int] = field(default_factory=Counter)
    files: list[Taken] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return the document that `registry incident-report --json` prints for one county."""
        return {
            "county": self.asked.county,
            "from": self.asked.since.isoformat(),
            "to": self.asked.until.isoformat(),
            "total": self.total.to_json(),
            "accounts": [line.to_json() for line in self.accounts.values()],
            "unions": [line.to_json() for line in self.places.values()],
            "tokens": [{"token": one, "questions": n} for one, n in sorted(self.tokens.items())],
            "files": [one._asdict() | {"at": one.at.isoformat()} for one in self.files],
        }


def instant_of(text: str) -> datetime:
    """Return the instant that somebody wrote, in Shanghai's time unless it says another.

    Raises `InputRefused` (incident.time).
    """
    try:
        written = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InputRefused(
            "incident.time", f"时间“{text[:30]}”没有看懂，请写成 2018-07-31 14:05。"
        ) from None
    return written if written.tzinfo else written.replace(tzinfo=SHANGHAI)


def report(session: Session, asked: Asked) -> Report:
    """Return who saw whom. Raises `InputRefused` (incident.order) when the time ends before it
    begins.
    """
    if asked.until <= asked.since:
        raise InputRefused("incident.order", "结束时间应在开始时间之后。")
    made = Report(asked)
    owners: dict[str, int] = {}
    of_file = _by_union(session, asked)
    for entry in _entries(session, asked):
        act, detail = SEEING[entry.action], _decode(entry.detail)
        if entry.action == TAKEN:
            places = of_file(FileOf(detail["exchange"], detail["file"]))
            if not places:
                continue
        else:
            places = {entry.place: int(detail.get(act.counted) or 0) if act.counted else 0}
        people = sum(places.values())
        told = (act.way, entry.at, str(detail.get("person", "")))
        by_account = made.accounts.setdefault(entry.actor_name, Line(entry.actor_name))
        for line in (made.total, by_account):
            line.add(*told, people)
        for place, share in places.items():
            made.places.setdefault(place, Line(place)).add(*told, share)
        if "token" in detail:
            made.tokens[detail["token"]] += 1
        if act.way is Way.FILE:
            made.files.append(_file(entry, detail, people))
        owners[entry.actor_name] = entry.actor_id or 0
    _name(session, made, owners)
    return made


def _entries(session: Session, asked: Asked) -> Iterator[Any]:
    """One range of the index for each act; most of a trail is none of them."""
    names = ("number", "at", "actor_id", "actor_name", "action", "place", "detail")
    query = select(*(_entry[name] for name in names)).where(
        _entry.county == asked.county,
        _entry.action.in_(SEEING),
        _entry.at >= asked.since,
        _entry.at < asked.until,
        _entry.result == "done",
    )
    if asked.account:
        query = query.where(_entry.actor_name == asked.account)
    if asked.place:
        # A file for the higher federation is the county's act, and of many unions.
        query = query.where((_entry.place == asked.place) | (_entry.action == TAKEN))
    ordered = query.order_by(_entry.number).execution_options(yield_per=_AT_A_TIME)
    return iter(session.execute(ordered))


def _by_union(session: Session, asked: Asked) -> Callable[[FileOf], dict[str, int]]:
    """Return what counts the people of each union in a file for the higher federation: of the
    place alone that is asked about. A file is counted once, however often it was taken.
    """

    @cache
    def counted(file: FileOf) -> dict[str, int]:
        found = people_in(session, asked.county, file)
        of_all = not asked.place or asked.place == asked.county
        return found if of_all else {one: n for one, n in found.items() if one == asked.place}

    return counted


def _file(entry: Any, detail: dict[str, Any], people: int) -> Taken:
    digest = next((str(detail[name]) for name in _DIGESTS if name in detail), "")
    reason = str(detail.get("reason", ""))
    return Taken(
        entry.number, entry.at, entry.actor_name, entry.action, entry.place, people, digest, reason
    )


def _name(session: Session, made: Report, owners: dict[str, int]) -> None:
    shown = display_names(session, owners.values())
    for name, line in made.accounts.items():
        line.label = shown.get(owners[name], name)
    places: Iterable[str] = made.places
    named = names_of(session, places)
    for code, line in made.places.items():
        line.label = named.get(code, code)
