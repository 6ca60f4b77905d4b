"""What every application of a test process makes alike is made once: templates, addresses, SQL,
connections to PostgreSQL.

A test has an application of its own, with a database of its own. To translate its pages, the rules
of its addresses and its statements took most of the time of the tests.
"""

from collections import defaultdict
from functools import cache
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine, event
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule


class _Codes(BytecodeCache):
    """The code of templates, by name and content."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code where it is known."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code."""
        self._codes[bucket.key, bucket.checksum] = bucket.code


class _Statements:
    """Compiled statements of all databases of one kind; SQLAlchemy keeps them for each engine."""

    def __init__(self) -> None:
        self._compiled: LRUCache[Any, Any] = LRUCache(2_000)

    def get(self, key: tuple[Any, ...]) -> Any:
        """Give the compiled statement where it is known."""
        dialect, *rest = key
        return self._compiled.get((dialect.name, *rest))

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        """Keep a compiled statement."""
        dialect, *rest = key
        self._compiled[dialect.name, *rest] = compiled


_PREPARED = 2_000  # statements that a connection may hold ready
_templates, _statements = _Codes(), _Statements()
_compile = Rule.compile
_COMPILED = ("_parts", "_trace", "_converters", "arguments", "_build", "_build_unknown")
_rules: dict[tuple[object, ...], dict[str, Any]] = {}


def _compile_once(rule: Rule) -> None:
    key = (rule.rule, repr(rule.defaults), rule.merge_slashes, rule.subdomain, rule.host)
    if key not in _rules:
        _compile(rule)
        _rules[key] = {name: getattr(rule, name) for name in _COMPILED}
    for name, value in _rules[key].items():
        # What writes addresses is a method of the rule it was made for.
        own = value.__func__.__get__(rule) if name.startswith("_build") else value.copy()
        setattr(rule, name, own)


@cache
def share_addresses() -> None:
    """Let all applications of this process share what their rules of addresses are made into."""
    Rule.compile = _compile_once  # type: ignore[method-assign]


def share_templates(app: Flask) -> None:
    """Let an application share the code of its templates with those before it."""
    app.jinja_env.bytecode_cache = _templates


def share_statements(engine: Engine) -> None:
    """Let a database share its compiled statements with those of its kind before it."""
    engine.update_execution_options(compiled_cache=_statements)


# By address: connections that no application has at present.
_idle: defaultdict[str, list[Any]] = defaultdict(list)


def share_connections(engine: Engine) -> None:
    """Let a database take up the connections to PostgreSQL of those before it, as a site keeps its
    own for days: a new one asks for every table and plans every statement once more.
    """
    idle = _idle[str(engine.url)]
    close = engine.dialect.do_close

    def take(*_: object) -> Any:
        while idle:
            connection = idle.pop()
            if not connection.closed:
                return connection
        return None  # a new one

    def give_back(connection: Any) -> None:
        if connection.broken or connection.closed:
            close(connection)
            return
        connection.rollback()
        connection.prepared_max = _PREPARED
        idle.append(connection)

    event.listen(engine, "do_connect", take)
    engine.dialect.do_close = give_back  # type: ignore[method-assign]


def forget_connections(address: str) -> None:
    """Close what is kept of a database that is to go."""
    for connection in _idle.pop(address, []):
        connection.close()
