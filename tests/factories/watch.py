"""No record, no act: held to everything that the tests do, on both engines.

Whatever the product commits has its entry of the trail in the same transaction, and whatever file
leaves a page has one in the same request; the tables of `tests/architecture/test_trail_complete`
say what needs none.
"""

import sys
import threading
from typing import Any

from flask import Flask, request, request_finished, request_started
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExecutionContext
from werkzeug.wrappers import Response

from config import ROOT

_PRODUCT = str(ROOT / "registry")
_ENTRIES, _REFUSED = "trail_entry", "access.refused"
_CHANGES = ("INSERT ", "UPDATE ", "DELETE ")
# The chain itself; numbers handed out; attempts, counted before it is known what they come to.
_NO_CHANGE = {_ENTRIES, "trail_head", "trail_person", "id_sequence", "sign_in_failure"}
# What has an entry now and then, and need not have one each time: why.
_NOT_EACH_TIME = {
    "registry.accounts.passkeys.take": "a wrong answer uses up its question; its refusal follows",
    "registry.accounts.second_step.finish": "the same",
    "registry.jobs.bundle_work.BundleWork": "a chunk of a file; its upload has the entry",
    "registry.jobs.bundles._register": "the same file again takes up the work that failed",
    "registry.jobs.exchange_work.ExchangeWork": "a chunk of a batch; making it has the entry",
    "registry.jobs.operations._register": "a program's order for a roster that is there already",
    "registry.jobs.work.Work": "a chunk of a file; its upload has the entry",
}
# What commits for others: whose act it is stands further out.
_BENEATH = ("registry.db", "registry.storage")


class _Thread(threading.local):
    """What one thread is doing."""

    def __init__(self) -> None:
        self.changed: set[str] = set()  # tables, in the present transaction
        self.entries: list[str] = []  # actions, in the present transaction
        self.of_request: list[str] = []  # actions that the present request has committed


_here = _Thread()
# What was found wrong, by any thread.
_wrong: list[str] = []


def watch_database(engine: Engine) -> None:
    """Watch what an application's database is told."""
    event.listen(engine, "after_cursor_execute", _told)
    event.listen(engine, "commit", _committed)
    event.listen(engine, "rollback", _rolled_back)


def watch_requests(app: Flask) -> None:
    """Watch what the pages of an application give away."""
    request_started.connect(_started, app)
    request_finished.connect(_finished, app)


def wrong() -> list[str]:
    """Return what was found wrong since it was asked last, each once."""
    found = list(dict.fromkeys(_wrong))
    _wrong.clear()
    return found


def _told(
    connection: Connection,
    cursor: Any,
    statement: str,
    parameters: object,
    context: ExecutionContext,
    executemany: bool,
) -> None:
    if not statement.startswith(_CHANGES) or cursor.rowcount == 0:
        return
    verb, _, rest = statement.partition(" ")
    table = rest.removeprefix("INTO ").removeprefix("FROM ").split(maxsplit=1)[0].strip('"')
    _here.changed.add(table)
    if table == _ENTRIES and verb == "INSERT":
        _here.entries += [str(one.get("action")) for one in context.compiled_parameters]


def _committed(connection: Connection) -> None:
    changed, entries = _here.changed - _NO_CHANGE, list(_here.entries)
    _forget()
    _here.of_request += entries
    if changed and not entries and (who := _who_commits()) and not _is_silent(who):
        _wrong.append(f"{who} changed {', '.join(sorted(changed))} and left no entry on the trail")


def _rolled_back(connection: Connection) -> None:
    _forget()


def _forget() -> None:
    _here.changed.clear()
    _here.entries.clear()


def _who_commits() -> str:
    """Return the product's function whose transaction it is, "" where a test or a seed commits."""
    frame = sys._getframe(1)
    while frame := frame.f_back:
        code, module = frame.f_code, frame.f_globals.get("__name__", "")
        if module.startswith(("tests.", "seeds.")):
            return ""
        if code.co_filename.startswith(_PRODUCT) and module not in _BENEATH:
            return f"{module}.{code.co_qualname}"
    return ""


def _is_silent(who: str) -> bool:
    from tests.architecture.test_trail_complete import SILENT

    return any(f"{who}.".startswith(f"{one}.") for one in (*SILENT, *_NOT_EACH_TIME))


def _started(app: Flask, **_: object) -> None:
    _here.of_request = []


def _finished(app: Flask, response: Response, **_: object) -> None:
    from tests.architecture.test_trail_complete import FILES, NO_ACTS

    endpoint, said = request.endpoint or "", _here.of_request
    if "attachment" in response.headers.get("Content-Disposition", ""):
        action = FILES.get(endpoint, "an entry of FILES")
        if action and action not in said:
            _wrong.append(f"{endpoint} gave a file away without {action}: {said}")
    elif endpoint in NO_ACTS and set(said) - {_REFUSED}:
        _wrong.append(f"{endpoint} is no act and left {said}")
