"""The list of what the product is made of: exactly what the lock files pin and browsers get."""

import hashlib
import json
import re

from workbench import sbom
from workbench.environment import LOCKS, ROOT


def parts(kind):
    found = sbom.document()["components"]
    return {part["name"]: part for part in found if part["purl"].startswith(f"pkg:{kind}/")}


def test_it_is_what_the_lock_file_pins():
    text = (ROOT / LOCKS["run"]).read_text("utf-8")
    pinned = dict(re.findall(r"^([a-z0-9-]+)(?:\[[a-z]+\])?==(\S+)", text, re.M))
    listed = parts("pypi")
    assert {name: part["version"] for name, part in listed.items()} == pinned
    hashes = [one["content"] for part in listed.values() for one in part["hashes"]]
    assert sorted(hashes) == sorted(re.findall(r"sha256:([0-9a-f]{64})", text))


def test_it_holds_every_script_and_style_of_others_as_it_lies_here():
    vendor = ROOT / "registry/web/static/vendor"
    lying = {path for path in vendor.iterdir() if path.suffix in {".js", ".css"}}
    told = {}
    for part in parts("npm").values():
        (file,) = (one["value"] for one in part["properties"])
        told[ROOT / file] = part["hashes"][0]["content"]
        assert part["licenses"][0]["license"]["id"]
    assert lying <= told.keys()
    for path, digest in told.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))["devDependencies"]
    versions = {name: part["version"] for name, part in parts("npm").items()}
    assert versions == {name: one for name, one in wanted.items() if name != "axe-core"}


def test_it_is_written_the_same_each_time(tmp_path):
    for name in ("one.json", "two.json"):
        assert sbom.run([str(tmp_path / name)]) == 0
    text = (tmp_path / "one.json").read_text("utf-8")
    assert text == (tmp_path / "two.json").read_text("utf-8")
    document = json.loads(text)
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    references = [part["bom-ref"] for part in document["components"]]
    assert len(set(references)) == len(references)
    assert document["dependencies"][0]["dependsOn"] == references
