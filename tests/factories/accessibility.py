"""What axe says of a page (https://github.com/dequelabs/axe-core)."""

from pathlib import Path
from typing import Any

_AXE = (Path(__file__).parents[1] / "journeys/vendor/axe.min.js").read_text("utf-8")
# Without what nobody reads here: passes, the address of each node in CSS, sheets fetched again.
_OPTIONS = {"resultTypes": ["violations"], "selectors": False, "preload": False}
_RUN = "([context, options]) => axe.run(context, options)"
# The rows of a table are alike, and take as long again each.
_ROWS = ["tbody tr:nth-child(n+7)"]
# What stands around every page of somebody, for walks that have seen it.
_FRAME = [["nav.side"], ["header.top"]]


def bring_axe(page: Any) -> None:
    """Have axe on every page that the browser opens from now on, for walks over many pages."""
    page.context.add_init_script(_AXE)


def violations(page: Any, *, frame: bool = True, contrast: bool = True) -> list[tuple[str, str]]:
    """Return what axe finds on a page: (rule, the beginning of the node).

    Of a table the first six rows are looked at; `frame` says whether the menu is, and the head.
    Contrast takes as long as all else together.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    context = {"exclude": [_ROWS, *([] if frame else _FRAME)]}
    rules = {"color-contrast": {"enabled": contrast}}
    found = page.evaluate(_RUN, [context, {**_OPTIONS, "rules": rules}])["violations"]
    return [(one["id"], node["html"][:160]) for one in found for node in one["nodes"]]
