"""What members' particulars say, for conditions: the database looks into the JSON itself."""

from typing import Any

from sqlalchemy import ColumnElement, Text, literal, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from registry.members.models import Member


class _Said(FunctionElement[str]):
    """What an object in JSON says of a name, as text."""

    name = "said"
    inherit_cache = True


@compiles(_Said, "sqlite")
def _said_on_sqlite(element: _Said, compiler: Any, **kw: Any) -> str:
    column, name = (compiler.process(part, **kw) for part in element.clauses)
    return f"json_extract({column}, '$.' || {name})"


@compiles(_Said, "postgresql")
def _said_on_postgresql(element: _Said, compiler: Any, **kw: Any) -> str:
    column, name = (compiler.process(part, **kw) for part in element.clauses)
    return f"(CAST({column} AS json) ->> CAST({name} AS text))"


def said(field: str) -> ColumnElement[str]:
    """Return what a member's particulars say of a field, nothing where they do not."""
    return type_coerce(_Said(Member.particulars, literal(field, Text())), Text())
