"""The form of the migrations: numbered without gaps, saying why, importing nothing of ours."""

import ast
import re
import sys

import pytest

from config import ROOT

FILES = sorted((ROOT / "migrations" / "versions").glob("*.py"))


def _tree(path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _assigned(path, name):
    for node in _tree(path).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == name:
            return ast.literal_eval(node.value)
    raise AssertionError(f"{path.name} does not set {name}")


def test_numbered_without_gaps():
    names = [path.name for path in FILES]
    assert all(re.fullmatch(r"\d{4}_[a-z_]+\.py", name) for name in names)
    assert [name[:4] for name in names] == [f"{number + 1:04}" for number in range(len(names))]


def test_each_follows_the_one_before():
    revisions = [_assigned(path, "revision") for path in FILES]
    assert revisions == [path.name[:4] for path in FILES]
    assert [_assigned(path, "down_revision") for path in FILES] == [None, *revisions[:-1]]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_says_why(path):
    title, _, why = (ast.get_docstring(_tree(path)) or "").partition("\n\n")
    assert title.endswith(".")
    assert len(why) > 80


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_none_imports_a_model(path):
    imported = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            imported |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module)
    assert imported - sys.stdlib_module_names <= {"sqlalchemy", "alembic"}
