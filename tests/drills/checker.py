"""The independent checker: asks the database with SQL of its own and knows none of the product.

What it relies on is written here once more on purpose: how a value is sealed, how the trail is
chained, which states there are. Where the product and this page disagree, one of them is wrong.
"""

import csv
import hashlib
import io
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LIVE = ("ACTIVE", "TRANSFERRING", "RETAINED")
SENT = ("SUBMITTED", "IN_REVIEW", "CLOSED", "SUPERSEDED")
ACTIONS = {"APPROVE": "approve", "SEND_BACK": "send_back", "REJECT": "reject"}


class Ack(NamedTuple):
    """What the installation acknowledged: a file of `rows` rows that was taken in as a submission;
    with `approved` also that its rows were admitted.
    """

    submission: int
    union: str
    sha256: str
    rows: int
    approved: bool = False


class Outcome(NamedTuple):
    """What was wrong, and how many acknowledged acts are not there, or are there more than once."""

    faults: list[str]
    lost: int
    doubled: int


class Register:
    """Reads an installation's database and files."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.is_sqlite = not url.startswith("postgresql")
        if self.is_sqlite:
            self._connection: Any = sqlite3.connect(folder / "registry.sqlite3")
        else:
            self._connection = psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True)

    def __enter__(self) -> "Register":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    def open_original(self, name: str) -> bytes:
        """Return what a sealed original holds: one byte algorithm, two bytes key, nonce, cipher."""
        sealed = (self.folder / "originals" / name).read_bytes()
        keys = json.loads((self.folder / "keys.json").read_text("utf-8"))["keys"]
        assert sealed[0] == 1, "AES-256-GCM"
        key = bytes.fromhex(keys[str(int.from_bytes(sealed[1:3], "big"))])
        return AESGCM(key).decrypt(sealed[3:15], sealed[15:], b"original|" + name.encode())


def check(folder: Path, url: str, acks: Iterable[Ack] = ()) -> Outcome:
    """Return all that is wrong with an installation."""
    with Register(folder, url) as register:
        lost, doubled = _acknowledged(register, acks)
        faults = [
            *_sound(register),
            *_rows(register),
            *_one_membership(register),
            *_trail_entries(register),
            *_totals(register),
            *_chain(register),
        ]
        return Outcome([*faults, *lost, *doubled], len(lost), len(doubled))


def _sound(register: Register) -> Iterable[str]:
    if register.is_sqlite:
        said = register.ask("PRAGMA integrity_check")
        if said != [("ok",)]:
            yield f"SQLite finds its file damaged: {said[:3]}"


def _rows(register: Register) -> Iterable[str]:
    """Every row of the stored original stands in the submission in one state, or was skipped."""
    stored = Counter[int]()
    for number, count in register.ask(
        "SELECT submission_id, count(*) FROM submission_row GROUP BY submission_id"
    ):
        stored[number] = count
    read = register.ask(
        "SELECT id, original, skipped, file_sha256, total_count, ok_count + warning_count"
        " + error_count FROM submission WHERE is_read AND source = 'FILE' AND original IS NOT NULL"
        " AND state <> 'WITHDRAWN' AND format = 'csv'"
    )
    for number, original, skipped, sha256, total, judged in read:
        content = register.open_original(original)
        if hashlib.sha256(content).hexdigest() != sha256:
            yield f"submission {number}: the original is another file"
        # Empty lines behind the last row are no rows: a hostile file has a million of them.
        read_lines = enumerate(csv.reader(io.StringIO(content.decode())))
        lines = max((place for place, cells in read_lines if any(cells)), default=0)
        left_out = sum(
            (one.get("last") or one["row"]) - one["row"] + 1 for one in json.loads(skipped)
        )
        if lines != stored[number] + left_out:
            yield f"submission {number}: {lines} rows sent, {stored[number]}+{left_out} kept"
        if total != judged or total != stored[number]:
            yield f"submission {number}: counts {total}, judged {judged}, rows {stored[number]}"
    unfinished = register.ask(
        "SELECT s.id FROM submission s JOIN submission_row r ON r.submission_id = s.id"
        " WHERE s.state = 'CLOSED' AND r.state = 'PENDING' GROUP BY s.id"
    )
    yield from (f"submission {number} is closed with rows pending" for (number,) in unfinished)


def _one_membership(register: Register) -> Iterable[str]:
    live = register.ask(
        f"SELECT person_key, count(*) FROM membership WHERE state IN {LIVE}"
        " GROUP BY person_key HAVING count(*) > 1"
    )
    yield from (f"{bytes(key).hex()[:8]}: {count} live memberships" for key, count in live)
    astray = register.ask(
        "SELECT count(*) FROM membership m LEFT JOIN person p ON p.key = m.person_key"
        f" AND p.live_membership = m.id WHERE m.state IN {LIVE} AND p.key IS NULL"
    )
    idle = register.ask(
        "SELECT count(*) FROM person p LEFT JOIN membership m ON m.id = p.live_membership"
        f" AND m.state IN {LIVE} WHERE p.live_membership IS NOT NULL AND m.id IS NULL"
    )
    if astray != [(0,)] or idle != [(0,)]:
        yield f"persons and memberships disagree: {astray} {idle}"
    entered = register.ask(
        "SELECT count(*) FROM membership m LEFT JOIN membership_event e ON e.membership_id = m.id"
        " AND e.type IN ('ENTER', 'TRANSFER_IN') WHERE e.id IS NULL"
    )
    if entered != [(0,)]:
        yield f"{entered} memberships began without an event"


def _trail_entries(register: Register) -> Iterable[str]:
    """Every status has its entry: taken in, read, sent, and each decision."""
    told = Counter[tuple[str, int]]()
    for action, detail in register.ask("SELECT action, detail FROM trail_entry"):
        told[action, json.loads(detail).get("submission", 0)] += 1
    known = register.ask("SELECT id, state, is_read, source FROM submission")
    for number, state, is_read, source in known:
        due = {"roster.upload": source == "FILE", "roster.read": source == "FILE" and is_read}
        due["submission.submit"] = state in SENT and source == "FILE"
        for action, is_due in due.items():
            if is_due and not told[action, number]:
                yield f"submission {number} is {state} and the trail has no {action}"
        if told["roster.upload", number] > 1:
            yield f"submission {number} was taken in {told['roster.upload', number]} times"
    decisions = Counter(
        register.ask("SELECT verdict, submission_id FROM decision WHERE NOT by_transfer")
    )
    for (verdict, number), count in decisions.items():
        action = f"review.{ACTIONS.get(verdict)}"
        if verdict in ACTIONS and told[action, number] < count:
            yield f"submission {number}: {count} {verdict}, {told[action, number]} on the trail"
    rows = register.ask(
        "SELECT d.id, d.row_count, count(r.row) FROM decision d LEFT JOIN submission_row r ON"
        " r.county = d.county AND r.decision_id = d.id AND r.submission_id = d.submission_id"
        " WHERE d.verdict = 'APPROVE' AND d.revokes_id IS NULL GROUP BY d.id, d.row_count"
    )
    yield from (f"decision {one}: {told} rows, {n} there" for one, told, n in rows if told != n)


def _totals(register: Register) -> Iterable[str]:
    """Tallies, stretches of days and compositions are what members and rows come to."""
    counted = dict(
        register.ask(
            "SELECT union_code, count(*) FROM membership WHERE state = 'ACTIVE' GROUP BY union_code"
        )
    )
    waiting = dict(
        register.ask(
            "SELECT s.union_code, count(*) FROM submission_row r JOIN submission s ON"
            " s.county = r.county AND s.id = r.submission_id WHERE r.state = 'PENDING'"
            " AND s.state IN ('SUBMITTED', 'IN_REVIEW') GROUP BY s.union_code"
        )
    )
    kept = register.ask("SELECT union_code, active, pending FROM tally ORDER BY day")
    tallied = {union: (active, pending) for union, active, pending in kept}
    for union in {*counted, *waiting, *tallied}:
        real = (counted.get(union, 0), waiting.get(union, 0))
        if tallied.get(union, (0, 0)) != real:
            yield f"{union}: tally {tallied.get(union)}, counted {real}"
    live = "SELECT union_code, state, count(*) FROM {} GROUP BY union_code, state"
    stands = register.ask(live.format("standing WHERE until IS NULL"))
    memberships = register.ask(live.format("membership WHERE state IN ('ACTIVE', 'RETAINED')"))
    if sorted(stands) != sorted(memberships):
        yield f"standing {sorted(stands)}, memberships {sorted(memberships)}"
    made_up = {
        union: sum(json.loads(cells).values())
        for union, cells in register.ask("SELECT union_code, cells FROM composition ORDER BY day")
    }
    by_union = Counter[str]()
    for union, _, count in memberships:
        by_union[union] += count
    if {union: n for union, n in made_up.items() if n} != dict(by_union):
        yield f"composition {made_up}, memberships {dict(by_union)}"


def _chain(register: Register) -> Iterable[str]:
    """SHA-256 over the hash before and the entry's fields as JSON, from 32 zero bytes on."""
    fields = "county, number, at, actor_id, actor_name, action, place, result, detail"
    ends: dict[str, tuple[int, bytes]] = {}
    for *entry, previous, digest in register.ask(
        f"SELECT {fields}, previous, hash FROM trail_entry ORDER BY county, number"
    ):
        county, number = entry[:2]
        last, before = ends.get(county, (0, bytes(32)))
        entry[2] = _instant(entry[2])
        written = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()
        right = hashlib.sha256(before + written).digest()
        if (number, bytes(previous), bytes(digest)) != (last + 1, before, right):
            yield f"the trail of {county} breaks at {number}"
            return
        ends[county] = (number, right)
    for county, number, digest in register.ask("SELECT county, number, hash FROM trail_head"):
        if ends.get(county, (0, bytes(32))) != (number, bytes(digest)):
            yield f"the trail of {county} does not end where its head says"


