"""Rosters of many unions as files, and the way of one in a few calls."""

from collections.abc import Iterable, Mapping
from typing import Any

from registry.access.actor import Actor
from registry.db import db
from registry.jobs import bundles
from registry.submissions.bundles import operations, queries
from registry.submissions.bundles.queries import BundleView
from seeds.people import Person
from tests.factories.numbers import spoilt
from tests.factories.people import label_row, make_people, table
from tests.factories.rosters import csv_of
from tests.factories.unions import make_union

TOWNSHIP = "331083001"
UNIONS = {
    "3310830010011": "试验市青禾阀门有限公司工会委员会",
    "3310830010012": "试验市漩门水产有限公司工会委员会",
    "3310830010013": "楚门文旦合作社工会委员会",
}
# As a reviewer's sheet writes them: by name, nearly so, by code.
WRITTEN = (
    "试验市青禾阀门有限公司工会委员会",
    " 漩门水产有限公司工会 ",
    "3310830010013",
)


def make_unions() -> None:
    """Make the county, its township and the unions that the files here name."""
    make_union("331083", name="试验市总工会")
    for code, name in UNIONS.items():
        make_union(code, name=name)


def make_bundle(
    people: Iterable[Person],
    written: Iterable[str] = WRITTEN,
    changes: Mapping[int, Mapping[str, Any]] | None = None,
) -> bytes:
    """Return a CSV roster whose persons belong to the written names in turn; `changes` as in
    `make_roster`.
    """
    names = list(written)
    rows = [
        label_row(person, **(changes or {}).get(place, {}))
        | {"所属工会": names[place % len(names)]}
        for place, person in enumerate(people)
    ]
    return csv_of(table(rows))


def read_in(content: bytes, actor: Actor, place: str = TOWNSHIP) -> int:
    """Upload and read a bundle; returns its number, its names told apart."""
    received = bundles.upload(content, file_name="合并名册.csv", place_code=place, actor=actor)
    assert received.batch_id is not None
    bundles.run_now(received.batch_id)
    return received.bundle_id


def messy(count: int) -> bytes:
    """Return a file with faulty rows, a doubled person, and rows that nobody sends."""
    people = make_people(count - 1)
    changes = {i: {"document_number": spoilt(people[i].number)} for i in range(0, count - 1, 50)}
    return make_bundle([*people, people[1]], [*WRITTEN, "别处"], changes)


def ready(content: bytes, actor: Actor) -> int:
    """Upload, read, leave out what is unknown; returns the bundle's number."""
    bundle_id = read_in(content, actor)
    left_out = {one.number: "-" for one in names(bundle_id) if one.how == "OPEN"}
    operations.choose(bundle_id, left_out, actor=actor)
    return bundle_id


def split(bundle_id: int, actor: Actor) -> BundleView:
    """Confirm the unions and do the split; returns the bundle as it stands then."""
    bundles.run_now(bundles.confirm(bundle_id, actor=actor))
    return view(bundle_id)


def choose(bundle_id: int, actor: Actor, **texts: str) -> int:
    """Answer names by what is written: `choose(1, actor, 别处="-")`."""
    by_text = {one.written: one.number for one in names(bundle_id)}
    chosen = {by_text[written]: text for written, text in texts.items()}
    return operations.choose(bundle_id, chosen, actor=actor)


def names(bundle_id: int) -> list[queries.NameView]:
    """Return the names of a bundle."""
    return queries.names(db.session(), view(bundle_id))


def view(bundle_id: int, place: str = TOWNSHIP) -> BundleView:
    """Return a bundle as it stands now."""
    db.session.rollback()
    return queries.find(db.session(), bundle_id, place)


def parts_of(bundle_id: int) -> dict[str, Any]:
    """Return what each union got, by its code."""
    return {one.union_code: one for one in queries.parts(db.session(), view(bundle_id))}
