"""Which functions of the product lead to which, by the names they speak of: nothing is run."""

import ast
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from config import ROOT


class Graph:
    """The functions of `registry`, `module.name` each: what they mention, and their texts.

    A function that is only handed on counts as called, one that is looked up by a text does not.
    """

    def __init__(self) -> None:
        self.trees = {_module(path): ast.parse(path.read_text("utf-8")) for path in _files()}
        self.imports = {module: _imports(tree.body) for module, tree in self.trees.items()}
        self.nodes: dict[str, ast.AST] = {}
        for module, tree in self.trees.items():
            for node in tree.body:
                self._take(module, node)
        self.edges: dict[str, set[str]] = {}
        self.texts: dict[str, set[str]] = {}
        for name, node in self.nodes.items():
            parts = list(ast.walk(node))
            self.edges[name] = set(self._mentioned(name, parts))
            self.texts[name] = set(_texts(parts))

    def reached(self, name: str) -> set[str]:
        """Return what a function leads to, itself included."""
        found, left = set(), [name]
        while left:
            one = left.pop()
            if one not in found:
                found.add(one)
                left += self.edges.get(one, ())
        return found

    def _take(self, module: str, node: ast.AST) -> None:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            self.nodes[f"{module}.{node.name}"] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in (name for one in targets for name in ast.walk(one)):
                if isinstance(target, ast.Name):
                    self.nodes[f"{module}.{target.id}"] = node

    def _mentioned(self, name: str, parts: Sequence[ast.AST]) -> Iterator[str]:
        module = name.rpartition(".")[0]
        known = self.imports[module] | _imports(parts)
        for one in parts:
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load):
                yield known.get(one.id, f"{module}.{one.id}")
            elif isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name):
                yield f"{known.get(one.value.id, '')}.{one.attr}"


def _texts(parts: Sequence[ast.AST]) -> Iterator[str]:
    for one in parts:
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


@cache
def graph() -> Graph:
    """Return the product's graph."""
    return Graph()


def _imports(parts: Sequence[ast.AST]) -> dict[str, str]:
    found = {}
    for node in parts:
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    return found


def _files() -> list[Path]:
    return sorted((ROOT / "registry").rglob("*.py"))


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
