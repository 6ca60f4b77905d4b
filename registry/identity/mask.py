"""What may be seen of a number or a name by whoever has not opened it in full.

One level says all of it, `Sight`: pages hand it on and decide nothing themselves. At most the first
four characters of a document number and the last one: with the first six or the last four known,
the check character narrows the birthday down to a handful. Short numbers show less, so that a mask
always hides much.
"""

import re
from enum import IntEnum

SHOWN_AS = "限制处理"
# Surnames of several characters, before a given name. Those that are as often a surname of one
# character and the first of a given name (贺兰, 佟佳, 乐正) are left out: too much would be shown.
_COMPOUND = (
    "欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 东方 東方 皇甫 尉迟 尉遲 公孙 公孫 慕容 令狐 "
    "司徒 司空 司寇 夏侯 宇文 长孙 長孫 鲜于 鮮于 闻人 聞人 澹台 澹臺 淳于 单于 單于 "
    "端木 独孤 獨孤 南宫 南宮 东郭 東郭 西门 西門 东门 南门 呼延 赫连 赫連 轩辕 軒轅 "
    "钟离 鍾離 申屠 濮阳 濮陽 闾丘 閭丘 万俟 公冶 公羊 公西 仲孙 太史 太叔 百里 第五 "
    "漆雕 拓跋 羊舌 亓官 巫马 颛孙 壤驷 完颜 耶律 纳兰 哥舒 "
    "爱新觉罗 叶赫那拉 瓜尔佳 钮祜禄"
)
COMPOUND_SURNAMES = tuple(_COMPOUND.split())
_COMPOUND_SURNAME = re.compile(f"(?:{'|'.join(COMPOUND_SURNAMES)})(?=.)")


class Sight(IntEnum):
    """How much of a person may be seen unasked, by where one works; each sees what the one before
    sees, and more.
    """

    NOTHING = 0  # of somebody whose particulars are not to be used: that there is somebody
    COUNTY = 1  # above the unit: the surname, the first four of the number, a mobile's ends
    TOWNSHIP = 2  # within the unit: the full name
    OWN_UNION = 3  # within the union: the number's last one as well

    def of(self, is_restricted: object) -> "Sight":
        """Return the sight of a member: `NOTHING` of who is restricted, or has been since an
        instant.
        """
        return Sight.NOTHING if is_restricted else self


def document(number: str, sight: Sight) -> str:
    """Return the first four characters and stars; within the union the last one as well."""
    if sight is Sight.NOTHING:
        return ""
    head = min(4, len(number) // 2)
    tail = min(1, (len(number) - head) // 2) if sight is Sight.OWN_UNION else 0
    return _covered(number, head, tail)


def mobile(number: str, sight: Sight) -> str:
    """Return the first three and the last two digits and stars between them."""
    if sight is Sight.NOTHING:
        return ""
    head = min(3, len(number) // 3)
    return _covered(number, head, min(2, len(number) // 4))


def name(full: str, sight: Sight) -> str:
    """Return the full name within the unit, above it the surname and a star for each further
    character; `SHOWN_AS` where nothing may be seen.

    Of a name without a Chinese surname the first character is shown.
    """
    if sight is Sight.NOTHING:
        return SHOWN_AS
    return full if sight >= Sight.TOWNSHIP else _covered(full, _surname_length(full), 0)


def _surname_length(full: str) -> int:
    compound = _COMPOUND_SURNAME.match(full)
    return compound.end() if compound else 1


def _covered(text: str, head: int, tail: int) -> str:
    return text[:head] + "*" * (len(text) - head - tail) + text[len(text) - tail :]
