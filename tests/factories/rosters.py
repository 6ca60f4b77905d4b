"""Rosters as files, and the way of a roster in one call each."""

import csv
import io
from collections.abc import Iterable, Sequence

from registry.access.actor import Actor
from registry.access.roles import Role
from registry.jobs.operations import import_now
from registry.submissions.operations import submit
from registry.submissions.states import Kind
from seeds.people import Person
from tests.factories.accounts import make_actor
from tests.factories.people import label_row, table

UNION, OTHER_UNION = "3310830010001", "3310830010002"
FIRST_ROW = 2  # below the header, as Excel counts


def make_roster(
    people: Iterable[Person], changes: dict[int, dict[str, object]] | None = None
) -> bytes:
    """Return a CSV roster; `changes` maps a person's place (from 0) to fields with other values."""
    rows = [label_row(person, **(changes or {}).get(i, {})) for i, person in enumerate(people)]
    return csv_of(table(rows))


def csv_of(lines: Sequence[Sequence[object]]) -> bytes:
    """Return lines as CSV bytes in UTF-8."""
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue().encode()


def make_clerk(union: str = UNION) -> Actor:
    """Make a union's clerk."""
    return make_actor(Role.CLERK, union)


def make_reviewer(township: str = "331083001") -> Actor:
    """Make a review unit's reviewer."""
    return make_actor(Role.REVIEWER, township)


def take_in(
    content: bytes, clerk: Actor, *, union: str = UNION, kind: Kind = Kind.INCREMENT
) -> int:
    """Upload and read a roster; returns the number of its draft."""
    received = import_now(content, file_name="花名册.csv", union_code=union, kind=kind, actor=clerk)
    return received.submission_id


def send_in(
    content: bytes, clerk: Actor, *, union: str = UNION, kind: Kind = Kind.INCREMENT
) -> int:
    """Upload, read and submit a roster, faulty rows held back; returns its number."""
    number = take_in(content, clerk, union=union, kind=kind)
    return submit(number, actor=clerk, hold_errors=True).submission_id
