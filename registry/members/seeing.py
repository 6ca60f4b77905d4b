"""Seeing a person's number or mobile in full: the one door to it.

Whoever wants to see says what and why. It is counted, and stands on the trail before it is shown.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.db import transaction
from registry.errors import InputRefused
from registry.identity.written import refuse_number
from registry.members import harvest
from registry.trail.operations import hold, record
from registry.vault.vault import of_person, vault

WORDS_LENGTH = 200


class Field(StrEnum):
    """What is shown: one of these at a time."""

    DOCUMENT = "document_number"
    MOBILE = "mobile"

    @property
    def label(self) -> str:
        """Its name on the screen."""
        return {"document_number": "证件号码", "mobile": "移动电话"}[self]


class Purpose(StrEnum):
    """What a full value may be wanted for."""

    VERIFY = "VERIFY"
    CONTACT = "CONTACT"
    BENEFIT = "BENEFIT"
    CORRECT = "CORRECT"
    REQUEST = "REQUEST"
    OTHER = "OTHER"

    @property
    def label(self) -> str:
        """Its name on the screen, and in the reason on the trail."""
        return _PURPOSES[self]


_PURPOSES: Mapping[Purpose, str] = {
    Purpose.VERIFY: "核对本人证件",
    Purpose.CONTACT: "联系本人",
    Purpose.BENEFIT: "办理补助、慰问、互助保障",
    Purpose.CORRECT: "核实、更正登记信息",
    Purpose.REQUEST: "本人或所在工会要求查询",
    Purpose.OTHER: "其他",
}


class Why(NamedTuple):
    """The purpose from the list, and words of one's own."""

    purpose: str
    words: str = ""


class Subject(NamedTuple):
    """Whom an act shows: which entry of the trail tells it, where, and what is sealed how.

    `path` is the place at which it must be allowed; `values` are the sealed values of each field
    with the person's key that they are bound to, `detail` goes on the trail.
    """

    action: str
    place: str
    path: str
    person: bytes
    values: Mapping[Field, list[tuple[bytes, bytes]]]
    detail: Mapping[str, Any]


class Shown(NamedTuple):
    """What was opened: the field, and what stands in it (for a doubt about a number, both)."""

    field: Field
    values: tuple[str, ...]


def show(find: Callable[[Session], Subject], field: Field, *, actor: Actor, why: Why) -> Shown:
    """Return one field of whom `find` finds in full; who saw it, and why, is on the trail.

    Raises `InputRefused` (reason.*, field.empty) and `Busy` (look.too_many), which is on the trail
    too, beside what `find` and the missing permission raise.
    """
    reason = reason_of(why)
    with transaction() as session:
        hold(session, actor.county)  # two acts of one account are counted one after the other
        subject = find(session)
        demand(actor, Permission.OPEN_MEMBER, subject.path)
        sealed = subject.values.get(field)
        if not sealed:
            raise InputRefused("field.empty", f"这里没有登记{field.label}。")
        refused = harvest.refusal(session, harvest.LOOKS, actor)
        record(
            session,
            subject.action,
            actor=actor,
            place=subject.place,
            result=f"refused:{refused.code}" if refused else "done",
            detail={
                **subject.detail,
                "person": subject.person.hex(),
                "field": field.value,
                "reason": reason,
            },
        )
    if refused:
        raise refused
    keeper = vault()
    opened = (keeper.open(value, of_person(field, key)).decode() for value, key in sealed)
    return Shown(field, tuple(opened))


def values_of(
    person: bytes, document: bytes | None, mobile: bytes | None
) -> dict[Field, list[tuple[bytes, bytes]]]:
    """Return a `Subject`'s values: those that somebody has, bound to the person."""
    sealed = {Field.DOCUMENT: document, Field.MOBILE: mobile}
    return {field: [(value, person)] for field, value in sealed.items() if value}


def reason_of(why: Why) -> str:
    """Return a reason as it stands on the trail: the purpose, and the words after it.

    Raises `InputRefused` without a purpose, for another one without words, and for words that are
    none.
    """
    if why.purpose not in set(Purpose):
        raise InputRefused("reason.missing", "请选择查看理由，系统会留痕。")
    purpose, words = Purpose(why.purpose), checked_words(why.words) if why.words.strip() else ""
    if purpose is Purpose.OTHER and not words:
        raise InputRefused("reason.missing", "选择“其他”时，请写明理由。")
    return f"{purpose.label}：{words}" if words else purpose.label


def checked_words(words: str) -> str:
    """Return words as they go on the trail, where no full number may stand. Raises
    `InputRefused`.
    """
    words = words.strip()
    if not words:
        raise InputRefused("reason.missing", "请填写理由，系统会留痕。")
    if len(words) > WORDS_LENGTH:
        raise InputRefused("reason.too_long", f"理由最多 {WORDS_LENGTH} 个字。")
    refuse_number(words, "reason.number", "理由", anyhow=True)
    return words
