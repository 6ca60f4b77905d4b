"""Full numbers in what people write: found however they are grouped, and only these."""

import pytest

from registry.accounts.names import judge_reason
from registry.campaigns import turns
from registry.errors import InputRefused
from registry.identity.written import blinded, full_number
from registry.members.seeing import checked_words
from registry.questions.wording import checked
from registry.review.notes import checked_note
from registry.unions import recording

RESIDENT, MOBILE = "110101" + "19900307" + "0038", "138" + "00138000"
GROUPED = [
    f"{MOBILE[:3]} {MOBILE[3:7]} {MOBILE[7:]}",
    f"{MOBILE[:3]}-{MOBILE[3:7]}-{MOBILE[7:]}",
    f"{MOBILE[:3]}.{MOBILE[3:7]}.{MOBILE[7:]}",
    f"{MOBILE[:3]} / {MOBILE[3:7]} / {MOBILE[7:]}",
    f"{MOBILE[:3]} {MOBILE[3:6]} {MOBILE[6:]}",
    f"{MOBILE[:5]} {MOBILE[5:]}",
    f"{RESIDENT[:6]} {RESIDENT[6:14]} {RESIDENT[14:]}",
    f"{RESIDENT[:6]}—{RESIDENT[6:10]}-{RESIDENT[10:12]}-{RESIDENT[12:14]}—{RESIDENT[14:17]}X",
    "·".join(RESIDENT),
]
WHOLE = [MOBILE, RESIDENT, f"{RESIDENT[:17]}x", RESIDENT[:15], f"号{MOBILE}号"]
# Days, numbers of papers and lists of rows.
NONE = [
    "2018-07-31 入会",
    "2018.07.31—2019.07.31",
    "2018.07-2020.08",
    "第 13、14、15、16、17、18、19 行",
    "第 13 14 15 16 17 8 行",
    "13 2018-07-31",
    "1998 2001 2003 2005",
    "玉总工〔2018〕12 号",
    "0576-87212345",
    "331083001",
]


@pytest.mark.parametrize("number", [*WHOLE, *GROUPED])
def test_a_full_number_is_found_and_starred_out(number):
    text = f"王五（{number}）来过"
    assert full_number(text)
    (shown,) = blinded([text])
    assert sum(map(str.isdigit, shown)) == 4
    assert len(shown) == len(text)
    assert full_number(shown) is None


@pytest.mark.parametrize("text", NONE)
def test_what_is_nobodys_number_stays(text):
    assert full_number(text) is None
    assert blinded([text, None, ""]) == [text, None, ""]


@pytest.mark.parametrize("text", ["13 81 23 45 67 8", "330102 750101 123", "6222-0212-3456-7890"])
def test_where_neither_days_nor_lists_are_said_any_groups_are_a_number(text):
    assert full_number(text, anyhow=True)
    for checks in (checked_words, lambda words: checked(words, "问题", 500)):
        with pytest.raises(InputRefused):
            checks(f"核对 {text}")


def test_full_width_digits_are_digits():
    wide = MOBILE.translate({48 + digit: 0xFF10 + digit for digit in range(10)})
    assert full_number(wide)
    assert blinded([wide]) == [wide[:4] + "*" * 7]


# Where words are taken that stand on the trail, or where many read them.
WORDS = {
    "account": lambda words: judge_reason(words, "重置"),
    "campaign": lambda words: turns.stop(1, "331083001", words, actor=None),
    "look": checked_words,
    "note": checked_note,
    "union": recording.checked_note,
}


@pytest.mark.parametrize("number", [MOBILE, *GROUPED])
@pytest.mark.parametrize("where", WORDS)
def test_it_is_refused_wherever_words_are_kept(where, number):
    with pytest.raises(InputRefused, match="不要写"):
        WORDS[where](f"本人电话是 {number}。")
