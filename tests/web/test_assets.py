"""The committed third-party files are exactly those that the manifest names."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "registry/web/static"
VENDOR = STATIC / "vendor"


def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((VENDOR / "manifest.json").read_text())
    return loaded


def test_every_file_has_the_hash_in_the_manifest() -> None:
    found = {
        path: hashlib.sha256((ROOT / path).read_bytes()).hexdigest() for path in manifest()["files"]
    }
    assert found == manifest()["files"]


def test_no_file_stands_beside_the_manifest() -> None:
    folders = [VENDOR, ROOT / "tests/journeys/vendor"]
    present = {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert present | {"templates/components/icon_shapes.html"} == set(manifest()["files"])


def test_versions_agree_with_package_and_lock() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert manifest()["versions"] == package["devDependencies"]
    for name, version in manifest()["versions"].items():
        assert lock[f"node_modules/{name}"]["version"] == version
        assert lock[f"node_modules/{name}"]["integrity"].startswith("sha512-")


def test_the_lock_names_no_registry() -> None:
    text = (ROOT / "package-lock.json").read_text()
    assert "resolved" not in text
    # Funding notices are the packages' own words; a tarball's address would be ours to hide.
    assert not re.search(r"https?://[^\"]*\.tgz", text)


def test_style_sheets_ask_for_own_files_only() -> None:
    for sheet in STATIC.rglob("*.css"):
        for address in re.findall(r"url\(\s*['\"]?([^'\")]+)", sheet.read_text()):
            assert not address.startswith(("data:", "http:", "https:", "//")), (sheet, address)
            assert (sheet.parent / address).is_file(), (sheet, address)


def test_no_source_map_is_asked_for() -> None:
    for file in (*STATIC.rglob("*.js"), *STATIC.rglob("*.css")):
        assert "sourceMappingURL" not in file.read_text(), file


def test_templates_obey_the_content_security_policy() -> None:
    # Inline styles, handlers and scripts would be silently dropped by the browser.
    forbidden = re.compile(
        r"\sstyle=|\son[a-z]+\s*=\s*[\"']|<style|hx-on|javascript:|<script(?![^>]*\ssrc=)", re.I
    )
    for page in (ROOT / "templates").rglob("*.html"):
        assert not forbidden.search(page.read_text()), page
