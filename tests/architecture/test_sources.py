"""What every file of the project keeps to, beyond what the linters know."""

import ast
import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {".git", ".venv", "instance", "node_modules", "bench-results", "__pycache__", "vendor"}
VAGUE = {"utils", "common", "helpers", "core", "constants", "managers", "misc"}
# Put together from pieces, since this file is looked at too.
PLACES = re.compile(
    "|".join(
        [
            r"pypi\.(org|python|tuna)",
            r"python" + r"hosted\.org",
            r"registry\.npm" + r"(js|mirror)",
            r"deb\.deb" + r"ian\.org",
            r"(?<![\w.])/(work|root|opt|home)/" + r"(main|shared|wheels|pypi|\.pyenv|\w+/main\b)",
            r"/tmp/" + r"(plan|probe)\b",
        ]
    )
)
CLOCK_READERS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
}


def our_files() -> list[Path]:
    """Return every file of the checkout that is written here."""
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in NOT_OURS and not _is_cache(name)]
        found += [Path(folder, name) for name in files]
    return sorted(found)


def _is_cache(name: str) -> bool:
    return (name.startswith(".") and name != ".ci") or name.endswith(".egg-info")


def texts() -> dict[str, str]:
    """Return the text of every file that has one, by its path from the root."""
    found = {}
    for path in our_files():
        content = path.read_bytes()
        if b"\0" not in content:
            found[str(path.relative_to(ROOT))] = content.decode("utf-8", errors="replace")
    return found


TEXTS = texts()
SOURCES = {name: ast.parse(text) for name, text in TEXTS.items() if name.endswith(".py")}
PRODUCT = {name: tree for name, tree in SOURCES.items() if name.startswith("registry/")}


def calls(tree: ast.AST) -> list[ast.Call]:
    """Return every call in a source file."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def test_nothing_imports_from_the_package_root():
    guilty = []
    for name, tree in SOURCES.items():
        if name.startswith("tests/"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                deep = node.module == "registry" and node.level == 0
                # `from . import x` in registry/x.py reaches the root as well.
                climbs = node.level == name.count("/") and name in PRODUCT and not node.module
                if deep or climbs:
                    guilty.append(f"{name}:{node.lineno}")
    assert not guilty, f"import from the package that has it, never from the root: {guilty}"


def test_the_package_root_imports_nothing():
    tree = SOURCES["registry/__init__.py"]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]


def test_the_product_never_prints():
    guilty = [
        f"{name}:{call.lineno}"
        for name, tree in PRODUCT.items()
        for call in calls(tree)
        if isinstance(call.func, ast.Name) and call.func.id == "print"
    ]
    assert not guilty, f"a command writes to its stream, all else to the log: {guilty}"


def test_only_the_clock_reads_the_clock():
    guilty = [
        f"{name}:{call.lineno}"
        for name, tree in PRODUCT.items()
        if name != "registry/clock.py"
        for call in calls(tree)
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and (call.func.value.id, call.func.attr) in CLOCK_READERS
    ]
    assert not guilty, f"ask registry.clock, or take the instant as a parameter: {guilty}"


def test_files_leave_by_one_door_and_cells_by_one_writer():
    """What is attached has no other way out, and no writer but those that make cells harmless."""
    doors = {
        "send_file": "registry/web/downloads.py",
        "writer": "registry/roster/plain_cells.py",
        "_MemoryWriter": "registry/roster/saving.py",
    }
    found = {
        (name, one.func.attr if isinstance(one.func, ast.Attribute) else one.func.id)
        for name, tree in PRODUCT.items()
        for one in calls(tree)
        if isinstance(one.func, ast.Attribute | ast.Name)
    }
    assert {(name, called) for name, called in found if called in doors} == {
        (name, called) for called, name in doors.items()
    }
    assert [name for name in PRODUCT if "Content-Disposition" in TEXTS[name]] == [
        "registry/web/downloads.py"
    ]
    # Numbers are opened for a page by `members.seeing` alone; these say whose.
    shows = {name for name, called in found if called == "show"}
    assert shows == {
        "registry/members/operations.py",
        "registry/review/identities/opening.py",
        "registry/review/opening.py",
    }


def test_no_module_has_a_vague_name():
    guilty = [name for name in SOURCES if VAGUE & set(name.removesuffix(".py").split("/"))]
    assert not guilty, f"name a file for its subject: {guilty}"


def test_no_file_is_too_long():
    ours = [name for name in TEXTS if name.endswith((".py", ".html", ".css", ".js"))]
    guilty = [name for name in ours if TEXTS[name].count("\n") > 400]
    assert not guilty, f"one subject a file, 400 lines at most: {guilty}"


def test_no_file_names_the_place_where_it_was_made():
    guilty = [f"{name}: {hit[0]}" for name, text in TEXTS.items() if (hit := PLACES.search(text))]
    assert not guilty, f"where packages come from is the installing machine's affair: {guilty}"


def test_every_module_says_what_it_is_for():
    guilty = [name for name, tree in PRODUCT.items() if tree.body and not ast.get_docstring(tree)]
    assert not guilty, f"begin with a docstring: {guilty}"
