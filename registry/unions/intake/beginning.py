"""A row that names a union which the register does not have: registered, and its election told."""

from datetime import date

from registry.unions.book import COLUMN
from registry.unions.intake.changing import demand_free
from registry.unions.intake.draft import Draft
from registry.unions.intake.known import Known
from registry.unions.intake.lines import Step
from registry.unions.lifecycle import NewUnion, begun, elected
from registry.unions.particulars import Particulars
from registry.unions.recording import checked_day
from registry.unions.states import UnionAct, UnionState

# The days of a union's life, in order, and the state that begins with each.
_LIFE = (
    ("listed_on", UnionState.UNFORMED),
    ("prepared_on", UnionState.PREPARING),
    ("formed_on", UnionState.ACTIVE),
)
_ELECTION = ("elected_on", "term_ends_on")


def begin(draft: Draft, unit: str, known: Known) -> None:
    """Find the acts that enter a union below a unit ("" where none is known) as its row says."""
    told = draft.told
    name, status = told.get("name", ""), told.get("status")
    if not name:
        draft.refuse("name", "union.nameless")
    if not status:
        draft.refuse("status", "union.stateless")
        return
    draft.values |= {"name": name, "status": status}
    draft.values |= {field: told.get(field) or None for field in Particulars._fields}
    if not _begin_life(draft, UnionState(status)):
        return
    demand_free(draft, known, "")
    after: dict[str, str | None] = {"name": name, "status": status, "parent_code": unit}
    on = None if draft.state is UnionState.UNFORMED else draft.values[_since(draft.state)]
    draft.steps.append(Step(UnionAct.REGISTER, {}, after, on))
    _elect(draft)


def _since(state: UnionState) -> str:
    return next(field for field, begins in _LIFE if begins is state)


def _begin_life(draft: Draft, state: UnionState) -> bool:
    """Set the days up to the state; tell whether such a union may be entered."""
    since = next((field for field, begins in _LIFE if begins is state), "status")
    on = None if since == "status" else draft.day(since)
    first = draft.attempt(since, begun, NewUnion(draft.told.get("name", ""), state, on))
    if first is None:
        return False
    draft.values |= first
    states = [begins for _, begins in _LIFE]
    taken = _LIFE[: states.index(state) + 1]
    beyond = [field for field, _ in _LIFE[len(taken) :]]
    if state is not UnionState.ACTIVE:
        beyond += _ELECTION
    for field in (*beyond, "dissolved_on"):
        if draft.day(field):
            draft.refuse_day(field, "union.day_early", state=state.label)
    before: tuple[str, date] | None = None
    for field, _ in taken:
        day = draft.day(field)
        if day is None or not draft.attempt(field, checked_day, day):
            continue
        draft.values[field] = day
        if before is not None and day < before[1]:
            draft.refuse_day(field, "union.day_order", before=before[0])
        before = (COLUMN[field].label, day)
    return True


def _elect(draft: Draft) -> None:
    on, ends = (draft.day(field) for field in _ELECTION)
    if (on is None and ends is None) or draft.state is not UnionState.ACTIVE:
        return
    if on is None or ends is None:
        draft.refuse("elected_on" if on is None else "term_ends_on", "union.elected_needed")
        return
    draft.attempt("elected_on", checked_day, on, draft.values["formed_on"], "建会日期")
    new = draft.attempt("term_ends_on", elected, on, ends, "")
    if new:
        draft.step(UnionAct.ELECT, new, on)
