"""Trade unions, straight into the table."""

from datetime import date

from registry.db import db
from registry.unions import queries
from registry.unions.models import Level, TradeUnion
from registry.unions.queries import Union

COUNTY, TOWNSHIP = "331083", "331083001"


def make_union(
    code: str, *, name: str = "", status: str = "active", kind: str | None = None
) -> Union:
    """Make the union with this code and the federations above it where they are missing.

    The code says the place: 6 digits a county, 9 a township, 13 a grassroots union.
    """
    parent = {6: None, 9: code[:6], 13: code[:9]}[len(code)]
    above = make_union(parent) if parent else None
    level = {6: Level.COUNTY, 9: Level.TOWNSHIP, 13: Level.GRASSROOTS}[len(code)]
    if db.session.get(TradeUnion, code) is None:
        db.session.add(
            TradeUnion(
                code=code,
                county=code[:6],
                path=f"{above.path if above else '/'}{code}/",
                parent_code=parent,
                level=level,
                name=name or _NAMES[level].format(code[-4:]),
                kind=kind,
                status=status,
                formed_on=date(2010, 5, 1),
            )
        )
        db.session.commit()
    return queries.find(db.session(), code)


def make_union_tree(townships: int = 2, unions: int = 2) -> list[Union]:
    """Make the county with its townships and their grassroots unions; returns all, from the top."""
    made = [make_union(COUNTY, name="试验市总工会")]
    for township in range(1, townships + 1):
        made.append(make_union(f"{COUNTY}{township:03}"))
        made += [make_union(f"{COUNTY}{township:03}{union:04}") for union in range(1, unions + 1)]
    return made


_NAMES = {
    Level.COUNTY: "试验市总工会",
    Level.TOWNSHIP: "试验{}镇工会",
    Level.GRASSROOTS: "试验{}公司工会",
}
