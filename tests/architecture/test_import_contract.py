"""The import contract of pyproject.toml holds, is whole, and refuses what it is there to refuse."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Contract, then a line added on purpose to a module; "" makes the module.
VIOLATIONS = [
    ("flow", "clock.py", "import registry.members"),
    ("flow", "members/operations.py", "import registry.review.operations"),
    ("flow", "web/__init__.py", "import registry.cli"),
    ("flow", "app.py", "import registry.__main__"),
    ("flow", "leftovers.py", ""),
    ("pure", "identity/mask.py", "import sqlalchemy"),
    ("shell", "trail/operations.py", "import werkzeug"),
    ("tables", "web/__init__.py", "import registry.members.models"),
    ("workbooks", "review/operations.py", "import openpyxl"),
]


def lint(folder: Path) -> tuple[int, str]:
    """Run the contracts of a checkout; return the exit code and what was said."""
    ran = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"NO_COLOR": "1", "COLUMNS": "200", "PATH": ""},
    )
    return ran.returncode, ran.stdout + ran.stderr


def contract() -> dict:
    """Return the import contract as pyproject.toml states it."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]


def broken(said: str) -> set[str]:
    """Return the ids of the contracts that lint-imports called broken."""
    names = {each["name"]: each["id"] for each in contract()["contracts"]}
    return {names[name.strip()] for name in re.findall(r"^(.*) BROKEN$", said, re.M)}


def test_the_contract_holds():
    code, said = lint(ROOT)
    assert code == 0, said


def test_the_contract_is_whole():
    contracts = {each["id"]: each for each in contract()["contracts"]}
    assert list(contracts) == ["flow", "pure", "shell", "tables", "workbooks"]
    assert contracts["flow"]["exhaustive"]
    for each in contracts.values():
        assert not {"ignore_imports", "exhaustive_ignores"} & set(each), "no exceptions"
    assert "(" not in "".join(contracts["flow"]["layers"]), "no optional layers"


@pytest.mark.parametrize(("contract_id", "module", "line"), VIOLATIONS)
def test_a_deliberate_violation_is_refused(tmp_path, contract_id, module, line):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    ignore = shutil.ignore_patterns("__pycache__", "*.html", "static")
    shutil.copytree(ROOT / "registry", tmp_path / "registry", ignore=ignore)
    changed = tmp_path / "registry" / module
    assert changed.exists() or not line, f"{module} is gone: break another module of its package"
    with changed.open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    code, said = lint(tmp_path)
    assert code == 1, said
    assert contract_id in broken(said), said
