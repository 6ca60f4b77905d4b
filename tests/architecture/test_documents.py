"""What the documents point at is there, and every decision is listed."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]+)")


def test_links_and_pictures_lead_somewhere():
    links = [
        (page, target)
        for page in PAGES
        for target in LINK.findall(page.read_text("utf-8"))
        if "://" not in target
    ]
    gone = [
        f"{page.name}: {target}" for page, target in links if not (page.parent / target).exists()
    ]
    assert not gone, gone


def test_every_decision_is_listed_once_under_a_number_of_its_own():
    folder = ROOT / "docs" / "decisions"
    pages = sorted(page.name for page in folder.glob("[0-9]*.md"))
    listed = LINK.findall((folder / "README.md").read_text("utf-8"))
    assert sorted(listed) == pages
    assert len({page[:4] for page in pages}) == len(pages)
