"""Was a six-digit division code ever issued? (GB/T 2260 and its yearly predecessors)

A number keeps for life the code under which it was first given out, so retired codes are good:
Yuhuan itself was 332627, then 331021, and is 331083 since 2017. The table is python-stdnum's
`cn/loc`, and `seeds/divisions-more.csv` adds what that lacks: the codes of 1980 to 1995 for county
seats that were renumbered, and districts founded since.
"""

import csv
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

MORE = Path(__file__).resolve().parents[2] / "seeds" / "divisions-more.csv"

# Residence permits for people from Hong Kong, Macao and Taiwan name no county.
PERMIT_DIVISIONS = frozenset({"810000", "820000", "830000"})


@cache
def issued() -> frozenset[str]:
    """Return every division code that was issued in some year."""
    codes = set(_listed())
    with MORE.open(encoding="utf-8", newline="") as file:
        codes.update(row["code"] for row in csv.DictReader(file))
    return frozenset(codes | PERMIT_DIVISIONS)


def was_ever_issued(code6: str) -> bool:
    """Return whether the code was a division's in any year.

    Codes that begin with 81, 82 or 83 are those of the residence permits: only 810000, 820000 and
    830000 exist. A number of the permanent residence card (it begins with 9) has no division.
    """
    return code6 in issued()


def _listed() -> Iterator[str]:
    """Yield the codes of python-stdnum's table: a province's two digits, below it the other four.

    Read as the file that it is: importing the package brings ssl and pydoc along, which takes
    longer than judging a small roster.
    """
    spec = find_spec("stdnum")
    places = spec.submodule_search_locations if spec else None
    if not places:
        raise ModuleNotFoundError("python-stdnum is not installed")
    province = ""
    for line in (Path(places[0]) / "cn" / "loc.dat").read_text("utf-8").splitlines():
        digits = line.strip().partition(" ")[0]
        if line.startswith(" "):
            yield province + digits
        elif not line.startswith("#"):
            province = digits
