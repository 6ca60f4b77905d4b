"""What every application of a test process makes alike is made once: templates and addresses.

A test has an application of its own. To translate its pages to code, and the rules of its
addresses, took half of the time of the tests that open pages.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class _Kept(BytecodeCache):
    """The code of templates, by name and content."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code where it is known."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code."""
        self._codes[bucket.key, bucket.checksum] = bucket.code


_templates = _Kept()
_compile = Rule._compile_builder
_builders: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}


def _compiled_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """Return what writes a rule's addresses: a function of nothing but the rule itself."""
    key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
    if key not in _builders:
        _builders[key] = _compile(rule, append_unknown)
    return _builders[key]


@cache
def share_addresses() -> None:
    """Let all applications of this process share what writes their addresses."""
    Rule._compile_builder = _compiled_once  # type: ignore[method-assign]


def share_templates(app: Flask) -> None:
    """Let an application share the code of its templates with those before it."""
    app.jinja_env.bytecode_cache = _templates
