"""The blank roster colours red what the check refuses, and nothing that the check takes as it is.

The formulas were tried in LibreOffice, too; here they are worked out by a small evaluator.
"""

import pytest

from registry.identity import forms, mobile
from registry.identity.documents import judge_documents
from registry.roster.blank_rules import wrong_mobile, wrong_number
from tests.factories.formulas import evaluate
from tests.factories.numbers import spoilt
from tests.factories.people import make_people
from tests.factories.roster_rows import TODAY

NUMBERS = [one.number for one in make_people(60)]
NUMBER = next(one for one in NUMBERS if not one.endswith("X"))
WITH_X = next(one for one in NUMBERS if one.endswith("X"))
FULL_WIDTH = {48 + digit: 0xFF10 + digit for digit in range(10)}

MOBILES = {
    "13812345678": False,
    "138 1234 5678": False,
    "138\u30001234\u30005678": False,
    "138-1234-5678": False,
    "+8613812345678": False,
    "+86 138-1234-5678": False,
    "8613812345678": False,
    "0086 138 1234 5678": False,
    "(+86)13812345678": False,
    "13812345678".translate(FULL_WIDTH): False,
    "1381234567": True,
    "138123456789": True,
    "12812345678": True,
    "8513812345678": True,
    "8612812345678": True,
    "电话": True,
}


@pytest.mark.parametrize("written", MOBILES)
def test_mobiles_are_red_as_the_check_refuses_them(written):
    assert evaluate(wrong_mobile("$A3", None), A3=written) is MOBILES[written]
    assert mobile.is_mobile(mobile.normalise(written)) is not MOBILES[written]


@pytest.mark.parametrize(
    ("value", "is_red"),
    [(13812345678, False), (8613812345678, False), (1381234567, True), (12812345678, True)],
)
def test_a_mobile_may_be_a_number(value, is_red):
    assert evaluate(wrong_mobile("$A3", None), A3=value) is is_red


NUMBERS_AS_WRITTEN = {
    NUMBER: False,
    f"{NUMBER[:6]} {NUMBER[6:]}": False,
    f"{NUMBER[:6]}\u3000{NUMBER[6:14]} {NUMBER[14:]}": False,
    NUMBER.translate(FULL_WIDTH): False,
    WITH_X: False,
    WITH_X.lower(): False,
    spoilt(NUMBER): True,
    NUMBER[:17]: True,
}


@pytest.mark.parametrize("written", NUMBERS_AS_WRITTEN)
def test_document_numbers_are_red_as_the_check_refuses_them(written):
    red = evaluate(wrong_number("$A3", "$B3", None), A3=written, B3=None)
    [judged] = judge_documents([forms.normalise(written)[0]], [None], TODAY)
    assert red is NUMBERS_AS_WRITTEN[written] is judged.has_error


def test_a_document_number_that_is_no_text_is_red():
    assert evaluate(wrong_number("$A3", "$B3", None), A3=int(NUMBER), B3=None) is True


def test_a_blank_cell_and_a_masked_number_beside_its_key_are_not_red():
    for wrong in (wrong_mobile("$A3", "$C3"), wrong_number("$A3", "$B3", "$C3")):
        assert not evaluate(wrong, A3=None, B3=None, C3=None)
        assert not evaluate(wrong, A3="138****5678", B3=None, C3="K-1")
        assert evaluate(wrong, A3="138****5678", B3=None, C3=None)
