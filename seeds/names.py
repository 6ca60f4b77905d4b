"""Names for invented persons: surnames of the Yuhuan coast and of all China, given names by age."""

from random import Random

# The commoner stand more often: `choice` then needs no weights.
_LOCAL = (
    "林林林林林林陈陈陈陈陈陈陈叶叶叶叶王王王王李李李张张张郑郑郑黄黄黄吴吴颜颜金金潘潘苏苏董董徐徐"
    "罗罗周周朱朱蔡蔡江庄骆许杨曾郭胡孙应余冯倪盛詹梁项施郏汤柯章赵谢邱阮管韩姚卢丁方"
)
_NATIONAL = (
    "王王王王李李李李张张张张刘刘刘陈陈杨杨杨黄黄赵赵吴周周徐孙孙马朱朱胡胡郭何何高罗罗"
    "郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶杜苏魏程吕丁任卢姚钟姜崔谭陆范汪石廖贾韦夏付方邹熊白孟秦"
)
_DOUBLE = ("欧阳", "上官", "司徒", "诸葛")

# Given names by the years in which they were given: one or two characters of the decade's own.
_MEN = (
    (1975, "建国平军伟林明华春良根富永法元桂海荣祥定金昌福才云仁岳顺友德", 0.30),
    (1988, "勇军峰伟强辉斌波涛超磊刚海建志国文明杰俊鹏飞亮林华东永敏健", 0.45),
    (1998, "浩杰凯鑫鹏超宇翔俊磊博帅威龙晨阳佳伟嘉豪泽文晓斌敏旭", 0.35),
    (2099, "子轩浩宇梓涵俊宇航嘉诚泽博文昊天逸晨奕俊熙瑞铭睿宸辰", 0.10),
)
_WOMEN = (
    (1975, "秀英玉兰桂香美华爱珍素琴彩凤云仙金菊春莲荷花月娥丽芬芳雪梅", 0.25),
    (1988, "丽燕红霞敏静娟艳芳萍玲婷琴慧莉英雪梅华晓海美君洁巧小", 0.45),
    (1998, "婷婷佳丽雯倩娜晓燕静雅丹露欣颖琳璐梦莹洁慧玲思雨珊", 0.35),
    (2099, "梓涵欣怡诗雨佳琪紫萱思颖雨桐可馨依诺语嫣若彤一诺", 0.08),
)
# Real names whose characters older systems turn into question marks.
_RARE = "䶮㛃𬭎𫖯堃玥"

_UYGHUR = {
    "1": ("阿卜杜拉", "买买提江", "艾尔肯", "吐尔逊", "亚森江"),
    "2": ("阿依古丽", "热孜万古丽", "古丽娜尔", "帕提古丽", "祖丽皮亚"),
}
_FATHERS = ("买买提", "吐尔地", "肉孜", "卡德尔", "依明", "阿吾提")
UYGHUR = "05"


def invent_name(chance: Random, sex: str, born: int, *, is_local: bool, ethnicity: str) -> str:
    """Return a name fit for the sex code, the year of birth and where the person comes from."""
    if ethnicity == UYGHUR:
        return f"{chance.choice(_UYGHUR[sex])}·{chance.choice(_FATHERS)}"
    surname = chance.choice(_LOCAL if is_local else _NATIONAL)
    if chance.random() < 0.003:
        surname = chance.choice(_DOUBLE)
    characters, single = _of_year(_MEN if sex == "1" else _WOMEN, born)
    given = chance.choice(characters)
    if chance.random() < 0.004:
        given = chance.choice(_RARE)
    if chance.random() >= single:
        given += chance.choice(characters)
    return surname + given


def _of_year(names: tuple[tuple[int, str, float], ...], born: int) -> tuple[str, float]:
    return next((characters, single) for until, characters, single in names if born < until)
