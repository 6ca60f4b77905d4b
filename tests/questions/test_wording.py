"""What may stand in a question: no full number, however it is written."""

import pytest

from registry.errors import InputRefused
from registry.questions.wording import checked

RESIDENT, MOBILE = "110101" + "19900307" + "003", "138" + "00138000"


@pytest.mark.parametrize(
    "number",
    [
        RESIDENT + "8",
        RESIDENT + "X",
        RESIDENT + "x",
        RESIDENT[:15],
        MOBILE,
        f"{MOBILE[:3]}-{MOBILE[3:7]}-{MOBILE[7:]}",
        f"{MOBILE[:3]} {MOBILE[3:7]} {MOBILE[7:]}",
        MOBILE.translate({48 + digit: 0xFF10 + digit for digit in range(10)}),
        f"{MOBILE[:5]}\u200b{MOBILE[5:]}",
        "E" + MOBILE[:8],
        "H" + MOBILE[:10],
    ],
)
def test_full_numbers_are_refused_with_their_place(number):
    with pytest.raises(InputRefused) as refused:
        checked(f"第 5 行 {number} 是对的", "问题", 500)
    assert refused.value.code == "text.number"
    assert "第 7 个字起" in refused.value.message
    assert "写明第几行" in refused.value.message
    assert MOBILE not in refused.value.message


@pytest.mark.parametrize(
    "text",
    ["第 12 号报送第 3456 行，后四位 0038", "2018-07-31 入会，20180731", "331083001", "3.31E+17"],
)
def test_what_is_no_persons_number_may_stand(text):
    assert checked(text, "问题", 500) == text


def test_blanks_around_and_many_empty_lines_go():
    assert checked(" 一\r\n\r\n\r\n\r\n二 ", "问题", 500) == "一\n\n二"
    assert checked("  ", "说明", 500, needed=False) == ""


def test_too_long_says_how_long():
    with pytest.raises(InputRefused, match="最多 5 个字，现在有 6 个字"):
        checked("一二三四五六", "问题", 5)
