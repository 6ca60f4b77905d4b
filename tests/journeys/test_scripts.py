"""Every script of ours is one that a browser can read: a slip in it would end all that it does."""

from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "registry" / "web" / "static"

pytestmark = pytest.mark.browser


def test_a_browser_can_read_every_script(new_page):
    page = new_page()
    scripts = sorted(STATIC.glob("*.js"))
    assert scripts
    for script in scripts:
        fault = page.evaluate(
            "text => { try { new Function(text) } catch (error) { return String(error) } }",
            script.read_text("utf-8"),
        )
        assert fault is None, f"{script.name}: {fault}"
