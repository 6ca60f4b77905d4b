"""The bare floor of the main job: read, judge, protect and commit rosters, and nothing else.

No framework, no operation, no state: calamine in this process, a table or a set for each column,
AES-GCM over number, mobile and the raw row, HMAC over number and mobile, one transaction into a
table shaped and indexed like the product's. It finds faults only to have looked for them.

Run as `python -m bench.floor ADDRESS WORKBOOK …`: each workbook is a transaction of its own; the
CPU seconds of each, the server's included, are printed as JSON.
"""

import csv
import gc
import hmac
import json
import os
import re
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import islice, repeat
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from python_calamine import CalamineWorkbook

from bench.measure import backend_cpu, cpu_seconds
from bench.roster import CHECKS, FIELDS, SEEDS, WEIGHTS
from bench.roster import CODED as LABELLED

CODED = {**LABELLED, "skill_level": "skill_level"}
YES_NO = {"是": "1", "否": "0", "": None}
OPEN = tuple(field for field in FIELDS if field not in ("document_number", "mobile"))
KEY = bytes(32)
COLUMNS = (
    *("county", "submission_id", "row", "state", "worst", "match", "change", "changed_on"),
    *("person_key", "full_name", "document_kind", "document_sealed", "mobile_sealed"),
    *("mobile_key", "clean", "filled", "sealed", "version"),
)
# The columns, the key and the indexes of `submission_row`; CREATE's types do for both engines.
SCHEMA = (
    "CREATE TABLE floor_row (county VARCHAR(6) NOT NULL, submission_id BIGINT NOT NULL,"
    " row INTEGER NOT NULL, state VARCHAR(12) NOT NULL, worst VARCHAR(8) NOT NULL,"
    " match VARCHAR(12), change VARCHAR(2) NOT NULL, changed_on VARCHAR(10), person_key {bytes},"
    " full_name VARCHAR(200), document_kind VARCHAR(2), document_sealed {bytes},"
    " mobile_sealed {bytes}, mobile_key {bytes}, clean TEXT NOT NULL, filled SMALLINT NOT NULL,"
    " sealed {bytes} NOT NULL, version INTEGER NOT NULL,"
    " PRIMARY KEY (county, submission_id, row))",
    "CREATE INDEX floor_row_worst ON floor_row (county, submission_id, worst, row)",
    "CREATE INDEX floor_row_person ON floor_row (county, submission_id, person_key)",
)
_TYPES = {
    **dict.fromkeys(("row", "version"), "int4"),
    **{"submission_id": "int8", "filled": "int2"},
    **dict.fromkeys(
        ("person_key", "document_sealed", "mobile_sealed", "mobile_key", "sealed"), "bytea"
    ),
}

CHUNK = 5000

Column = Sequence[Any]
Columns = dict[str, Column]
Tables = dict[str, dict[str, str | None]]


def main(address: str, files: Sequence[str]) -> list[float]:
    """Store each workbook; return the CPU seconds of each."""
    gc.disable()  # nothing here forms cycles
    spent = []
    with connected(address) as (connection, is_postgresql):

        def used() -> float:
            server = backend_cpu(connection.info.backend_pid) if is_postgresql else 0.0
            return cpu_seconds() + server

        for statement in SCHEMA:
            kind = "BYTEA" if is_postgresql else "BLOB"
            connection.execute(statement.format(bytes=kind))
        connection.commit()
        for number, file in enumerate(files, start=1):
            before = used()
            _store(connection, stored(number, file), is_postgresql=is_postgresql)
            spent.append(used() - before)
    return spent


def stored(number: int, file: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a workbook, ready for the table."""
    seen: set[str] = set()
    tables = _tables()
    first = 2
    for raw in read(file):
        clean, faulty = judged(raw, tables, seen)
        yield from protected(number, first, raw, clean, faulty)
        first += len(raw["full_name"])


def read(file: str) -> Iterator[Columns]:
    """Yield a workbook's columns by field, some rows at a time, below its header line."""
    rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).iter_rows()
    next(rows)
    while chunk := list(islice(rows, CHUNK)):
        yield dict(zip(FIELDS, zip(*chunk, strict=True), strict=True))


def judged(raw: Columns, tables: Tables, seen: set[str]) -> tuple[Columns, set[int]]:
    """Return clean columns and the indexes of faulty rows; `seen` are the numbers so far."""
    faulty: set[int] = set()
    clean = dict(raw)
    for field, table in tables.items():
        unknown = set(raw[field]) - table.keys()
        if unknown:
            faulty.update(i for i, value in enumerate(raw[field]) if value in unknown)
        clean[field] = list(map(table.get, raw[field]))
    for field in ("born_on", "changed_on"):
        faulty.update(_wrong(raw[field], _is_day))
    for field in ("full_name", "employer_name", "household_region", "post"):
        faulty.update(_wrong(raw[field], str.strip))
    faulty.update(_wrong(raw["mobile"], re.compile(r"1[3-9]\d{9}").fullmatch))
    faulty.update(_wrong_numbers(raw["document_number"], raw["born_on"], raw["sex"], seen))
    return clean, faulty


