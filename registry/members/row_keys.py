"""Keys that stand for a union's member outside the system: `K-` and 24 letters and digits.

They let a masked document number come back (the pre-filled roster) or be chosen (a suggestion)
without ever leaving in full. A key is the member's number in the county and a keyed hash over
county, union and number: who has not the installation's key file cannot make one, and a key of
another union says nothing here. It opens nothing by itself: `recall` asks the register for a live
member of the union. The hash key does not rotate, so that rosters given out stay good.
"""

import base64
import hmac
import re
from collections.abc import Sequence

from registry.vault.vault import ROW_KEY, Vault

PREFIX = "K-"
_ID_BYTES, _TAG_BYTES = 5, 10
_FORM = re.compile(r"K-[A-Z2-7]{24}")


def make(keeper: Vault, county: str, union_code: str, member_id: int) -> str:
    """Return the key of a member in a union's rosters."""
    tag = _tag(keeper, county, union_code, member_id)
    number = _veiled(keeper, member_id.to_bytes(_ID_BYTES, "big"), tag)
    return PREFIX + base64.b32encode(number + tag).decode()


def member_of(keeper: Vault, county: str, union_code: str, key: object) -> int | None:
    """Return the member that a key names, None for one of another union, a forgery or any other
    text.
    """
    text = key.strip().upper() if isinstance(key, str) else ""
    if not _FORM.fullmatch(text):
        return None
    token = base64.b32decode(text.removeprefix(PREFIX))
    tag = token[_ID_BYTES:]
    member_id = int.from_bytes(_veiled(keeper, token[:_ID_BYTES], tag), "big")
    return (
        member_id if hmac.compare_digest(tag, _tag(keeper, county, union_code, member_id)) else None
    )


def looks_like_one(text: object) -> bool:
    """Return whether a text has the form of a key, whatever it is worth."""
    return isinstance(text, str) and _FORM.fullmatch(text.strip().upper()) is not None


def among(cells: Sequence[object]) -> dict[int, str]:
    """Return the cells of a column that have the form of a key, by their index."""
    try:
        text = "\n".join(cells)  # type: ignore[arg-type]
    except TypeError:  # not all are texts
        text = PREFIX
    if PREFIX not in text.upper():
        return {}
    return {at: str(cell) for at, cell in enumerate(cells) if looks_like_one(cell)}


def _tag(keeper: Vault, county: str, union_code: str, member_id: int) -> bytes:
    place = f"{county}|{union_code}|{member_id}"
    return keeper.keyed_hash(ROW_KEY, place)[:_TAG_BYTES]


def _veiled(keeper: Vault, number: bytes, tag: bytes) -> bytes:
    """Return a member's number veiled, or a veiled one bare: keys in a row tell no order."""
    veil = keeper.keyed_hash(ROW_KEY, f"veil|{tag.hex()}")
    return bytes(one ^ other for one, other in zip(number, veil, strict=False))
