#!/usr/bin/env python3
"""Verify the trail without any code of the product, for whoever does not want to trust it.

    python3 verify-trail.py DATABASE [--heads FOLDER] [--key PUBLIC.pem ...]

DATABASE is the SQLite file, or postgresql://… (then psycopg must be installed; nothing else is
needed but Python 3.11). FOLDER is where signed heads were written to; with --key only heads signed
by these keys count, else those of the keys lying there. Signatures are checked by `openssl`.
Prints what is wrong, one line each. Exit: 0 holds, 1 does not, 2 could not be read.
"""

import argparse
import hashlib
import json
import sqlite3
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

COLUMNS = "county, number, at, actor_id, actor_name, action, place, result, detail"
ENTRIES = f"SELECT {COLUMNS}, previous, hash, suite FROM trail_entry ORDER BY county, number"
HEADS = "SELECT county, number, hash FROM trail_head"
PERSONS = "SELECT county, number, person_key FROM trail_person ORDER BY county, number"
HASHES = {1: "sha256", 2: "sm3"}


def query(database, statement):
    """Yield the rows of a statement."""
    if database.startswith("postgres"):
        import psycopg

        # A cursor on the server: the trail may be long.
        with (
            psycopg.connect(database.replace("+psycopg", "")) as connection,
            connection.cursor("trail") as cursor,
        ):
            yield from cursor.execute(statement)
        return
    connection = sqlite3.connect(f"{Path(database).resolve().as_uri()}?mode=ro", uri=True)
    # What is no UTF-8 is read all the same: it has another hash.
    connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
    try:
        yield from connection.execute(statement)
    finally:
        connection.close()


def stamp(at):
    """Return an instant as it was hashed: ISO 8601 in UTC with microseconds."""
    at = datetime.fromisoformat(at).replace(tzinfo=UTC) if isinstance(at, str) else at
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def chain_hash(previous, fields, suite):
    """Return the hash over the one before and the fields, a JSON list without blanks; None where
    there is something else than was ever hashed.
    """
    try:
        fields = [*fields[:2], stamp(fields[2]), *fields[3:]]
        text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
        return hashlib.new(HASHES[suite], previous + text.encode()).digest()
    except (LookupError, TypeError, ValueError):
        return None


def persons_of(detail):
    """Return the keyed hashes of the people that an entry's detail names."""
    said = json.loads(detail) if '"person' in detail else {}
    return {bytes.fromhex(key) for key in (said.get("person"), *said.get("persons", ())) if key}


def index_of_persons(database):
    """Return the index of entries by person as the database has it: county and number → keys."""
    named = {}
    for county, number, key in query(database, PERSONS):
        named.setdefault((county, number), set()).add(key)
    return named


def chains(database, kept):
    """Return each county's last number and hash, and the first fault of each."""
    ends, faults, named = {}, {}, index_of_persons(database)
    for *fields, previous, digest, suite in query(database, ENTRIES):
        county, number = fields[:2]
        if county in faults:
            continue
        last, before = ends.get(county, (0, bytes(32)))
        if number != last + 1:
            faults[county] = (last + 1, "missing")
        elif previous != before or digest != chain_hash(previous, fields, suite):
            faults[county] = (number, "changed or reordered")
        elif digest not in kept.get(county, {}).get(number, {digest}):
            faults[county] = (number, "not what the signed head says")
        elif persons_of(fields[-1]) != named.pop((county, number), set()):
            faults[county] = (number, "the index of persons says otherwise")
        ends[county] = (number, digest)
    for county, number in named:
        faults.setdefault(county, (number, "the index of persons names an entry that is not there"))
    return ends, faults


def is_signed(line, folder, keys):
    """Tell whether a line of heads carries a signature of one of the keys."""
    with tempfile.TemporaryDirectory() as scratch:
        document, signature = Path(scratch, "document"), Path(scratch, "signature")
        document.write_text(line["document"], "utf-8")
        signature.write_bytes(bytes.fromhex(line["signature"]))
        given = ["-rawin", "-in", document, "-sigfile", signature]
        commands = (
            ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key, *given]
            for key in keys or sorted(folder.glob("*.pem"))
        )
        return any(not subprocess.run(one, capture_output=True).returncode for one in commands)


def signed_heads(folder, keys):
    """Return the heads kept at the second place: county → number → hashes.

    The signature is checked of each file's last line: what stands before it must fit the same
    chain. A torn line says nothing and is passed over.
    """
    kept = {}
    for path in sorted(folder.glob("*.jsonl")):
        line = None
        for text in path.read_text("utf-8", "replace").splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                continue
            head = json.loads(line["document"])
            numbers = kept.setdefault(head["county"], {})
            numbers.setdefault(head["number"], set()).add(bytes.fromhex(head["hash"]))
        if line and not is_signed(line, folder, keys):
            raise ValueError(f"{path.name}: the last head is not signed by any of the keys")
    return kept


def verify(database, kept):
    """Return what is wrong, as county, number and words."""
    ends, faults = chains(database, kept)
    heads = {county: (number, digest) for county, number, digest in query(database, HEADS)}
    for county in {*ends, *heads, *kept} - set(faults):
        number, digest = ends.get(county, (0, bytes(32)))
        if heads.get(county) != (number, digest):
            faults[county] = (number + 1, "the head says otherwise: the end was cut off")
        elif max(kept.get(county, {0: set()})) > number:
            faults[county] = (number + 1, "signed heads go on: the end was cut off")
    read = sum(number for number, _ in ends.values())
    return read, [(county, *fault) for county, fault in sorted(faults.items())]


def main():
    """Read the arguments, verify, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("database")
    parser.add_argument("--heads", type=Path)
    parser.add_argument("--key", action="append", default=[], dest="keys")
    given = parser.parse_args()
    try:
        kept = signed_heads(given.heads, given.keys) if given.heads else {}
        read, faults = verify(given.database, kept)
    except Exception as error:
        print(f"cannot be verified: {error}")
        return 2
    for county, number, what in faults:
        print(f"{county} entry {number}: {what}")
    print(f"{read} entries read, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
