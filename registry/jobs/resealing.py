"""Sealing everything again with the current key, in small transactions, while the site runs."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from registry.accounts.models import SecondFactor
from registry.db import Model, setting, transaction, update_many
from registry.jobs import files
from registry.members.models import Member
from registry.reference.models import ReferencePerson
from registry.review.models import IdentityCase
from registry.submissions import originals
from registry.submissions.models import Correction, SubmissionRow
from registry.trail.operations import record
from registry.unions.queries import counties
from registry.vault.vault import Vault, of_correction, of_person, of_row, of_second_factor, vault

CHUNK = 1000


class _Sealed(NamedTuple):
    """A table with sealed columns: its key, and the context of each column's values."""

    model: type[Model]
    keys: tuple[str, ...]
    columns: dict[str, Callable[[Any], bytes]]


def _of_person(field: str, key: str = "person_key") -> Callable[[Any], bytes]:
    # A faulty row belongs to no person: what it says stands in its own sealed part only.
    return lambda row: of_person(field, getattr(row, key))


_TABLES = (
    _Sealed(
        Member,
        ("county", "id"),
        {
            "document_sealed": _of_person("document_number"),
            "mobile_sealed": _of_person("mobile"),
        },
    ),
    _Sealed(
        ReferencePerson,
        ("county", "person_key"),
        {"document_sealed": _of_person("document_number")},
    ),
    _Sealed(
        SubmissionRow,
        ("county", "submission_id", "row"),
        {
            "document_sealed": _of_person("document_number"),
            "mobile_sealed": _of_person("mobile"),
            "sealed": lambda row: of_row(row.county, row.submission_id, row.row),
        },
    ),
    _Sealed(
        IdentityCase,
        ("county", "id"),
        {
            "document_sealed": _of_person("document_number"),
            "former_sealed": _of_person("document_number", "former_key"),
        },
    ),
    _Sealed(
        Correction,
        ("county", "submission_id", "number"),
        {"sealed": lambda one: of_correction(one.county, one.submission_id, one.number)},
    ),
    _Sealed(
        SecondFactor,
        ("county", "id"),
        {"sealed": lambda one: of_second_factor(one.county, one.account_id, one.id)},
    ),
)


def reseal_all(say: Callable[[str], None]) -> int:
    """Seal all tables and originals with the current key and the set in force; returns the number
    of values.

    Killed half-way it is simply run again: values under the current key are passed over.
    """
    # Twice: an act that began before may have written behind us with the key it began with.
    count = sum(_reseal_once(say) for _ in range(2))
    with transaction() as session:
        for county in counties(session):
            record(
                session,
                "keys.rotate",
                actor=None,
                actor_name="operator",
                county=county,
                place=county,
                detail={
                    "values": count,
                    "key": vault().current_key,
                    "suite": setting("CRYPTOGRAPHY"),
                },
            )
    return count


def _reseal_once(say: Callable[[str], None]) -> int:
    return sum(_reseal_table(table, say) for table in _TABLES) + _reseal_originals()


def sealed_sample(session: Session, count: int) -> Iterator[tuple[str, bytes, bytes]]:
    """Yield (table, sealed value, its context) for the newest values of each sealed column, `count`
    at most.
    """
    for table in _TABLES:
        newest = [getattr(table.model, key).desc() for key in table.keys]
        for row in session.execute(_read(table).order_by(*newest).limit(count)):
            for column, context in table.columns.items():
                if (sealed := getattr(row, column)) is not None:
                    yield table.model.__tablename__, sealed, context(row)


def _reseal_table(table: _Sealed, say: Callable[[str], None]) -> int:
    count, after = 0, None
    while True:
        with transaction() as session:
            rows = _next(session, table, after)
            if not rows:
                return count
            for column, context in table.columns.items():
                count += _reseal_column(session, table, column, context, rows)
            after = tuple(getattr(rows[-1], key) for key in table.keys)
        say(f"{table.model.__tablename__}：已处理 {count:,} 项")


def _next(session: Session, table: _Sealed, after: tuple[Any, ...] | None) -> list[Any]:
    keys = [getattr(table.model, key) for key in table.keys]
    query = _read(table)
    if after is not None:
        query = query.where(tuple_(*keys) > after)
    # Locked: an edit between reading and writing must not be undone.
    return list(session.execute(query.order_by(*keys).limit(CHUNK).with_for_update()))


def _read(table: _Sealed) -> Select[Any]:
    """Select keys, sealed columns and what their contexts are made of."""
    names = set(table.columns) | set(table.keys)
    names |= {
        name for name in ("person_key", "former_key", "account_id") if hasattr(table.model, name)
    }
    return select(*(getattr(table.model, name) for name in sorted(names)))


def _reseal_column(
    session: Session,
    table: _Sealed,
    column: str,
    context: Callable[[Any], bytes],
    rows: list[Any],
) -> int:
    keeper = vault()
    old = [
        row
        for row in rows
        if (value := getattr(row, column)) is not None and not value.startswith(keeper.current_head)
    ]
    fresh = [
        {key: getattr(row, key) for key in table.keys}
        | {column: _again(keeper, getattr(row, column), context(row))}
        for row in old
    ]
    update_many(session, table.model, table.keys, fresh)
    return len(fresh)


def _again(keeper: Vault, sealed: bytes, context: bytes) -> bytes:
    return keeper.seal(keeper.open(sealed, context), context)


def _reseal_originals() -> int:
    with transaction() as session:
        names = list(files.named(session))
    return sum(originals.reseal(name) for name in names)
