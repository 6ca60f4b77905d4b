"""The page on the interfaces lists the commands, with arguments and options, and the metrics."""

import re
from pathlib import Path

import click

import dev
from registry.cli.main import group
from registry.totals.metrics import METRIC_LABELS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "interfaces.md").read_text("utf-8")
USAGE = re.compile(r"^\| `registry ([\w-]+)((?:[^`])*)` \|", re.M)


def usages() -> dict[str, str]:
    """Return what follows each command's name on the page."""
    return {name: rest.replace("\\|", "|") for name, rest in USAGE.findall(PAGE)}


def test_the_page_lists_the_commands_and_no_others():
    assert sorted(usages()) == sorted(group.commands)


def test_every_command_has_the_arguments_and_options_that_the_page_gives_it():
    for name, command in group.commands.items():
        usage = usages()[name]
        assert sorted(re.findall(r"--[\w-]+", usage)) == sorted(_options(command)), name
        required = {o for p in command.params if p.required for o in p.opts if o[0] == "-"}
        assert set(re.findall(r"(?<!\[)--[\w-]+", usage)) == required, name
        arguments = [
            p.human_readable_name for p in command.params if _is_argument(p) and p.required
        ]
        assert re.sub(r"\[[^\]]*\]|--[\w-]+ \S+", "", usage).split() == arguments, name


def test_what_a_checkout_can_do_is_described():
    page = (ROOT / "docs" / "development.md").read_text("utf-8")
    assert set(re.findall(r"^\| `python3 dev\.py (\w+)` \|", page, re.M)) == set(dev.COMMANDS)


def test_choices_stand_on_the_page():
    (kind,) = [p for p in group.commands["submit"].params if p.name == "kind"]
    assert isinstance(kind.type, click.Choice)
    assert f"--kind {'|'.join(kind.type.choices)}]" in usages()["submit"]


def test_the_page_names_every_metric():
    said = PAGE.split("Metrics: ", 1)[1].split(";", 1)[0]
    assert re.findall(r"`(\w+)`", said) == list(METRIC_LABELS)


def _options(command: click.Command) -> list[str]:
    return [name for p in command.params if not _is_argument(p) for name in p.opts]


def _is_argument(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Argument)
