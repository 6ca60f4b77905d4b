"""Templates say what they offer, use what they import and name icons that exist."""

import re
from functools import cache
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from tests.web.gallery.site import make_gallery

TEMPLATES = Path(__file__).parents[2] / "templates"
PAGES = sorted(TEMPLATES.rglob("*.html"))
COMPONENTS = [path for path in PAGES if path.parent.name == "components"]
JINJA = Environment(autoescape=True)


@cache
def parse(page: Path) -> nodes.Template:
    return JINJA.parse(page.read_text())


@pytest.mark.parametrize("page", COMPONENTS, ids=lambda page: page.stem)
def test_the_head_of_a_component_names_every_macro_and_its_parameters(page: Path) -> None:
    head, tree = page.read_text().partition("#}")[0], parse(page)
    drawn_once = {
        call.args[0].name: one.target.name
        for one in tree.find_all(nodes.Assign)
        for call in one.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name == "drawn_once"
    }
    for macro in tree.find_all(nodes.Macro):
        known_as = drawn_once.get(macro.name, macro.name)
        if known_as.startswith("_"):
            continue
        said = [head[found.end() :][:300] for found in re.finditer(rf"\b{known_as}\(", head)]
        names = [argument.name for argument in macro.args]
        assert any(all(name in text for name in names) for text in said), known_as


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(TEMPLATES).as_posix())
def test_what_a_template_imports_it_uses(page: Path) -> None:
    tree = parse(page)
    imported = {
        name if isinstance(name, str) else name[1]
        for one in tree.find_all(nodes.FromImport)
        for name in one.names
    }
    used = {name.name for name in tree.find_all(nodes.Name)}
    assert imported - used == set()


def test_icons_that_templates_name_exist() -> None:
    shapes = make_gallery().jinja_env.get_template("components/icon_shapes.html").module.shapes
    for page in PAGES:
        for call in parse(page).find_all(nodes.Call):
            named = [word.value for word in call.kwargs if word.key == "icon_name"]
            if isinstance(call.node, nodes.Name) and call.node.name == "icon":
                named += call.args[:1]
            for name in named:
                if isinstance(name, nodes.Const) and name.value:
                    assert name.value in shapes, (page, name.value)


def test_states_without_a_badge_are_shown_as_they_are() -> None:
    badges = make_gallery().jinja_env.get_template("components/badges.html").module
    assert "待审" in str(badges.row_state("pending"))
    assert "<b>" not in str(badges.row_state("<b>"))
    assert "NEUES" in str(badges.match("NEUES"))


def test_numbers_and_bars_of_nothing_are_no_faults() -> None:
    cards = make_gallery().jinja_env.get_template("components/cards.html").module
    assert str(cards.number(1234567)) == "1,234,567"
    assert "—" in str(cards.bar(0, 0, "海山乡"))
    # Rounded down: 99.995 % is not 100 %.
    assert "99.99%" in str(cards.bar(19_999, 20_000, "全市"))
