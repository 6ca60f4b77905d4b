"""The demo's register of unions: some not formed yet, some joint ones with their employers, terms
that end soon. Done by the real operations of the city; what is there already is passed over.
"""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import select

from registry.access.actor import Actor
from registry.accounts.queries import actor_named
from registry.clock import today
from registry.db import db
from registry.unions.employers import cover
from registry.unions.lifecycle import NewUnion, elect, register, rename
from registry.unions.models import TradeUnion, UnionEvent
from registry.unions.particulars import Particulars
from registry.unions.states import UnionState
from seeds.employers import Employer
from seeds.yuhuan import COUNTY

# Names that no invented employer has: their brands are of other characters.
NOT_YET = (
    ("331083001", "玉环启明传感器有限公司工会委员会"),
    ("331083001", "玉环知行教育培训有限公司工会委员会"),
    ("331083003", "玉环远帆快递有限公司工会委员会"),
    ("331083101", "玉环天工精密铸造有限公司工会委员会"),
    ("331083102", "玉环木语家居有限公司工会委员会"),
)
PREPARING = (
    ("331083002", "玉环闪送外卖配送站联合工会委员会"),
    ("331083105", "玉环云帆供应链有限公司工会委员会"),
    ("331083400", "玉环智芯电子有限公司工会委员会"),
)
JOINT = 2  # so many joint unions tell whom they cover
_COVERED = ("丰源农业服务站", "和顺便利店", "老街饭店", "明珠家政服务部")
# Days from today until the terms of these unions end, the first formed one after another.
_TERMS = (-20, 30, 75, 400)
_TERM = timedelta(days=5 * 365)
_LONG_AGO = date(2015, 1, 1)


def fill_register(employers: list[Employer], say: Callable[[str], None]) -> int:
    """Enter the unions that are to be, and let some things happen to those that are; returns how
    many were entered.
    """
    city = actor_named(db.session(), f"city-{COUNTY}")
    names = set(db.session.scalars(select(TradeUnion.name).where(TradeUnion.county == COUNTY)))
    told = set(db.session.scalars(select(UnionEvent.union_code)))
    new = [
        *((unit, NewUnion(name, UnionState.UNFORMED)) for unit, name in NOT_YET),
        *(
            (unit, NewUnion(name, UnionState.PREPARING, _begun(at), Particulars(kind=_kind(name))))
            for at, (unit, name) in enumerate(PREPARING)
        ),
    ]
    missing = [(unit, one) for unit, one in new if one.name not in names]
    if missing:
        say(f"工会组织：未建和筹备 {len(missing)} 家，联合工会的覆盖单位，换届")
    for unit, one in missing:
        register(unit, one, actor=city)
    _happen([one for one in employers if one.code not in told], employers, city)
    return len(missing)


def _begun(at: int) -> date:
    return today() - timedelta(days=30 * (at + 1))


def _kind(name: str) -> str:
    """Return the code of a union's kind: joint or of one employer."""
    return "2" if "联合" in name else "1"


def _happen(untold: list[Employer], employers: list[Employer], city: Actor) -> None:
    """Let things happen to unions to which nothing has happened yet."""
    still = {one.code for one in untold}
    joint = [one for one in employers if one.kind == "2"][:JOINT]
    for one in joint:
        if one.code in still:
            for name in _COVERED:
                cover(one.code, f"{one.name[:2]}{name}", actor=city)
    old = [one for one in employers if one.kind == "1" and one.formed_on < _LONG_AGO]
    for one, days in zip(old, _TERMS, strict=False):
        if one.code in still:
            ends = today() + timedelta(days=days)
            elect(one.code, ends - _TERM, ends, actor=city)
    changed = old[len(_TERMS)]
    if changed.code in still:
        name = changed.name.replace("工会委员会", "基层工会委员会")
        rename(changed.code, name, None, note="玉总工〔2018〕15号", actor=city)
