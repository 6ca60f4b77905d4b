"""The sandbox process: confines itself, does one named task, sends frames, ends.

`registry.roster.nursery` forks it, with an open file for the content, one for the argument and one
for the frames.

A frame is one letter, eight bytes of length (big-endian) and the payload: `r` ready; `h` head and
`t` tail (JSON), `b` batch (see `registry.roster.packing`); `o` the result of a task in bytes; `x`
refused (JSON: code, facts).
"""

from __future__ import annotations

import json
import os
import resource
from importlib import import_module
from typing import BinaryIO

from registry.roster.refusal import Refusal

# name → (module, function). The function of "read" yields frames; every other one is
# f(content: bytes, argument: bytes) -> bytes.
TASKS = {
    "read": ("registry.roster.workbook", "read"),
    "preview": ("registry.roster.outline", "outline"),
    "list": ("registry.roster.plain_rows", "plain_rows"),
    "mark": ("registry.roster.marked", "mark_content"),
}

# What reading an .xlsx takes. The rest is loaded by the child that needs it.
_USUAL = ("workbook", "container", "ooxml", "parts", "shared_strings", "stream")

_LETTERS = {"head": b"h", "batch": b"b", "tail": b"t"}


def load() -> None:
    """Import, for all children to come, what most of them need."""
    for name in _USUAL:
        import_module(f"registry.roster.{name}")
    import_module("encodings.cp437")  # the names in a zip


def confine(memory_bytes: int, cpu_seconds: int) -> None:
    """Take from this process, for good: memory, time, writing of files, other processes."""
    for limit, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        highest = resource.getrlimit(limit)[1]
        if highest != resource.RLIM_INFINITY:
            value = min(value, highest)
        # The hard limit on time is a second later: the soft one says what has happened.
        hard = value + 1 if limit == resource.RLIMIT_CPU else value
        hard = hard if highest == resource.RLIM_INFINITY else min(hard, highest)
        resource.setrlimit(limit, (value, hard))


def live(
    task: str, content: int, argument: int, frames: int, memory_bytes: int, cpu_seconds: int
) -> None:
    """Do one task on open files; never returns."""
    confine(memory_bytes, cpu_seconds)
    out = os.fdopen(frames, "wb")
    try:
        _run(task, content, argument, out)
        out.flush()
    except BrokenPipeError:
        # The parent has gone or has seen enough.
        os._exit(1)
    # Nothing is worth tidying up: the memory goes back at once.
    os._exit(0)


def _run(task: str, content: int, argument: int, out: BinaryIO) -> None:
    def send(letter: bytes, payload: bytes) -> None:
        out.write(letter + len(payload).to_bytes(8, "big"))
        out.write(payload)
        out.flush()

    module, name = TASKS[task]
    function = getattr(import_module(module), name)
    send(b"r", b"")
    encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode
    try:
        with os.fdopen(content, "rb") as file, os.fdopen(argument, "rb") as said:
            if task == "read":
                for kind, value in function(file, said.read()):
                    packed = value if isinstance(value, bytes) else encode(value).encode()
                    send(_LETTERS[kind], packed)
            else:
                send(b"o", function(file.read(), said.read()))
    except BrokenPipeError:
        raise
    except Refusal as refusal:
        send(b"x", encode({"code": refusal.code, "facts": refusal.facts}).encode())
    except MemoryError:
        send(b"x", b'{"code": "file.too_costly", "facts": {}}')
    except BaseException as error:
        # Readers raise whatever they like on broken files; a panic is no Exception even.
        why = {"why": f"{type(error).__name__}: {error}"[:200]}
        send(b"x", encode({"code": "file.damaged", "facts": why}).encode())
