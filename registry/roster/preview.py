"""What stands in a file's columns, for whoever confirms them: labels, guesses, masked examples."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from registry.identity import mask
from registry.roster.columns import COLUMN, ROW_KEY
from registry.roster.doubts import doubts_of
from registry.roster.layout import Doubt, Layout, Unclear
from registry.roster.sandbox import ORDINARY, Limits, reading_argument, run_in_sandbox
from registry.roster.stamp import ORIGIN_FIELD
from registry.roster.wording import refused

_DATE = re.compile(r"(?:19|20)\d\d(?:[-/.年]?\d{1,2}(?:[-/.月]?\d{1,2}日?)?)?(?:[ T][\d:.]+)?")
_SEPARATED = re.compile(r"[A-Za-z]{0,3}\d(?:[\s\-]?[0-9A-Za-z]){5,}")
_MOBILE = re.compile(r"1[3-9]\d{9}")
# Columns that the register itself wrote into a workbook are what they are.
_OURS = frozenset({ROW_KEY, ORIGIN_FIELD})


@dataclass(frozen=True, slots=True)
class PreviewColumn:
    """One column. `field` is the guess, None for none; `passed`: known as not taken; `examples`
    are up to three different cells, numbers masked."""

    column: str
    header: str
    field: str | None
    passed: bool
    examples: list[str]


@dataclass(frozen=True, slots=True)
class SheetPreview:
    """One sheet that has a header. `chosen`: the one that is read."""

    name: str
    header_row: int
    columns: list[PreviewColumn]
    chosen: bool
    doubts: list[Doubt] = field(default_factory=list)

    @property
    def unsaid(self) -> list[PreviewColumn]:
        """The columns that nothing is known of."""
        return [one for one in self.columns if one.field is None and not one.passed]


class _Said(msgspec.Struct):
    name: str
    header_row: int
    columns: list[dict[str, Any]]
    unclear: list[Unclear]
    chosen: bool


_DECODER = msgspec.json.Decoder(list[_Said])


def preview(
    content: bytes, limits: Limits = ORDINARY, layout: Layout | None = None
) -> list[SheetPreview]:
    """Return the sheets of a file that have a header, in the order of the workbook.

    Raises RosterRefused.
    """
    answer = run_in_sandbox("preview", content, reading_argument(limits, layout), limits)
    try:
        return [_sheet(one) for one in _DECODER.decode(answer)]
    except (msgspec.MsgspecError, LookupError, TypeError) as error:
        raise refused("file.damaged") from error


def _sheet(said: _Said) -> SheetPreview:
    columns = [_column(one) for one in said.columns if one.get("field") not in _OURS]
    fields = {one.field for one in columns if one.field}
    return SheetPreview(
        said.name, said.header_row, columns, said.chosen, doubts_of(fields, said.unclear)
    )


def _column(said: Mapping[str, Any]) -> PreviewColumn:
    one = msgspec.convert(said, PreviewColumn)
    if one.field is not None and one.field not in COLUMN:
        raise LookupError(one.field)
    return PreviewColumn(
        one.column, one.header, one.field, one.passed, [masked(text) for text in one.examples]
    )


def masked(text: str) -> str:
    """Return a cell's text with everything in it covered that may be a document number or a
    mobile; dates stay."""
    if _DATE.fullmatch(text.strip()):
        return text
    return _SEPARATED.sub(lambda found: _covered(found[0]), text)


def _covered(number: str) -> str:
    bare = re.sub(r"[\s\-]", "", number)
    if sum(map(str.isdigit, bare)) < 6:
        return number
    cover = mask.mobile if _MOBILE.fullmatch(bare) else mask.document
    return cover(bare, mask.Sight.OWN_UNION)
