"""Who saw a union's members: looked at one by one, or took them along in files for the higher
federation. The trail names nobody of a batch; the batch's items do.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from registry.accounts.queries import Badge, badges
from registry.exchange.files import FileOf, files_with
from registry.identity.mask import Sight
from registry.members import looks
from registry.members.looks import Look
from registry.trail import queries
from registry.trail.queries import Entry

TAKEN = "exchange.download"


def in_union(
    session: Session,
    county: str,
    union_code: str,
    sight: Sight,
    *,
    before: int | None = None,
    limit: int = 50,
) -> list[Look]:
    """Return who saw whom of a union, newest first, older than entry `before`; a file is one line
    for all of its members.
    """
    files = files_with(session, county, union_code=union_code)
    found = looks.in_union(session, county, union_code, sight, before=before, limit=limit)
    return _together(session, county, found, files, before=before, limit=limit)


def at_member(
    session: Session,
    county: str,
    union_code: str,
    member_id: int,
    person_key: bytes,
    *,
    limit: int = 20,
) -> list[Look]:
    """Return who saw a person as a member of a union, newest first."""
    files = files_with(session, county, member_id=[member_id], union_code=union_code)
    found = looks.at_member(session, county, union_code, person_key, limit=limit)
    return _together(session, county, found, files, before=None, limit=limit)


def taken_files(
    session: Session,
    county: str,
    files: Sequence[FileOf],
    *,
    before: int | None = None,
    limit: int,
) -> list[Entry]:
    """Return the entries of who downloaded one of these files, newest first."""
    said = [{"exchange": one.batch, "file": one.number} for one in files]
    return queries.saying(session, county, [county], [TAKEN], said, before=before, limit=limit)


def _together(
    session: Session,
    county: str,
    found: Sequence[Look],
    files: Sequence[FileOf],
    *,
    before: int | None,
    limit: int,
) -> list[Look]:
    taken = taken_files(session, county, files, before=before, limit=limit)
    people = badges(session, (one.actor_id for one in taken))
    both = [*found, *(_look(one, people) for one in taken)]
    return sorted(both, key=lambda one: -one.number)[:limit]


def _look(entry: Entry, people: Mapping[int, Badge]) -> Look:
    batch, file = entry.detail["exchange"], entry.detail["file"]
    what = f"下载向上级报送的文件（第 {batch} 批第 {file} 个，完整信息）"
    return looks.told(entry, entry.detail, people, what)._replace(is_file=True)
