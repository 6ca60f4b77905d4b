"""The sandbox process: confines itself, runs one named task, sends frames, ends.

Started by `registry.roster.sandbox` as a script in an isolated interpreter (`-I -S`), with the
limits, two open files and the import path as arguments. It is imported only for its table.

A frame is one letter, eight bytes of length (big-endian) and the payload: `r` ready; `h` head and
`t` tail (JSON), `b` batch (see `registry.roster.packing`); `o` the result of a task in bytes; `x`
refused (JSON: code, facts).
"""

from __future__ import annotations

import os
import sys

# name → (module, function). The function of "read" yields frames; every other one is
# f(content: bytes, argument: bytes) -> bytes.
TASKS = {
    "read": ("registry.roster.workbook", "read"),
    "preview": ("registry.roster.outline", "outline"),
    "mark": ("registry.roster.marked", "mark_content"),
}

_LETTERS = {"head": b"h", "batch": b"b", "tail": b"t"}


def confine(memory_bytes: int, cpu_seconds: int) -> None:
    """Take from this process, for good: memory, time, writing of files, other processes."""
    import resource

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


def main(arguments: list[str]) -> None:
    """Run the task named by the first argument; never returns."""
    task, content, argument, memory, cpu, *path = arguments
    confine(int(memory), int(cpu))
    sys.path.extend(path)
    sys.dont_write_bytecode = True
    out = os.fdopen(os.dup(1), "wb")
    # A stray print of a library must not stand between the frames.
    os.dup2(2, 1)
    try:
        _run(task, int(content), int(argument), out)
        out.flush()
    except BrokenPipeError:
        # The parent has gone or has seen enough.
        os._exit(1)
    # Nothing is worth tidying up: the memory goes back at once.
    os._exit(0)


def _run(task: str, content: int, argument: int, out: object) -> None:
    import json
    from importlib import import_module

    from registry.roster.refusal import Refusal

    def send(letter: bytes, payload: bytes) -> None:
        out.write(letter + len(payload).to_bytes(8, "big"))  # type: ignore[attr-defined]
        out.write(payload)  # type: ignore[attr-defined]
        out.flush()  # type: ignore[attr-defined]

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


if __name__ == "__main__":
    main(sys.argv[1:])
