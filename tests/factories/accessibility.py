"""What axe says of a page (https://github.com/dequelabs/axe-core)."""

from pathlib import Path
from typing import Any

_AXE = (Path(__file__).parents[1] / "journeys/vendor/axe.min.js").read_text("utf-8")
# Without what nobody reads here: passes, the address of each node in CSS, sheets fetched again.
_RUN = "axe.run(document, {resultTypes: ['violations'], selectors: false, preload: false})"


def bring_axe(page: Any) -> None:
    """Have axe on every page that the browser opens from now on, for walks over many pages."""
    page.context.add_init_script(_AXE)


def violations(page: Any) -> list[tuple[str, str]]:
    """Return what axe finds on a page: (rule, the beginning of the node)."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    found = page.evaluate(_RUN)["violations"]
    return [(one["id"], node["html"][:160]) for one in found for node in one["nodes"]]
