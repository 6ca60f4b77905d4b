"""Every setting, and no other, stands in the operators' page with the default it really has."""

import re
from pathlib import Path

import config

PAGE = Path(config.__file__).parent / "docs" / "operators" / "settings.md"
ROW = re.compile(r"^\| `([A-Z_]+)` \| `?(.*?)`? \|", re.M)


def test_the_page_lists_the_settings_with_their_defaults():
    root = str(config.ROOT) + "/"
    settings = {each.variable: each.default.removeprefix(root) for each in config.SETTINGS}
    assert dict(ROW.findall(PAGE.read_text("utf-8"))) == settings
