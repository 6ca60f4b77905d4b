"""The rows of a workbook compared with the register: which union each means, what it would do, and
what is wrong with it. No database.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from registry.unions.intake.beginning import begin
from registry.unions.intake.changing import change
from registry.unions.intake.covering import cover
from registry.unions.intake.draft import Draft
from registry.unions.intake.known import Kept, Known
from registry.unions.intake.lines import Line, Outcome
from registry.unions.intake.reading import Told
from registry.unions.intake.rules import Fault, fault
from registry.unions.names import plain

_NEW = Kept("", "", "", "", "unformed")


class Plan(NamedTuple):
    """What a row does: as it is shown, and as it is written. `unit` is where the union stands or is
    to stand, `values` its columns, `cover` and `uncover` its employers.
    """

    line: Line
    unit: str
    values: dict[str, Any]
    cover: list[tuple[str, str | None]]
    uncover: list[int]


def plan(rows: Sequence[Told], known: Known) -> list[Plan]:
    """Return what each row would do to the register."""
    meant = [_meant(row, known) for row in rows]
    repeated = _repeated(rows, meant)
    return [
        _planned(row, have, [*faults, *repeated.get(row.row, ())], known)
        for row, (have, faults) in zip(rows, meant, strict=True)
    ]


def _meant(row: Told, known: Known) -> tuple[Kept | None, list[Fault]]:
    """Return the union that a row means, None for one that the place does not have."""
    code, name = row.values.get("code"), row.values.get("name", "")
    if code:
        have = known.here.get(code)
        return have, [] if have else [fault("code", "union.unknown", code=code[:16])]
    found = [one for one in known.names.get(plain(name), ()) if one in known.here]
    if len(found) > 1:
        return None, [fault("name", "union.name_ambiguous")]
    return (known.here[found[0]] if found else None), []


def _repeated(
    rows: Sequence[Told], meant: Sequence[tuple[Kept | None, list[Fault]]]
) -> dict[int, list[Fault]]:
    """Return what rows have in common that only one may have, by row."""
    keys: tuple[tuple[str, str, Callable[[Told, Kept | None], str]], ...] = (
        ("code", "工会", lambda _, have: have.code if have else ""),
        ("name", "名称", _new_name),
        ("credit_code", "统一社会信用代码", lambda row, _: row.values.get("credit_code", "")),
    )
    faults: dict[int, list[Fault]] = {}
    for field, what, key in keys:
        groups: dict[str, list[int]] = {}
        for row, (have, _) in zip(rows, meant, strict=True):
            groups.setdefault(key(row, have), []).append(row.row)
        for value, group in groups.items():
            if value and len(group) > 1:
                for number in group:
                    others = "、".join(str(one) for one in group if one != number)
                    said = fault(field, "union.repeated", rows=others, what=what)
                    faults.setdefault(number, []).append(said)
    return faults


def _new_name(row: Told, have: Kept | None) -> str:
    """Return the name that a row gives a union anew, "" where it stays."""
    name = row.values.get("name", "")
    return "" if have is not None and have.name == name else plain(name)


def _planned(row: Told, have: Kept | None, faults: Sequence[Fault], known: Known) -> Plan:
    draft = Draft(row.values, (have or _NEW)._asdict(), [*row.faults, *faults])
    unit = _unit(draft, have, known)
    if have is not None:
        change(draft, have, known)
    elif not row.values.get("code"):
        begin(draft, unit, known)
    cover(draft, known.employers.get(have.code, []) if have else [])
    if draft.faults:
        outcome = Outcome.REFUSED
    elif have is None:
        outcome = Outcome.NEW
    else:
        outcome = Outcome.CHANGED if draft.steps else Outcome.SAME
    name = row.values.get("name") or (have.name if have else "")
    steps = [] if draft.faults else draft.steps
    code = have.code if have else ""
    line = Line(row.row, outcome, code, name, steps, draft.faults, row.cells, row.values)
    return Plan(line, unit, draft.values, draft.cover, draft.uncover)


def _unit(draft: Draft, have: Kept | None, known: Known) -> str:
    """Return the unit that a row names, the union's own or the only one where it names none."""
    told = draft.told.get("unit")
    there = have.parent_code if have else ""
    if not told:
        if not (there or known.only_unit) and not draft.told.get("code"):
            draft.refuse("unit", "union.unit_missing")
        return there or known.only_unit
    if there and plain(told) == plain(known.unit_names.get(there, "")):
        return there  # its own, whichever other bears the same name
    named = known.units.get(plain(told))
    if named is None:
        draft.refuse("unit", "union.unit_unknown", unit=told[:40])
    elif there and named != there:
        draft.refuse("unit", "union.unit_differs", unit=known.unit_names.get(there, "别的单位"))
    return named or there
