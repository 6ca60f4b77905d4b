"""Every rule speaks, and nothing else does."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.roster.messages import MESSAGES, TITLES, fact_of, quoted, rows_named, sentence
from registry.roster.rules import RULES


def test_every_rule_has_a_message_and_every_message_a_rule() -> None:
    assert set(MESSAGES) == set(RULES) == set(TITLES)


@pytest.mark.parametrize("code", sorted(RULES))
def test_a_message_is_a_sentence_without_any_fact_given(code: str) -> None:
    text = sentence(code)

    assert text.endswith("。")
    assert not re.search(r"[{}]|None", text)
    assert text.count("。") >= 2, "a fact and a way out"
    assert len(TITLES[code]) <= 16


def test_titles_do_not_repeat() -> None:
    assert len(set(TITLES.values())) == len(TITLES)


def test_facts_stand_in_the_sentence() -> None:
    assert sentence("document.checksum", expected="末位应为 5").startswith(
        "身份证校验码不正确，末位应为 5。"
    )
    assert sentence("document.checksum").startswith("身份证校验码不正确，至少有一位写错了。")
    assert "“民族”" in sentence("cell.required", label="民族")


def test_once_sent_only_the_fact_is_left() -> None:
    said = sentence("roster.over_headcount", members=6, employees=5)
    assert fact_of("roster.over_headcount", said) == "会员 6 人，多于申报的职工 5 人。"
    assert fact_of("of.yesterday", "一句话。") == "一句话。"


def test_an_unknown_rule_is_a_fault_of_the_program() -> None:
    with pytest.raises(KeyError):
        sentence("cell.invented")


def test_a_quoted_document_number_is_blinded() -> None:
    assert quoted("331083199001011234") == "“331***************”"
    assert quoted("331083 1990-0101 1234") == "“331*****************…”"
    assert quoted("汉人") == "“汉人”"


@given(st.text(alphabet="0123456789Xx -.汉", max_size=60))
def test_a_quote_never_shows_seven_digits_in_a_row(text: str) -> None:
    assert not re.search(r"\d{7}", quoted(text))


def test_rows_are_named_and_counted() -> None:
    assert rows_named([3, 5]) == "第 3、5 行"
    assert rows_named(list(range(2, 22))) == "第 2、3、4、5、6 行等 20 行"
