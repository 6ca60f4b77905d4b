"""The list of what the product is made of (SBOM), as CycloneDX 1.6 in JSON.

Made from what pins it: the hashed lock file of the run, and the manifest and lock of the files
that browsers get. The same checkout gives the same bytes: there is no time and no serial number.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

from workbench.environment import LOCKS, ROOT

_PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)(?: ; ([^\\]*?))? \\")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
# What stands in the repository of each package of package.json; the icons are shapes in a template.
_FILES = {
    "bootstrap": "registry/web/static/vendor/bootstrap.min.css",
    "bootstrap-icons": "templates/components/icon_shapes.html",
    "echarts": "registry/web/static/vendor/echarts.common.min.js",
    "htmx.org": "registry/web/static/vendor/htmx.min.js",
}


def run(arguments: list[str]) -> int:
    """Write the document to the file that is named, else to standard output."""
    text = json.dumps(document(), ensure_ascii=False, indent=2) + "\n"
    if arguments:
        Path(arguments[0]).write_text(text, "utf-8")
    else:
        sys.stdout.write(text)
    return 0


def document() -> dict[str, Any]:
    """Return the whole document."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    name, version = project["name"], project["version"]
    parts = [*_python(), *_browser()]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": name,
                "name": name,
                "version": version,
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": parts,
        "dependencies": [{"ref": name, "dependsOn": [part["bom-ref"] for part in parts]}],
    }


def _python() -> list[dict[str, Any]]:
    """Each pinned package with the hashes of all its files: an installer takes one of them."""
    entries = re.split(r"\n(?=\S)", (ROOT / LOCKS["run"]).read_text("utf-8").strip())
    found = [(_PIN.match(entry), _HASH.findall(entry)) for entry in entries]
    return [_part("pypi", pin[1], pin[2], hashes, marker=pin[3]) for pin, hashes in found if pin]


def _browser() -> list[dict[str, Any]]:
    manifest = json.loads((ROOT / "registry/web/static/vendor/manifest.json").read_text("utf-8"))
    locked = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    return [
        _part(
            "npm",
            name,
            manifest["versions"][name],
            [manifest["files"][file]],
            licence=locked[f"node_modules/{name}"]["license"],
            file=file,
        )
        for name, file in _FILES.items()
    ]


def _part(
    kind: str,
    name: str,
    version: str,
    hashes: list[str],
    *,
    licence: str = "",
    file: str = "",
    marker: str | None = None,
) -> dict[str, Any]:
    address = f"pkg:{kind}/{name}@{version}"
    said = {"tongxin:file": file, "tongxin:only-where": (marker or "").strip()}
    part: dict[str, Any] = {
        "type": "library",
        "bom-ref": address,
        "name": name,
        "version": version,
        "purl": address,
        "hashes": [{"alg": "SHA-256", "content": one} for one in hashes],
    }
    if licence:
        part["licenses"] = [{"license": {"id": licence}}]
    if properties := [{"name": key, "value": value} for key, value in said.items() if value]:
        part["properties"] = properties
    return part
