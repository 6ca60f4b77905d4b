"""The ranking: units and unions by points, the formula, and each score explained."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import Blueprint, g, render_template, request, url_for

from registry.access.roles import Permission
from registry.clock import today
from registry.codes import code_list
from registry.db import db, setting
from registry.totals.explaining import Line, explain
from registry.totals.ranking import MEASURES, OF_UNION, OF_UNIT, Measure, written
from registry.totals.standings import Entrant, Place, Standings, standings
from registry.unions import queries as unions
from registry.unions.queries import Union
from registry.web.days import Asked, day_asked
from registry.web.guard import guard

blueprint = Blueprint("ranking", __name__)
blueprint.add_app_template_filter(written, "points")
PAGE = 50
_FILTERS = ("search", "unit", "kind", "band", "show")
_ABSENT = "absent"


class Explained(NamedTuple):
    """A score and what it is made of; `place` is None for who takes no part."""

    place: Place | None
    absent: Entrant | None
    lines: list[Line]


class Shown(NamedTuple):
    """A part of a list, the number of all in it, and the address of the part that follows."""

    lines: Sequence[Any]
    total: int
    next: str


@blueprint.get("/unions/<code>/ranking")
@guard(Permission.VIEW_TOTALS)
def ranking(code: str) -> str:
    """Show the ranking of a place's unions, and how the place itself stands."""
    place, asked, session = g.union, day_asked(), db.session()
    found = standings(session, place.county, asked.on)
    shared = {
        "union": place,
        "found": found,
        "on": asked.on,
        "on_argument": asked.argument,
        "today": today(),
        "bands": found.rules.band_labels(),
        "formula": _formula(found),
        "own": _explained(found, place),
    }
    if place.is_grassroots:
        above = unions.ancestors(session, place.path)
        shown = [one for one in above if one.path.startswith(g.actor.path)]
        return render_template("ranking/union.html", above=shown, **shared)
    chosen = {name: request.args.get(name, "").strip() for name in _FILTERS}
    units = [one for one in unions.children(session, code) if not one.is_grassroots]
    here = found.unions, found.absent
    if place.parent_code is not None:
        here = (
            [one for one in found.unions if one.entrant.unit == code],
            [one for one in found.absent if one.unit == code],
        )
    ranked = [one for one in here[0] if _fits(one.entrant, one.band, chosen)]
    absent = [one for one in here[1] if _fits(one, found.rules.band(one.size), chosen)]
    is_absent = chosen["show"] == _ABSENT
    return render_template(
        "ranking/ranking.html",
        **shared,
        shown=_part(absent if is_absent else ranked, asked, chosen),
        counts=(len(ranked), len(absent)),
        is_absent=is_absent,
        is_later="after" in request.args,
        narrowed=any(chosen[name] for name in _FILTERS[:-1]),
        chosen=chosen,
        measures=_columns(OF_UNION),
        unit_measures=_columns(OF_UNIT),
        units=[(one.code, one.name) for one in units],
        unit_names={one.code: one.name for one in units},
        kinds=[(one.code, one.label) for one in code_list("union_kind")],
        band_choices=list(enumerate(found.rules.band_labels())),
    )


def _columns(measures: Sequence[Measure]) -> list[tuple[Measure, dict[str, object]]]:
    """Return the measures with the heads of their columns."""
    return [(one, {"label": MEASURES[one].label, "number": True}) for one in measures]


def _fits(one: Entrant, band: int, chosen: dict[str, str]) -> bool:
    search = chosen["search"]
    return (
        (search in one.name or one.code.startswith(search))
        and chosen["unit"] in ("", one.unit)
        and chosen["kind"] in ("", one.kind)
        and chosen["band"] in ("", str(band))
    )


def _part(lines: Sequence[Any], asked: Asked, chosen: dict[str, str]) -> Shown:
    """Return the lines after the union that `after` names: the order is worked out each time."""
    codes = [getattr(one, "entrant", one).code for one in lines]
    after = request.args.get("after", "")
    begin = codes.index(after) + 1 if after in codes else 0
    part, following = lines[begin : begin + PAGE], ""
    if len(lines) > begin + PAGE:
        narrowed: dict[str, Any] = {name: value or None for name, value in chosen.items()}
        last = codes[begin + PAGE - 1]
        following = url_for(
            "ranking.ranking", code=g.union.code, on=asked.argument, **narrowed, after=last
        )
    return Shown(part, len(lines), following)


def _explained(found: Standings, place: Union) -> Explained:
    in_unit = not place.is_grassroots
    stands = found.of_unit(place.code) if in_unit else found.of_union(place.code)
    if stands is None:
        absent = found.absent_units if in_unit else found.absent
        return Explained(None, next((one for one in absent if one.code == place.code), None), [])
    measures = OF_UNIT if in_unit else OF_UNION
    lines = explain(stands.entrant.shares, found.mean, found.rules, measures)
    return Explained(stands, None, lines)


@blueprint.app_template_filter()
def percent(share: float) -> str:
    """A share as a percentage of one decimal, rounded down: 0.985 → 98.5%."""
    tenths = int(share * 1000 + 1e-9)
    return f"{tenths // 10}.{tenths % 10}%"


class FormulaLine(NamedTuple):
    """A measure as the published formula lists it; the mean as a percentage, rounded down."""

    part: str
    weight: str
    label: str
    formula: str
    mean: str


def _formula(found: Standings) -> list[FormulaLine]:
    days, whole = setting("REVERIFY_EVERY_DAYS"), sum(found.rules.weights.values())
    return [
        FormulaLine(
            about.part.label,
            f"{found.rules.weights[about.part] / whole:.2f}",
            about.label,
            about.formula.format(days=days),
            percent(found.mean[measure]),
        )
        for measure, about in MEASURES.items()
    ]
