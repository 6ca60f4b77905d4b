"""The bare floor of an approval: one set-based INSERT for each table that it fills, in one
transaction; no state, no decision, no trail, no tally.

The rows, the tables, their constraints and their indexes are the product's own: persons, members,
memberships and events of everybody in one submission, whose numbers are taken from the free ones.
Run as `python -m bench.admission_floor ADDRESS SUBMISSION`; prints how many entered.
"""

import sys
from typing import Any

from bench.floor import connected

COUNTY = "331083"
AT = "2026-01-01 00:00:00.000000"

ROWS = f"FROM submission_row r WHERE r.county = '{COUNTY}' AND r.submission_id = {{submission}}"
STATEMENTS = (
    "INSERT INTO person (key, live_county, live_union, live_membership)"
    f" SELECT r.person_key, '{COUNTY}', '3310830010001', {{base}} + r.row {ROWS}",
    "INSERT INTO member (county, id, person_key, full_name, document_kind, document_sealed,"
    " mobile_sealed, mobile_key, particulars, filled, created_at, changed_at)"
    f" SELECT '{COUNTY}', {{base}} + r.row, r.person_key, r.full_name, r.document_kind,"
    f" r.document_sealed, r.mobile_sealed, r.mobile_key, r.clean, r.filled, '{AT}', '{AT}' {ROWS}",
    "INSERT INTO membership (county, id, member_id, person_key, union_code, state, began_on,"
    f" admitted_at) SELECT '{COUNTY}', {{base}} + r.row, {{base}} + r.row, r.person_key,"
    f" '3310830010001', 'ACTIVE', r.changed_on, '{AT}' {ROWS}",
    "INSERT INTO membership_event (county, id, member_id, membership_id, type, happened_on,"
    f" recorded_at, to_union, submission_id, row) SELECT '{COUNTY}', {{base}} + r.row,"
    f" {{base}} + r.row, {{base}} + r.row, 'ENTER', r.changed_on, '{AT}', '3310830010001',"
    f" {{submission}}, r.row {ROWS}",
)


def main(address: str, submission: int) -> int:
    """Admit everybody of a submission; return their number."""
    with connected(address) as (connection, is_postgresql):
        cursor: Any = connection.cursor()
        if not is_postgresql:
            cursor.execute("PRAGMA foreign_keys=ON")
            cursor.execute("PRAGMA temp_store=MEMORY")
            cursor.execute("BEGIN IMMEDIATE")
        tables = ("member", "membership", "membership_event")
        highest = [f"(SELECT coalesce(max(id), 0) FROM {table})" for table in tables]  # noqa: S608
        largest = "greatest" if is_postgresql else "max"
        cursor.execute(f"SELECT {largest}({', '.join(highest)})")
        base = cursor.fetchone()[0] + 1
        for statement in STATEMENTS:
            cursor.execute(statement.format(base=base, submission=submission))
        count = int(cursor.rowcount)
        connection.commit()
    return count


if __name__ == "__main__":
    sys.stdout.write(str(main(sys.argv[1], int(sys.argv[2]))))
