"""Trade unions, straight into the table."""

from datetime import date
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, insert, select

from registry.db import db
from registry.unions import queries
from registry.unions.models import Level, TradeUnion
from registry.unions.queries import Union

COUNTY, TOWNSHIP = "331083", "331083001"
# Most accounts are of a union that stands: it is asked for once.
_laid: WeakKeyDictionary[Engine, set[str]] = WeakKeyDictionary()


def make_union(
    code: str, *, name: str = "", status: str = "active", kind: str | None = None
) -> Union:
    """Make the union with this code and the federations above it where they are missing.

    The code says the place: 6 digits a county, 9 a township, 13 a grassroots union.
    """
    lay([code], name=name, status=status, kind=kind)
    return queries.find(db.session(), code)


def make_union_tree(townships: int = 2, unions: int = 2) -> list[Union]:
    """Make the county with its townships and their grassroots unions; returns all, from the top."""
    codes = [COUNTY]
    for township in range(1, townships + 1):
        codes.append(f"{COUNTY}{township:03}")
        codes += [f"{COUNTY}{township:03}{union:04}" for union in range(1, unions + 1)]
    lay(codes)
    return [queries.find(db.session(), code) for code in codes]


def lay(codes: list[str], name: str = "", **particulars: str | None) -> None:
    """Insert the unions that are missing, and those above them; what is said is said of `codes`."""
    laid = _laid.setdefault(db.engine, set())
    if laid.issuperset(codes):
        return
    session = db.session()
    missing = {above: None for code in codes for above in _line(code)}
    for code in session.scalars(select(TradeUnion.code).where(TradeUnion.code.in_(missing))):
        del missing[code]
    if missing:
        said = {"name": name, **particulars}
        session.execute(
            insert(TradeUnion),
            [_row(code, **(said if code in codes else {})) for code in missing],
        )
        session.commit()
    laid.update(codes)


def _row(
    code: str, *, name: str = "", status: str = "active", kind: str | None = None
) -> dict[str, object]:
    line = _line(code)
    level = _LEVELS[len(code)]
    return {
        "code": code,
        "county": code[:6],
        "path": f"/{'/'.join(line)}/",
        "parent_code": line[-2] if len(line) > 1 else None,
        "level": level,
        "name": name or _NAMES[level].format(code[-4:]),
        "kind": kind,
        "status": status,
        "formed_on": date(2010, 5, 1),
    }


def _line(code: str) -> list[str]:
    """Return the codes of the federations above a union, and its own."""
    return [code[:length] for length in _LEVELS if length <= len(code)]


_LEVELS = {6: Level.COUNTY, 9: Level.TOWNSHIP, 13: Level.GRASSROOTS}
_NAMES = {
    Level.COUNTY: "试验市总工会",
    Level.TOWNSHIP: "试验{}镇工会",
    Level.GRASSROOTS: "试验{}公司工会",
}
