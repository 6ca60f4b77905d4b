"""The clerks' manual lists every finding that can be made, under the name that the page shows."""

import ast
import re
from pathlib import Path

from registry.roster.messages import TITLES
from registry.roster.rules import RULES

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
LINE = re.compile(r"^\| (.+?) \| .+ \| `([a-z_.]+\.[a-z_0-9]+)` \|$", re.M)
SECTIONS = {
    "error": ["需改正"],
    "warning": ["提醒", "整个文件"],
    "fixed": ["自动修正"],
    "refused": ["文件不能读取"],
}


def manual() -> dict[str, str]:
    """Return the manual's text by the heading of its parts."""
    text = (ROOT / "docs" / "clerks.md").read_text("utf-8")
    parts = re.split(r"^##+ (.+)\n", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def given() -> set[str]:
    """Return the rules that the program gives: those that stand in its code, words left aside."""
    found: set[str] = set()
    for path in (ROOT / "registry").rglob("*.py"):
        if path.name == "messages.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and node.value in RULES:
                found.add(node.value)
    return found


def test_each_finding_stands_once_under_its_name_and_weight():
    listed = {
        severity: {code: title for name in names for title, code in LINE.findall(manual()[name])}
        for severity, names in SECTIONS.items()
    }
    for severity, codes in listed.items():
        expected = {code: TITLES[code] for code in given() if RULES[code].severity == severity}
        assert codes == expected


def test_rules_named_anywhere_exist():
    families = {code.partition(".")[0] for code in RULES}
    named = re.compile(r"`((?:" + "|".join(sorted(families)) + r")\.[a-z_0-9]+)`")
    unknown = {
        (path.name, code)
        for path in PAGES
        for code in named.findall(path.read_text("utf-8"))
        if code not in RULES
    }
    assert not unknown
