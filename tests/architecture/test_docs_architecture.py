"""The page on the architecture says what the code says: transitions, packages, tables."""

import re
from pathlib import Path

from registry.accounts import states as accounts
from registry.anomalies import kinds as anomalies
from registry.campaigns import states as campaigns
from registry.discrepancies import states as explanations
from registry.exchange import states as exchange
from registry.periods import states as periods
from registry.privacy import states as requests
from registry.questions import states as questions
from registry.submissions.states import TRANSITIONS, State
from registry.unions import states as unions
from tests.factories.schema import whole_metadata

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
NOT_A_PACKAGE = {"__init__", "__pycache__"}


def section(title: str) -> str:
    """Return the text under a heading of the page."""
    return PAGE.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def cells(text: str) -> list[list[str]]:
    """Return the rows of a page's tables, each as what stands in code in its first column."""
    rows = re.findall(r"^\| (`[^|]*?) \|", text, re.M)
    return [re.findall(r"`([^`]+)`", row) for row in rows]


def test_the_table_of_transitions_is_that_of_the_code():
    rows = re.findall(r"^\| `([A-Z_]+)` \| `(\w+)` \| `([A-Z_]+)` \|$", section("States"), re.M)
    assert rows == [(start, act, end) for (start, act), end in TRANSITIONS.items()]


def test_the_diagram_is_drawn_from_the_transitions():
    lines = [f"    {start} --> {end}: {act}" for (start, act), end in TRANSITIONS.items()]
    drawn = "\n".join(["stateDiagram-v2", f"    [*] --> {State.DRAFT}", *lines])
    assert f"```mermaid\n{drawn}\n```" in section("States"), drawn


def test_the_table_of_questions_is_that_of_the_code():
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| `(\w+)` \| (.+) \|$", section("Questions"), re.M)
    said = {
        (start, act): (end, set(re.findall(r"`(\w+)`", sides))) for start, act, end, sides in rows
    }
    assert said == {way: (step.after, step.sides) for way, step in questions.TRANSITIONS.items()}


def test_the_tables_of_campaigns_are_those_of_the_code():
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| `(\w+)` \|$", section("Campaigns"), re.M)
    tables = {**campaigns.TRANSITIONS, **campaigns.UNIT_TRANSITIONS}
    assert rows == [(start, act, end) for (start, act), end in tables.items()]


def test_the_tables_of_unions_and_periods_are_those_of_the_code():
    for title, states in (("Unions", unions), ("Periods", periods)):
        rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| `(\w+)` \|$", section(title), re.M)
        assert rows == [(a.name, act.name, b.name) for (a, act), b in states.TRANSITIONS.items()]


def test_the_table_of_batches_for_above_is_that_of_the_code():
    told = section("Batches for the higher federation")
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| `(\w+)` \|$", told, re.M)
    assert rows == [(a.name, act.name, b.name) for (a, act), b in exchange.TRANSITIONS.items()]


def test_the_table_of_explanations_is_that_of_the_code():
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| `(\w+)` \|$", section("Explanations"), re.M)
    assert rows == [(a.name, act.name, b.name) for (a, act), b in explanations.TRANSITIONS.items()]


def test_the_table_of_personal_requests_is_that_of_the_code():
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| `(\w+)` \|$", section("Personal requests"), re.M)
    assert rows == [(a.name, act.name, b.name) for (a, act), b in requests.TRANSITIONS.items()]


def test_the_table_of_accounts_is_that_of_the_code():
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| `(\w+)` \|$", section("Accounts"), re.M)
    assert rows == [(a.name, act.name, b.name) for (a, act), b in accounts.TRANSITIONS.items()]


def test_the_table_of_anomalies_is_that_of_the_code():
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| `(\w+)` \|$", section("Anomalies"), re.M)
    assert rows == [(a.name, act.name, b.name) for (a, act), b in anomalies.TRANSITIONS.items()]


def test_every_package_is_on_the_map():
    there = {path.stem for path in (ROOT / "registry").iterdir()} - NOT_A_PACKAGE
    listed = [
        name.removeprefix("registry.") for row in cells(section("The packages")) for name in row
    ]
    assert sorted(listed) == sorted(there)


def test_every_table_is_described():
    listed = [name for row in cells(section("The data")) for name in row]
    assert sorted(listed) == sorted(whole_metadata().tables)
