"""Loading the reference register: everything that a workbook says, in one transaction."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import now, today
from registry.db import allocate, bulk_insert, db, one_of, table_of, transaction, update_many
from registry.errors import InputRefused, NotFound
from registry.reference.counting import link, settle
from registry.reference.models import ReferenceLoad, ReferencePerson
from registry.reference.reading import Read, read
from registry.trail.operations import hold, record
from registry.unions import queries as union_queries
from registry.unions.names import NameBook, shown
from registry.unions.queries import Union
from registry.vault.vault import MOBILE, PERSON, of_person, vault

CHUNK = 5000
FAULTS_KEPT = 1000
_MOST_UNIONS = 100_000
_NAMES = (
    "county",
    "person_key",
    "id",
    "member_key",
    "full_name",
    "document_kind",
    "document_sealed",
    "mobile_key",
    "union_code",
    "union_name",
    "years",
)


class _Former(NamedTuple):
    """What is known of somebody already."""

    person_key: bytes
    full_name: str
    mobile_key: bytes | None
    union_code: str | None
    union_name: str
    years: int


class _People(NamedTuple):
    """The persons of a workbook, ready for the table, but for their sealed numbers."""

    keys: list[bytes]
    mobile_keys: list[bytes | None]
    union_codes: list[str | None]
    union_names: list[str]


class _Outcome(NamedTuple):
    new: int
    changed: int


def load(
    content: bytes,
    *,
    file_name: str,
    county: str,
    actor: Actor,
    year: int | None = None,
    claimed_sha256: str = "",
) -> int:
    """Load a workbook into the reference register of a county; returns the number of the load.

    Nobody becomes a member by it. The same file again changes nothing, another year of the same
    people adds that year. All or nothing: a file that cannot be read to its end (RosterRefused) or
    that does not say enough (`InputRefused`) leaves no trace in the register. Raises `NotFound` /
    `Forbidden` without the permission at the county.
    """
    place = union_queries.find(db.session(), county)
    demand(actor, Permission.LOAD_REGISTER, place.path)
    if place.code != place.county:
        raise NotFound("reference.place", "基础库由市级载入，这里不能载入。")
    digest = sha256(content).hexdigest()
    if claimed_sha256 and claimed_sha256 != digest:
        raise InputRefused("upload.cut_off", "文件没有传完整，请检查网络后重新上传。")
    found = read(content, today(), year)
    people = _ready(found, _name_book(db.session(), place), place.county)
    with transaction() as session:
        hold(session, place.county)
        outcome = _write(session, place.county, found, people)
        link(session, place.county)
        settle(session, place.county)
        return _keep(session, place.county, file_name, digest, found, people, outcome, actor)


def _name_book(session: Session, place: Union) -> NameBook:
    below = union_queries.grassroots(session, place.path, limit=_MOST_UNIONS)
    return NameBook(below, place.name)


def _ready(found: Read, book: NameBook, county: str) -> _People:
    keeper = vault()
    names = {written: shown(written, county) for written in set(found.written)}
    codes = {written: book.union_of(written) for written in names}
    return _People(
        [key for key in keeper.keyed_hashes(PERSON, found.keys) if key is not None],
        keeper.keyed_hashes(MOBILE, found.mobiles),
        [codes[written] for written in found.written],
        [names[written] for written in found.written],
    )


def _write(session: Session, county: str, found: Read, people: _People) -> _Outcome:
    known = _known(session, county, people.keys)
    fresh = [at for at, key in enumerate(people.keys) if key not in known]
    _insert(session, county, found, people, fresh)
    added: dict[int, list[bytes]] = {}
    told: list[dict[str, Any]] = []
    changed = set()
    for at, key in enumerate(people.keys):
        former = known.get(key)
        if former is None:
            continue
        more = found.years[at] & ~former.years
        if more:
            added.setdefault(more, []).append(key)
            changed.add(key)
        new = _newer(former, found, people, at)
        if new is not None:
            told.append({"county": county, "person_key": key, **new})
            changed.add(key)
    for bits, keys in added.items():
        _add_years(session, county, bits, keys)
    update_many(session, ReferencePerson, ("county", "person_key"), told)
    return _Outcome(len(fresh), len(changed))


def _known(session: Session, county: str, keys: Sequence[bytes]) -> dict[bytes, _Former]:
    """Return what is known of these people, a chunk of keys at a time."""
    table = table_of(ReferencePerson).c
    query = select(*(table[name] for name in _Former._fields)).where(table.county == county)
    known: dict[bytes, _Former] = {}
    for start in range(0, len(keys), CHUNK):
        part = one_of(ReferencePerson.person_key, keys[start : start + CHUNK])
        for row in session.connection().execute(query.where(part)):
            known[bytes(row.person_key)] = _Former(*row)
    return known


def _insert(
    session: Session, county: str, found: Read, people: _People, fresh: Sequence[int]
) -> None:
    if not fresh:
        return
    keeper, prefix = vault(), of_person("document_number", b"")
    first = allocate(session, f"reference:{county}", len(fresh))
    keys = [people.keys[at] for at in fresh]
    sealed = keeper.seal_column(
        [found.numbers[at].encode() for at in fresh], [prefix + key for key in keys]
    )
    columns: list[Sequence[Any]] = [
        [county] * len(fresh),
        keys,
        range(first, first + len(fresh)),
        keys,
        [found.names[at] for at in fresh],
        [found.kinds[at] for at in fresh],
        sealed,
        [people.mobile_keys[at] for at in fresh],
        [people.union_codes[at] for at in fresh],
        [people.union_names[at] for at in fresh],
        [found.years[at] for at in fresh],
    ]
    bulk_insert(session, table_of(ReferencePerson), _NAMES, columns)


def _newer(former: _Former, found: Read, people: _People, at: int) -> dict[str, Any] | None:
    """Return what is told anew of somebody, None where it is nothing or of an earlier year. A blank
    never erases what is known.
    """
    if found.years[at].bit_length() < former.years.bit_length():
        return None
    written = people.union_names[at]
    new = (
        found.names[at],
        people.mobile_keys[at] or former.mobile_key,
        people.union_codes[at] if written else former.union_code,
        written or former.union_name,
    )
    old = (former.full_name, former.mobile_key, former.union_code, former.union_name)
    if new == old:
        return None
    return dict(zip(("full_name", "mobile_key", "union_code", "union_name"), new, strict=True))


def _add_years(session: Session, county: str, bits: int, keys: Sequence[bytes]) -> None:
    for start in range(0, len(keys), CHUNK):
        session.execute(
            update(ReferencePerson)
            .where(
                ReferencePerson.county == county,
                one_of(ReferencePerson.person_key, keys[start : start + CHUNK]),
            )
            .values(years=ReferencePerson.years.bitwise_or(bits)),
            execution_options={"synchronize_session": False},
        )


def _keep(
    session: Session,
    county: str,
    file_name: str,
    digest: str,
    found: Read,
    people: _People,
    outcome: _Outcome,
    actor: Actor,
) -> int:
    """Write what became of the rows, and the act on the trail."""
    number = allocate(session, f"reference_load:{county}")
    counts = {
        "row_count": found.total,
        "new_count": outcome.new,
        "changed_count": outcome.changed,
        "same_count": len(found.rows) - outcome.new - outcome.changed,
        "repeated_count": found.repeated,
        "faulty_count": len(found.faults),
        "skipped_count": found.skipped,
        "unplaced_count": people.union_codes.count(None),
    }
    session.add(
        ReferenceLoad(
            county=county,
            id=number,
            file_name=shown(file_name.rpartition("/")[2], county),
            loaded_by=actor.account_id,
            loaded_at=now(),
            faults=_encoded(found.faults[:FAULTS_KEPT]),
            **counts,
        )
    )
    record(
        session,
        "reference.load",
        actor=actor,
        place=county,
        detail={
            "load": number,
            "sha256": digest,
            "total": found.total,
            "ok": len(found.rows),
            "rows_new": outcome.new,
            "error": len(found.faults),
        },
    )
    return number


def _encoded(faults: Iterable[tuple[int, str]]) -> str:
    return msgspec.json.encode([list(one) for one in faults]).decode()
