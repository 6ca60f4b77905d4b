"""The difference report: register beside what was accepted, masked, as CSV while it is read."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.db import transaction
from registry.exchange import marks
from registry.exchange.operations import county_of
from registry.exchange.register import Difference, differences
from registry.exchange.states import Action, Part
from registry.identity import mask
from registry.identity.mask import Sight
from registry.members.queries import masked_document
from registry.roster.plain_cells import MARK, csv_lines
from registry.trail.operations import record
from registry.unions import queries as unions
from registry.unions.queries import Union
from registry.vault.vault import Vault, vault

_HEADER = ("单位", "工会代码", "工会", "姓名", "证件号码", "差异", "说明")
_KINDS = {
    Action.NEW: "上级没有",
    Action.CHANGED: "上级接收后有变化",
    Action.ENDED: "上级有，本市已离会",
}


def ask(place_code: str, *, actor: Actor) -> Union:
    """Return the county to report on; that it was asked for is on the trail."""
    with transaction() as session:
        place = county_of(session, place_code, actor)
        record(session, "exchange.differences", actor=actor, place=place.code)
    return place


def differences_csv(session: Session, place: Union, said: str) -> Iterator[bytes]:
    """Yield the report piece by piece: a line for each member, how many by unit and kind, and what
    is `said` of who takes it.
    """
    units = {one.code: one.name for one in unions.children(session, place.code)}
    counted: Counter[tuple[str, Action]] = Counter()
    keeper = vault()
    yield MARK + csv_lines([_HEADER])
    for part in Part:
        for _, found in differences(session, place.county, [place.path], part):
            counted.update((_unit(one), one.action) for one in found)
            yield csv_lines([_line(keeper, place.county, units, one) for one in found])
    yield csv_lines([*_sums(units, counted), (), (said,)])


def _unit(one: Difference) -> str:
    """Return the code of the unit, the second of the places on the union's path."""
    return str(one.found.union_path.split("/")[2])


def _line(keeper: Vault, county: str, units: Mapping[str, str], one: Difference) -> Sequence[str]:
    found = one.found
    return (
        units.get(_unit(one), ""),
        found.union_code,
        found.union_name,
        mask.name(found.full_name, Sight.COUNTY),
        masked_document(keeper, found.document_sealed, found.person_key, Sight.COUNTY),
        _KINDS[one.action],
        _note(county, one),
    )


def _note(county: str, one: Difference) -> str:
    if one.waits_in is not None:
        return f"已在批次 {marks.label(county, one.waits_in)} 中"
    return f"上级退回后未更正：{one.refused}" if one.refused is not None else ""


def _sums(units: Mapping[str, str], counted: Counter[tuple[str, Action]]) -> list[Sequence[str]]:
    lines: list[Sequence[str]] = [(), ("单位", *_KINDS.values(), "合计")]
    for code, name in units.items():
        counts = [counted[code, action] for action in _KINDS]
        lines.append((name, *map(str, counts), str(sum(counts))))
    counts = [sum(counted[code, action] for code in units) for action in _KINDS]
    return [*lines, ("合计", *map(str, counts), str(sum(counts)))]
