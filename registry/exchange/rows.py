"""Members as rows of the national roster, numbers in full: for the files of a batch alone."""

from collections.abc import Sequence
from typing import Any

import msgspec

from registry.exchange import marks
from registry.exchange.marks import Mark
from registry.exchange.register import Difference, ending_of
from registry.exchange.states import Action
from registry.members.lifecycle import JOINING, RETAINING
from registry.members.models import EventType, MembershipState
from registry.roster.labels import labels_of
from registry.vault.vault import Vault, of_person

_decode = msgspec.json.Decoder(dict[str, str]).decode
# What the roster's codes cannot say.
_TOLD = {EventType.REVOKE: " 本市撤销了入会审核", EventType.MERGE: " 与另一条登记是同一人"}


def rows_of(keeper: Vault, found: Sequence[Difference], first: Mark) -> list[dict[str, str]]:
    """Return the rows as labels by field, numbered from `first` on in the order given."""
    return [
        _row(keeper, one, first._replace(number=first.number + at)) for at, one in enumerate(found)
    ]


def _row(keeper: Vault, one: Difference, mark: Mark) -> dict[str, str]:
    found = one.found
    told = _ended(found) if one.action is Action.ENDED else _live(found)
    clean = {**_decode(found.particulars), "document_kind": found.document_kind, **told}
    return {
        **labels_of(clean),
        "sequence": str(mark.number),
        "full_name": found.full_name,
        "document_number": _opened(keeper, "document_number", found.document_sealed, found),
        "mobile": _opened(keeper, "mobile", found.mobile_sealed, found),
        "union_name": found.union_name,
        "remark": marks.text(mark)
        + (_TOLD.get(found.event_type, "") if one.action is Action.ENDED else ""),
    }


def _live(found: Any) -> dict[str, str]:
    if found.state == MembershipState.RETAINED:
        # The day of joining says nothing of when somebody came to be retained.
        return {"change": RETAINING}
    return {"change": JOINING, "changed_on": found.began_on or ""}


def _ended(found: Any) -> dict[str, str]:
    change, reason, on = ending_of(found)
    return {"change": change, "change_reason": reason or "", "changed_on": on or ""}


def _opened(keeper: Vault, field: str, sealed: bytes | None, found: Any) -> str:
    return keeper.open(sealed, of_person(field, found.person_key)).decode() if sealed else ""
