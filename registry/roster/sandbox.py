"""Reads workbooks in a throw-away child process: no reader of foreign files runs in this one.

The child (`registry.roster.child`) is an isolated interpreter with an empty environment, limits on
memory and time, no writing of files, in a session of its own that is killed at the end. Bytes go in
through an unnamed file, frames come out through a pipe; what comes out is data, never objects.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from types import TracebackType
from typing import Any

from registry.roster.columns import COLUMNS, ROW_KEY_COLUMN
from registry.roster.frames import read_batch, read_head, read_tail
from registry.roster.header import label_table, normalise_label
from registry.roster.layout import Layout
from registry.roster.limits import BULK, ORDINARY, Limits, size_words
from registry.roster.process import Child
from registry.roster.profiles import profiles
from registry.roster.sheet import SheetBatch, SheetTail
from registry.roster.stamp import ORIGIN_FIELD, ORIGIN_LABEL
from registry.roster.wording import refused

__all__ = ["BULK", "ORDINARY", "Limits", "SheetReader", "open_sheet", "run_in_sandbox"]


class SheetReader:
    """A sheet being read: `head` is known at once, iterating gives the batches, then `tail` is
    known. The child is killed on leaving the context, at the end and on every refusal."""

    def __init__(self, child: Child) -> None:
        self._child = child
        letter, payload = child.frame()
        if letter != b"h":
            raise refused("file.damaged")
        self.head = read_head(payload)
        self._tail: SheetTail | None = None

    @property
    def tail(self) -> SheetTail:
        """What is known only when all batches have been taken; RuntimeError before that."""
        if self._tail is None:
            raise RuntimeError("the sheet has not been read to its end")
        return self._tail

    def __iter__(self) -> Iterator[SheetBatch]:
        """Yield the batches, once. Raises RosterRefused when the child passes a limit or dies."""
        try:
            while self._tail is None:
                letter, payload = self._child.frame()
                if letter == b"b":
                    yield read_batch(payload)
                else:
                    self._tail = read_tail(payload)
        finally:
            self.close()

    def close(self) -> None:
        """End the child; reading on is not possible afterwards."""
        self._child.close()

    def __enter__(self) -> SheetReader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_sheet(
    content: bytes, limits: Limits = ORDINARY, layout: Layout | None = None
) -> SheetReader:
    """Open the roster in a file's bytes, whatever the format (told by the content alone).

    `layout` is what a person said about its columns. Raises RosterRefused with a `file.*` code of
    `seeds/rules.csv`, here or while iterating.
    """
    _refuse_size(content, limits)
    child = Child("read", content, reading_argument(limits, layout), limits)
    try:
        return SheetReader(child)
    except BaseException:
        child.close()
        raise


def run_in_sandbox(task: str, content: bytes, argument: bytes, limits: Limits = ORDINARY) -> bytes:
    """Run one task of the table in `registry.roster.child` on these bytes; return its result.

    Raises RosterRefused: file.too_costly past a limit, file.damaged when the task fails, or what
    the task itself refused.
    """
    _refuse_size(content, limits)
    child = Child(task, content, argument, limits)
    try:
        letter, payload = child.frame()
    finally:
        child.close()
    if letter != b"o":
        raise refused("file.damaged")
    return payload


def _refuse_size(content: bytes, limits: Limits) -> None:
    if len(content) > limits.file_bytes:
        raise refused("file.too_large", {"limit": size_words(limits.file_bytes)})


def reading_argument(limits: Limits, layout: Layout | None = None) -> bytes:
    """Return what the child is told of labels and limits (`registry.roster.choosing.Terms`)."""
    layout = layout or Layout()
    said = {
        **_reading_terms(),
        "profiles": [(one.name, one.labels) for one in profiles()],
        "remembered": dict(layout.labels),
        "sheet": layout.sheet,
        "columns": dict(layout.columns),
        "bounds": limits.bounds,
    }
    return json.dumps(said).encode()


@cache
def _reading_terms() -> dict[str, Any]:
    columns = [(one.field, one.label, one.aliases) for one in COLUMNS]
    labels = label_table([*columns, ROW_KEY_COLUMN])
    return {
        "labels": {**labels, normalise_label(ORIGIN_LABEL): ORIGIN_FIELD},
        "ignored": [one.field for one in COLUMNS if one.requirement == "ignored"],
    }