def _instant(kept: str | datetime) -> str:
    at = datetime.fromisoformat(kept) if isinstance(kept, str) else kept
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at.isoformat(timespec="microseconds")


def _acknowledged(register: Register, acks: Iterable[Ack]) -> tuple[list[str], list[str]]:
    """Return the acknowledged acts that are not there as told, and those that are there twice."""
    there: dict[tuple[str, str], list[int]] = {}
    for number, union, sha256 in register.ask(
        "SELECT id, union_code, file_sha256 FROM submission WHERE source = 'FILE'"
        " AND state <> 'WITHDRAWN'"
    ):
        there.setdefault((union, sha256), []).append(number)
    stored = dict(
        register.ask("SELECT submission_id, count(*) FROM submission_row GROUP BY submission_id")
    )
    approved = dict(
        register.ask(
            "SELECT submission_id, count(*) FROM submission_row WHERE state = 'APPROVED'"
            " GROUP BY submission_id"
        )
    )
    is_read = dict(register.ask("SELECT id, is_read FROM submission"))
    lost, doubled = [], []
    for ack in acks:
        numbers = there.get((ack.union, ack.sha256), [])
        if ack.submission not in numbers:
            lost.append(f"{ack} is not there")
        elif is_read[ack.submission] and stored.get(ack.submission) != ack.rows:
            lost.append(f"{ack}: {stored.get(ack.submission)} rows are there")
        elif ack.approved and approved.get(ack.submission) != ack.rows:
            lost.append(f"{ack}: {approved.get(ack.submission)} rows are admitted")
        if len(numbers) > 1:
            doubled.append(f"{ack} is there {len(numbers)} times: {numbers}")
    return lost, doubled
