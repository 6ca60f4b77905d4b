"""The cell of a joint union's employers: 甲厂；乙公司（信用代码）. The cell tells all of them."""

import re
from collections.abc import Sequence

from registry.unions.employers import EmployerView
from registry.unions.intake.draft import Draft
from registry.unions.intake.known import cell_of
from registry.unions.intake.lines import Step
from registry.unions.intake.rules import Fault
from registry.unions.particulars import COVERING, NOT_JOINT, checked_credit_code, checked_name
from registry.unions.states import TRANSITIONS, UnionAct

_BETWEEN = re.compile(r"[、；;\n]+")
_WITH_CODE = re.compile(r"(.+?)\s*[（(]\s*([0-9A-Za-z]{18})\s*[）)]")


def cover(draft: Draft, there: Sequence[EmployerView]) -> None:
    """Lay the cell over the employers that a union covers: those that are not in it go.

    A blank cell says nothing. Who stands there without a credit code keeps theirs.
    """
    text = draft.told.get("employers")
    if not text or text == cell_of(list(there)):
        return
    told = _told(draft, text)
    if draft.values["kind"] not in COVERING:
        draft.add(Fault("employers", *NOT_JOINT))
    elif (draft.state, UnionAct.COVER) not in TRANSITIONS:
        act = UnionAct.COVER.label
        draft.refuse("employers", "union.no_act", state=draft.state.label, act=act)
    else:
        _compare(draft, there, told)


def _told(draft: Draft, text: str) -> dict[str, str | None]:
    told: dict[str, str | None] = {}
    for part in filter(None, map(str.strip, _BETWEEN.split(text))):
        found = _WITH_CODE.fullmatch(part)
        name, code = found.groups() if found else (part, "")
        checked = draft.attempt("employers", checked_name, name)
        if checked:
            told[checked] = draft.attempt("employers", checked_credit_code, code)
    return told


def _compare(draft: Draft, there: Sequence[EmployerView], told: dict[str, str | None]) -> None:
    kept = {
        one.name for one in there if one.name in told and told[one.name] in (None, one.credit_code)
    }
    for one in there:
        if one.name not in kept:
            draft.uncover.append(one.number)
            draft.steps.append(Step(UnionAct.UNCOVER, {"employer": one.name}, {}))
    for name, code in told.items():
        if name not in kept:
            draft.cover.append((name, code))
            draft.steps.append(Step(UnionAct.COVER, {}, {"employer": name}))
