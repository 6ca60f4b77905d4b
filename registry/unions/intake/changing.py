"""A row laid over a union that the register has. A blank cell never erases what is known."""

from collections.abc import Mapping

from registry.unions.intake.draft import Draft
from registry.unions.intake.known import Kept, Known
from registry.unions.intake.rules import Fault
from registry.unions.lifecycle import elected
from registry.unions.names import plain
from registry.unions.particulars import (
    COVERING,
    COVERS,
    CREDIT_CODE_TAKEN,
    NAME_TAKEN,
    Particulars,
)
from registry.unions.recording import checked_day
from registry.unions.states import UnionAct, UnionState

_S = UnionState
# From one state to another by which acts; all else has pages of its own.
_ROUTES: Mapping[tuple[UnionState, UnionState], tuple[UnionAct, ...]] = {
    (_S.UNFORMED, _S.PREPARING): (UnionAct.PREPARE,),
    (_S.UNFORMED, _S.ACTIVE): (UnionAct.PREPARE, UnionAct.FOUND),
    (_S.PREPARING, _S.ACTIVE): (UnionAct.FOUND,),
}
_DAYS = ("listed_on", "prepared_on", "formed_on", "dissolved_on")


def change(draft: Draft, have: Kept, known: Known) -> None:
    """Find the acts that make a union what its row says."""
    _rename(draft, have, known)
    _move_on(draft, have)
    _elect(draft)
    _put_right(draft, have, known)
    for name in _DAYS:
        told = draft.day(name)
        if told is not None and told != draft.values[name]:
            there = draft.values[name]
            said = f" {there.isoformat()} " if there else "“没有填”"
            draft.refuse_day(name, "union.day_fixed", known=said)


def demand_free(draft: Draft, known: Known, code: str) -> None:
    """Refuse a name or credit code that another union of the county has."""
    name, credit_code = draft.values["name"], draft.values["credit_code"]
    if any(one != code for one in known.names.get(plain(name), ())):
        draft.add(Fault("name", *NAME_TAKEN))
    if known.credit_codes.get(credit_code, code) != code:
        draft.add(Fault("credit_code", *CREDIT_CODE_TAKEN))


def _rename(draft: Draft, have: Kept, known: Known) -> None:
    name = draft.told.get("name", have.name)
    if name != have.name:
        draft.step(UnionAct.RENAME, {"name": name})
        demand_free(draft, known, have.code)


def _move_on(draft: Draft, have: Kept) -> None:
    wanted = UnionState(draft.told.get("status", have.status))
    if wanted is draft.state:
        return
    route = _ROUTES.get((draft.state, wanted))
    if wanted is _S.DISSOLVED:
        draft.refuse("status", "union.ending")
    elif route is None:
        draft.refuse("status", "union.state", old=draft.state.label, new=wanted.label)
    else:
        for act in route:
            (_prepare if act is UnionAct.PREPARE else _found)(draft)


def _prepare(draft: Draft) -> None:
    on = draft.day("prepared_on")
    if on is None:
        draft.refuse_day("prepared_on", "union.day_needed", state=_S.PREPARING.label)
    elif draft.attempt("prepared_on", checked_day, on):
        draft.values["prepared_on"] = on
        draft.step(UnionAct.PREPARE, {}, on)


def _found(draft: Draft) -> None:
    on, ends = draft.day("formed_on"), draft.day("term_ends_on")
    for name, day in (("formed_on", on), ("term_ends_on", ends)):
        if day is None:
            draft.refuse_day(name, "union.day_needed", state=_S.ACTIVE.label)
    if draft.day("elected_on") not in (None, on):
        draft.refuse("elected_on", "union.elected_first")
    if on is None or ends is None or draft.state is not _S.PREPARING:
        return
    draft.attempt("formed_on", checked_day, on, draft.values["prepared_on"], "开始筹备的日期")
    new = draft.attempt("term_ends_on", elected, on, ends, draft.told.get("chair", ""))
    if new:
        draft.values["formed_on"] = on
        draft.step(UnionAct.FOUND, new, on)


def _elect(draft: Draft) -> None:
    last, ended = draft.values["elected_on"], draft.values["term_ends_on"]
    on, ends = draft.day("elected_on") or last, draft.day("term_ends_on") or ended
    if (on, ends) == (last, ended) or draft.faults:
        return
    if on is None or ends is None:
        draft.refuse("elected_on" if on is None else "term_ends_on", "union.elected_needed")
        return
    since = last or draft.values["formed_on"]
    draft.attempt("elected_on", checked_day, on, since, "上一次选举或建会的日期")
    new = draft.attempt("term_ends_on", elected, on, ends, draft.told.get("chair", ""))
    if new:
        draft.step(UnionAct.ELECT, new, on)


def _put_right(draft: Draft, have: Kept, known: Known) -> None:
    told = {name: draft.told[name] for name in Particulars._fields if draft.told.get(name)}
    new = {name: text for name, text in told.items() if draft.values[name] != text}
    if not new:
        return
    parts = have.kind in COVERING and new.get("kind", have.kind) not in COVERING
    if parts and known.employers.get(have.code):
        draft.add(Fault("kind", *COVERS))
    draft.step(UnionAct.CHANGE, new)
    if "credit_code" in new:
        demand_free(draft, known, have.code)
