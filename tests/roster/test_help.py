"""Every rule has a help page's words and a picture, and no help stands without a rule."""

import re
import tomllib

import pytest

from registry.identity.documents import judge_documents
from registry.roster.help import FOLDER, Help, helps
from registry.roster.messages import MESSAGES
from registry.roster.rules import RULES
from tests.factories.roster_rows import TODAY

HELPS = [pytest.param(one, id=code) for code, one in helps().items()]
LONG_NUMBER = re.compile(r"\d(?:[\s\-.]*\d){6,}")
MARKS = {"error": "!", "refused": "!", "warning": "?", "fixed": "?"}


def words(known: Help) -> list[str]:
    return [known.means, known.why, *known.page, *known.sheet, known.picture.says]


def test_every_rule_has_help_and_every_help_a_rule() -> None:
    assert set(helps()) == set(RULES)


def test_no_rule_is_explained_in_two_files() -> None:
    codes = [
        code for path in FOLDER.glob("*.toml") for code in tomllib.loads(path.read_text("utf-8"))
    ]
    assert sorted(codes) == sorted(set(codes))


@pytest.mark.parametrize("known", HELPS)
def test_help_says_all_that_a_reader_needs(known: Help) -> None:
    assert known.page
    assert known.sheet
    assert all(text.endswith("。") for text in words(known)), words(known)
    assert len(known.picture.says) <= 80


@pytest.mark.parametrize("known", HELPS)
def test_the_example_sentence_knows_all_its_facts(known: Help) -> None:
    """Words that stand for unknown facts are for callers in need, not for an example."""
    message = MESSAGES[known.code]
    needed = {
        name for name in message.defaults if name not in ("percent", "age", "limit", "remedy")
    }

    assert set(known.facts) <= set(message.defaults)
    if known.code != "file.too_large":
        assert needed <= set(known.facts)


@pytest.mark.parametrize("known", HELPS)
def test_related_rules_exist_and_are_others(known: Help) -> None:
    assert known.related
    assert known.code not in known.related
    assert set(known.related) <= set(RULES)
    assert len(set(known.related)) == len(known.related)


@pytest.mark.parametrize("known", HELPS)
def test_the_picture_shows_what_is_wrong_and_what_is_right(known: Help) -> None:
    picture = known.picture
    before = picture.before + "".join(picture.tabs)
    after = picture.after + "".join(picture.tabs_after)

    assert MARKS[RULES[known.code].severity] in before
    assert "+" not in before.replace("E+17", "")
    assert "+" in after
    assert not re.search(r"\| *[!?]|：[!?]", after)


@pytest.mark.parametrize("known", HELPS)
def test_a_small_sheet_has_as_many_cells_in_each_row(known: Help) -> None:
    for panel in (known.picture.before, known.picture.after):
        lines = panel.splitlines()
        if "|" in lines[0]:
            assert len({line.count("|") for line in lines}) == 1, panel


@pytest.mark.parametrize("known", HELPS)
def test_no_number_of_anybody_stands_in_help(known: Help) -> None:
    shown = "\n".join((*words(known), known.picture.before, known.picture.after))
    # Dates and stand-ins may have many digits; a number that could be a person's may not.
    for number in re.findall(r"[0-9]{15,17}[0-9X]?", shown):
        (judged,) = judge_documents([number], [None], TODAY)
        assert judged.has_error, number
    assert not re.search(r"1[3-9]\d{9}", shown)