def protected(
    number: int, first: int, raw: Columns, clean: Columns, faulty: set[int]
) -> Iterator[tuple[Any, ...]]:
    """Return rows for the table: sealed, hashed and packed."""
    count = len(raw["full_name"])
    cipher, encode = AESGCM(bytes(32)), msgspec.json.encode
    documents = [value.encode() for value in raw["document_number"]]
    telephones = [value.encode() for value in raw["mobile"]]
    persons = [hmac.digest(KEY, value, "sha256") for value in documents]
    cleaned = zip(*(clean[field] for field in OPEN), strict=True)
    packed = map(encode, zip(*raw.values(), strict=True))
    worst = ["ok"] * count
    for i in faulty:
        worst[i] = "error"
    return zip(
        repeat("331083", count),
        repeat(number, count),
        range(first, first + count),
        repeat("PENDING", count),
        worst,
        repeat("NEW", count),
        repeat("1", count),
        clean["changed_on"],
        persons,
        clean["full_name"],
        repeat("1", count),
        _sealed(cipher, documents, persons),
        _sealed(cipher, telephones, persons),
        [hmac.digest(KEY, value, "sha256") for value in telephones],
        [encode(dict(zip(OPEN, row, strict=True))).decode() for row in cleaned],
        repeat(19, count),
        _sealed(cipher, packed, persons),
        repeat(1, count),
        strict=True,
    )


def _sealed(cipher: AESGCM, plains: Iterable[bytes], contexts: Sequence[bytes]) -> list[bytes]:
    nonces = os.urandom(12 * len(contexts))
    sealed = []
    for at, (plain, context) in enumerate(zip(plains, contexts, strict=True)):
        nonce = nonces[at * 12 : at * 12 + 12]
        sealed.append(nonce + cipher.encrypt(nonce, plain, context))
    return sealed


def _wrong(values: Column, good: Any) -> list[int]:
    """Return where values are not good, each distinct one judged once."""
    bad = {value for value in set(values) if not good(value)}
    return [i for i, value in enumerate(values) if value in bad] if bad else []


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value) <= date.today()  # noqa: DTZ011 - any day will do
    except ValueError:
        return False


def _wrong_numbers(numbers: Column, born: Column, sexes: Column, seen: set[str]) -> list[int]:
    """Judge region, day and check character by tables of their distinct parts; then the row."""
    regions = {head: _weight(head, 0) for head in {number[:6] for number in numbers}}
    days = {day: _weight(day, 6) for day in {number[6:14] for number in numbers}}
    tails = {tail: _weight(tail, 14) for tail in {number[14:17] for number in numbers}}
    born_on = {day: day.replace("-", "") for day in set(born)}
    wrong = []
    for i, (number, day, sex) in enumerate(zip(numbers, born, sexes, strict=True)):
        rest = regions[number[:6]] + days[number[6:14]] + tails[number[14:17]]
        if (
            number[17:] != CHECKS[rest % 11]
            or born_on[day] != number[6:14]
            or (sex == "男") != (number[16] in "13579")
            or number in seen
        ):
            wrong.append(i)
        seen.add(number)
    return wrong


def _weight(digits: str, at: int) -> int:
    if not digits.isdecimal():
        return 0
    return sum(int(digit) * WEIGHTS[at + i] for i, digit in enumerate(digits))


def _tables() -> Tables:
    tables: Tables = {}
    for field, name in CODED.items():
        with (SEEDS / "codes" / f"{name}.csv").open(encoding="utf-8") as file:
            tables[field] = {"": None} | {row["label"]: row["code"] for row in csv.DictReader(file)}
    return tables | dict.fromkeys(("is_migrant_worker", "is_dispatched", "in_mutual_aid"), YES_NO)


@contextmanager
def connected(address: str) -> Iterator[tuple[Any, bool]]:
    """Lend a driver's own connection, set up as the product's; and whether it is PostgreSQL's."""
    if address.startswith("postgresql"):
        import psycopg

        with psycopg.connect(address.replace("+psycopg", "", 1)) as connection:
            yield connection, True
        return
    path = Path(address.removeprefix("sqlite:///"))
    lite = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536"):
        lite.execute(f"PRAGMA {pragma}").close()
    try:
        yield lite, False
    finally:
        lite.close()


def _store(connection: Any, rows: Iterable[tuple[Any, ...]], *, is_postgresql: bool) -> None:
    listed = ", ".join(COLUMNS)
    cursor = connection.cursor()
    if is_postgresql:
        with cursor.copy(f"COPY floor_row ({listed}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types([_TYPES.get(name, "text") for name in COLUMNS])
            for row in rows:
                copy.write_row(row)
    else:
        marks = ", ".join("?" * len(COLUMNS))
        cursor.execute("BEGIN IMMEDIATE")
        cursor.executemany(f"INSERT INTO floor_row ({listed}) VALUES ({marks})", rows)  # noqa: S608
    connection.commit()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], sys.argv[2:])))
