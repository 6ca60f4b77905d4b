"""One closed month: its figures, how they follow from the month before, and who moved."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from flask import Blueprint, g, render_template, request, url_for

from registry.access.roles import Permission
from registry.db import db
from registry.errors import InputRefused, NotFound
from registry.members.queries import sight_of
from registry.periods import movements, operations, queries, verification
from registry.periods.composing import BY, Place
from registry.periods.documents import Document
from registry.periods.labels import figure_label
from registry.periods.months import Month
from registry.periods.movements import After, Move
from registry.totals.dimensions import LABELS, values
from registry.totals.metrics import METRIC_LABELS, Ratio
from registry.unions import queries as unions
from registry.web.forms.periods import ReopenForm
from registry.web.guard import guard
from registry.web.numbers import row_number

blueprint = Blueprint("period", __name__)
PAGE = 50


class Line(NamedTuple):
    """A place of a document, as a row of the tables."""

    code: str
    place: Place

    @property
    def rate(self) -> Ratio:
        """The membership rate."""
        return Ratio(*self.place["metrics"]["membership_rate"])


@blueprint.get("/unions/<code>/periods/<month>")
@guard(Permission.VIEW_PERIODS)
def period(code: str, month: str) -> str:
    """Show what was signed of a place for a month."""
    session, union, asked = db.session(), g.union, _month(month)
    versions = queries.closings(session, union.county, asked)
    if not versions:
        raise NotFound("period.unknown", f"{asked.label}没有封过账。")
    revision = request.args.get("revision", versions[0].revision, type=row_number)
    document = queries.document_of(session, union.county, asked, revision)
    shown = next(one for one in versions if one.revision == revision)
    place = _place(document, code)
    return render_template(
        "periods/period.html",
        union=union,
        month=asked,
        shown=shown,
        versions=versions,
        document=document,
        line=Line(code, place),
        parts=_parts(document, code),
        moves=[move for move in Move if place["moves"].get(move)],
        metrics=[(METRIC_LABELS[key], Ratio(*pair)) for key, pair in _metrics(place)],
        composition=_composition(place),
        above=_above(union.path),
        changes=_changes(document, code),
        figure_label=figure_label,
        before=asked.previous if document.previous else None,
        verified=verification.last_verified(session, union.county, asked),
        form=ReopenForm(formdata=None),
        is_newest=shown.is_valid and operations.next_month(session, union.county) == asked.next,
    )


@blueprint.get("/unions/<code>/periods/<month>/moves/<move>")
@guard(Permission.VIEW_PERIODS)
def moves(code: str, month: str, move: str) -> str:
    """List who came or went so during a month, masked."""
    session, union, asked = db.session(), g.union, _month(month)
    if move not in list(Move):
        raise NotFound("period.move", "没有这一类变动。")
    counted = _place(queries.document_of(session, union.county, asked), code)["moves"]
    found = movements.listed(
        session,
        union.county,
        asked,
        Move(move),
        path=union.path,
        sight=sight_of(g.actor.path),
        after=_after(request.args.get("after", "")),
        limit=PAGE + 1,
    )
    shown, next_page = found[:PAGE], ""
    if len(found) > PAGE:
        after = f"{shown[-1].day.isoformat()}_{shown[-1].membership_id}"
        next_page = url_for("period.moves", code=code, month=month, move=move, after=after)
    return render_template(
        "periods/moves.html",
        union=union,
        month=asked,
        move=Move(move),
        lines=shown,
        count=counted.get(move, 0),
        names=unions.names_of(session, {one.union_code for one in shown}),
        next_page=next_page,
        above=_above(union.path),
    )


def _month(text: str) -> Month:
    try:
        return Month.named(text)
    except InputRefused as error:
        raise NotFound(error.code, error.message) from None


def _place(document: Document, code: str) -> Place:
    place = document.places.get(code)
    if place is None:
        raise NotFound("period.place", f"{document.month.label}封账时还没有登记这家工会。")
    return place


def _parts(document: Document, code: str) -> list[Line]:
    """Return the places directly below one, by code."""
    below = ((each, one) for each, one in document.places.items() if one["parent"] == code)
    return [Line(*one) for one in sorted(below)]


def _changes(document: Document, code: str) -> list[Mapping[str, str]]:
    """Return what differs from the version before, in a place and all below it."""
    below, grown = {code}, True
    while grown:
        more = {each for each, one in document.places.items() if one["parent"] in below} - below
        below, grown = below | more, bool(more)
    return [one for one in document.changes if one["place"] in below]


def _metrics(place: Place) -> list[tuple[str, list[int]]]:
    return [(key, place["metrics"][key]) for key in METRIC_LABELS if key in place["metrics"]]


def _composition(place: Place) -> list[tuple[str, list[tuple[str, int]]]]:
    """Return of whom a place's members are made up: each kind with its labels and counts."""
    cells = place.get("composition")
    if not cells:
        return []
    return [
        (
            LABELS[by],
            [(one.label, cells[by][one.key]) for one in values(by) if one.key in cells[by]],
        )
        for by in BY
    ]


def _above(path: str) -> list[unions.Union]:
    """Return the places from the actor's own down to a path's end."""
    found = unions.ancestors(db.session(), path)
    return [one for one in found if one.path.startswith(g.actor.path)]


def _after(text: str) -> After | None:
    day, _, number = text.partition("_")
    try:
        return After(date.fromisoformat(day), int(number))
    except ValueError:
        return None
