"""How alike two short Chinese words are: by their characters, and by how they sound.

Clerks type by sound, so the wrong character is most often one that is read the same (汗族 for 汉族,
大砖 for 大专). GB 2312 lists its 3,755 common characters by their sound: the first character of
each syllable is all that has to be known to tell which characters are read alike.
"""

from bisect import bisect_right
from collections.abc import Iterable
from functools import cache

# The first character of each of the 394 syllables (u and ü together), in the order of GB 2312.
_SYLLABLES = (
    "啊埃鞍肮凹芭白斑邦苞杯奔崩逼鞭标鳖彬兵玻捕擦猜餐苍操厕层插拆搀昌超车郴撑吃充抽初"
    "揣川疮吹春戳疵聪凑粗蹿摧村磋搭呆耽当刀德蹬堤颠碉跌丁丢东兜督端堆墩掇蛾恩而发藩坊"
    "菲芬丰佛否夫噶该干冈篙哥给根耕工钩辜刮乖棺光瑰辊锅哈骸酣夯壕呵嘿痕哼轰喉呼花槐欢"
    "荒灰荤豁击嘉歼僵蕉揭巾荆炯揪鞠捐撅均喀开刊康考坷肯坑空抠枯夸块宽匡亏坤括垃莱蓝琅"
    "捞勒雷棱厘俩联粮撩列琳玲溜龙楼芦峦掠抡萝妈埋瞒芒猫么玫门萌眯棉苗蔑民明谬摸谋拇拿"
    "氖南囊挠呢馁嫩能妮蔫娘鸟捏您柠牛脓奴暖虐挪哦欧啪拍攀乓抛呸喷砰坯篇飘撇拼乒坡扑期"
    "掐牵枪橇切钦青琼秋趋圈缺裙然瓤饶惹壬扔日戎揉茹软蕊闰若撒腮三桑搔瑟森僧莎筛珊墒梢"
    "奢砷声师收蔬刷摔栓霜谁吮说斯松搜苏酸虽孙蓑塌胎坍汤掏特藤梯天挑贴厅通偷凸湍推吞拖"
    "挖歪豌汪威瘟嗡挝巫昔瞎掀相萧楔薪星兄休墟轩靴勋压焉殃邀椰一茵英哟拥幽迂鸳曰耘匝栽"
    "咱赃遭责贼怎增扎摘瞻樟招遮珍蒸芝中舟珠抓拽专桩椎谆捉兹鬃邹租钻嘴尊昨"
)
# Traditional characters of the lists' own words: GB 2312 has only the simplified ones.
_SIMPLIFIED = str.maketrans(
    "漢滿壯蒙烏羅維爾團員黨眾學專碩業農戶崗職休離退紀證護",
    "汉满壮蒙乌罗维尔团员党众学专硕业农户岗职休离退纪证护",
)

# A word contained in the other one, its characters in order (快递 in 快递员), is close; how
# close depends on how much of the longer one it covers.
_CONTAINED = 0.7
_CONTAINED_SPAN = 0.25
_CONTAINED_LEAST = 1 / 3


def simplified(text: str) -> str:
    """Return the text with the traditional characters of common answers made simplified."""
    return text.translate(_SIMPLIFIED)


def sound(text: str) -> str:
    """Return the text with each common character replaced by the first one that is read alike."""
    return text.translate(_heads())


def likeness(text: str, words: Iterable[str]) -> dict[str, float]:
    """Return for each word how alike it is to the text, from 0 to 1.

    Half the measure is the characters, half their sound: a wrong character that is read like the
    right one costs half as much as any other.
    """
    # Only faulty cells come here: the rest of the work does without the library.
    from rapidfuzz import process
    from rapidfuzz.distance import LCSseq, Levenshtein

    among = list(words)
    by_sound = [sound(word) for word in among]
    same = process.extract(text, among, scorer=Levenshtein.normalized_similarity, limit=None)
    alike = process.extract(
        sound(text), by_sound, scorer=Levenshtein.normalized_similarity, limit=None
    )
    shared = process.extract(text, among, scorer=LCSseq.similarity, limit=None)
    sounds_at = {place: score for _, score, place in alike}
    shared_at = {place: score for _, score, place in shared}
    return {
        word: max((score + sounds_at[place]) / 2, _contained(text, word, int(shared_at[place])))
        for word, score, place in same
    }


def _contained(text: str, word: str, shared: int) -> float:
    shorter, longer = sorted((len(text), len(word)))
    if shorter < 2 or shared < shorter or shorter / longer < _CONTAINED_LEAST:
        return 0.0
    return _CONTAINED + _CONTAINED_SPAN * shorter / longer


@cache
def _heads() -> dict[int, str]:
    heads = [char.encode("gb2312") for char in _SYLLABLES]
    # Rows 16 to 55 of the standard hold the common characters; the last row ends five early.
    common = [
        bytes((row, cell))
        for row in range(0xB0, 0xD8)
        for cell in range(0xA1, 0xFF if row < 0xD7 else 0xFA)
    ]
    return {
        ord(char.decode("gb2312")): _SYLLABLES[bisect_right(heads, char) - 1] for char in common
    }
