"""The document of a closing: what is signed, as plain values, and how it is read again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from registry.periods.comparing import differences
from registry.periods.composing import Content, Place, members_of
from registry.periods.months import Month

FORMAT = "tongxin-period-1"


class Document(NamedTuple):
    """What a reader asks of a document."""

    county: str
    month: Month
    revision: int
    closed_at: str
    closed_by: str
    previous: Mapping[str, Any] | None  # the closing of the month before: month, revision, sha256
    replaces: Mapping[str, Any] | None  # the one opened again: revision, sha256, reason
    changes: list[Mapping[str, str]]  # what differs from the one that it replaces
    places: dict[str, Place]

    @property
    def members(self) -> dict[str, int]:
        """The members of each place."""
        return members_of(self.places)


class Links(NamedTuple):
    """What a new document is joined to: the closing of the month before, and the one of the same
    month that it replaces, with the reason for which that was opened again.
    """

    previous: Document | None = None
    previous_digest: str = ""
    replaced: Document | None = None
    replaced_digest: str = ""
    reason: str = ""


def written(
    county: str,
    month: Month,
    content: Content,
    links: Links,
    *,
    closed_at: datetime,
    closed_by: str,
    signed_with: Mapping[str, str],
) -> dict[str, Any]:
    """Return the document of a closing. `signed_with` names algorithm and key."""
    previous, replaced = links.previous, links.replaced
    return {
        "format": FORMAT,
        "county": county,
        "month": str(month),
        "last_day": month.last_day.isoformat(),
        "revision": replaced.revision + 1 if replaced else 1,
        "closed_at": closed_at.isoformat(timespec="seconds"),
        "closed_by": closed_by,
        "signed_with": dict(signed_with),
        "previous": previous
        and {
            "month": str(previous.month),
            "revision": previous.revision,
            "sha256": links.previous_digest,
        },
        "replaces": replaced
        and {
            "revision": replaced.revision,
            "sha256": links.replaced_digest,
            "reason": links.reason,
        },
        "changes": [
            {"place": one.place, "what": one.what, "before": one.before, "after": one.after}
            for one in (differences(replaced.places, content.places) if replaced else ())
        ],
        "places": content.places,
    }


def read(content: bytes) -> Document:
    """Return what stored bytes say. Raises `ValueError` for what is no document of a closing."""
    try:
        told = msgspec.json.decode(content)
        return Document(
            told["county"],
            Month.named(told["month"]),
            told["revision"],
            told["closed_at"],
            told["closed_by"],
            told["previous"],
            told["replaces"],
            told["changes"],
            told["places"],
        )
    except (msgspec.DecodeError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise ValueError("no document of a closing") from error
