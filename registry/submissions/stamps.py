"""The code on a marked workbook: which draft it was made from, and what it held of the page.

It is sealed: nobody reads it, nobody makes one, and a changed one does not open. It says nothing
that the workbook's owner could not know, and gives no right: who uploads must be allowed anyway.
"""

import base64
import binascii
import zlib
from datetime import datetime

import msgspec

from registry.clock import now
from registry.roster.sheet import Cell
from registry.vault.vault import Vault, VaultError

_CONTEXT = b"marked workbook"
# More corrections than this are not written into the code: the sheet's text would become too long.
MOST_EDITS = 20_000


class Stamp(
    msgspec.Struct,
    rename={"county": "c", "submission_id": "s", "edits": "e", "at": "t", "is_part": "p"},
):
    """`edits` are the corrections of the page that the workbook holds: row, field, value; `at` is
    when it was made; `is_part` says that it has some rows only, with their 原行号."""

    county: str
    submission_id: int
    edits: dict[int, dict[str, Cell]]
    at: datetime
    is_part: bool = False


_decoder = msgspec.json.Decoder(Stamp)


def make(
    vault: Vault,
    county: str,
    submission_id: int,
    edits: dict[int, dict[str, Cell]],
    *,
    is_part: bool,
) -> str:
    """Return the code for a workbook made from a draft now."""
    kept = edits if sum(map(len, edits.values())) <= MOST_EDITS else {}
    plain = zlib.compress(msgspec.json.encode(Stamp(county, submission_id, kept, now(), is_part)))
    return base64.urlsafe_b64encode(vault.seal(plain, _CONTEXT)).decode()


def read(vault: Vault, code: str) -> Stamp | None:
    """Return what a code says, None when it is not one of this installation's."""
    try:
        sealed = base64.b64decode(code.encode(), altchars=b"-_", validate=True)
        return _decoder.decode(zlib.decompress(vault.open(sealed, _CONTEXT)))
    except (binascii.Error, UnicodeEncodeError, IndexError, VaultError, zlib.error):
        return None
    except msgspec.MsgspecError:
        return None
