"""Every setting, and no other, stands in the operators' page with the default it really has."""

import re
from pathlib import Path

import pytest

import config

PAGE = Path(config.__file__).parent / "docs" / "operators" / "settings.md"
ROW = re.compile(r"^\| `([A-Z_]+)` \| `?(.*?)`? \|", re.M)


def test_the_page_lists_the_settings_with_their_defaults():
    root = str(config.ROOT) + "/"
    settings = {each.variable: each.default.removeprefix(root) for each in config.SETTINGS}
    assert dict(ROW.findall(PAGE.read_text("utf-8"))) == settings


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("WEIGHTS", text) for text in ("40,60", "0,0,0", "50,60,-10", "a,b,c")),
        *(("BANDS", text) for text in ("100,25", "0,25", "25,25", "25;100")),
        *(("PRIOR_PEOPLE", text) for text in ("0", "-1", "2.5")),
    ],
)
def test_a_ranking_that_cannot_be_worked_out_does_not_start(name, text):
    with pytest.raises(config.UnsafeSettingError):
        config.load({f"REGISTRY_RANKING_{name}": text})
