"""How header labels are compared, and which texts are hints under labels instead of labels."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from registry.roster.layout import NTH

_DROPPED = re.compile(r"[\s*＊✱∗★☆●※\u200b-\u200f\u2060\ufeff]+")
# What clerks write behind a label for whoever fills it in. Other words in brackets say which one
# is meant (曾用名, 紧急联系人) and stay.
_ADVICE = (
    r"(?:必填项?|必选|选填项?|可选|非必填|可不填|下拉选择|请选择|文本(?:格式)?|\d{1,2}位(?:数字?)?"
    r"|yyyy[-/.年]?mm?(?:[-/.月]?dd?)?日?|年[-/.]?月(?:[-/.]?日)?|男[/、或]女|是[/、或]否"
    r"|(?:格式|例如|例|如)[:：]?[^()]{0,20})"
)
_BRACKETS = re.compile(rf"[(\[【〔]{_ADVICE}(?:[,，、;；]{_ADVICE})*[)\]】〕]", re.IGNORECASE)
_NUMBERED = re.compile(r"^\d{1,2}[.、．](?=\D)")
_BRACKETED = re.compile(r"[(\[【〔<《][^()\[\]【】〔〕]{0,60}[)\]】〕>》]")
_HINT = re.compile(
    rf"{_ADVICE}|自动(?:生成|计算|取得)|下拉.{{0,12}}|从.{{0,12}}选择?|请?(?:填写|填入|填).{{0,30}}"
    r"|格式.{0,20}|按.{0,20}填写?|[与同]身份证.{0,12}|与.{1,12}一致|单位[:：].{0,12}"
    r"|文本型?|数字|日期(?:格式|型)?|\d{1,2}位.{0,10}|.{0,12}(?:必填|选填)",
    re.IGNORECASE,
)
_LONG_NUMBER = re.compile(r"[0-9]{9}")
_SAID_TWICE = re.compile(r"([^()\[\]【】〔〕]+)[(\[【〔]([^()\[\]【】〔〕]+)[)\]】〕]")
# With what a label ends that is said twice.
_ENDS = tuple(")]】〕.abcdefghijklmnopqrstuvwxyz")
_IN_ENGLISH = re.compile(r"([\u4e00-\u9fff]+)([a-z]+)\.?")
# What a field is called in English behind its Chinese label. Other letters may say that another
# thing is meant: 联系方式QQ, 姓名Pinyin.
_ENGLISH: dict[str, frozenset[str]] = {
    field: frozenset(names.split())
    for field, names in {
        "sequence": "no number sn",
        "full_name": "name fullname membername employeename staffname",
        "sex": "sex gender",
        "born_on": "birth birthday birthdate dateofbirth dob",
        "ethnicity": "ethnicity ethnicgroup nation nationality",
        "document_kind": "idtype documenttype typeofid certificatetype",
        "document_number": "id idno idnumber idcard idcardno idcardnumber documentno documentnumber"
        " certificateno certificatenumber",
        "education": "education educationlevel degree",
        "mobile": "mobile mobileno mobilenumber mobilephone cellphone phone phoneno phonenumber"
        " tel telno telephone",
        "employer_name": "company employer workunit",
        "native_place": "nativeplace hometown",
        "post": "post position job jobtitle",
        "political_status": "politicalstatus",
        "remark": "remark remarks note notes",
    }.items()
}


def plain(text: str) -> str:
    """Return a text in half width, without blanks, line breaks and asterisks."""
    return _DROPPED.sub("", unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=1024)
def normalise_label(text: str) -> str:
    """Return a header label as it is compared: without blanks, line breaks, asterisks, a leading
    number, advice such as （必填） and （18位）; in half width and lower case."""
    bare = _BRACKETS.sub("", plain(text))
    return _NUMBERED.sub("", bare).rstrip(":").casefold()


def label_table(columns: Iterable[tuple[str, str, Sequence[str]]]) -> dict[str, str]:
    """Return {normalised label: field} for (field, label, aliases) triples; labels come first."""
    columns = list(columns)
    table = {normalise_label(label): field for field, label, _ in columns}
    for field, _, aliases in columns:
        for alias in aliases:
            table.setdefault(normalise_label(alias), field)
    return table


def known_label(text: str, labels: Mapping[str, str]) -> str | None:
    """Return the key in a table of labels that a header text is, None when it is none.

    A label may be said twice, as another name of the same field in brackets, 移动电话（手机）, or
    in English, 姓名Name. Nothing else behind a label is passed over: 姓名（配偶） is another.
    """
    label = normalise_label(text)
    if label in labels:
        return label
    if not label.endswith(_ENDS):
        return None
    twice = _SAID_TWICE.fullmatch(label)
    if twice is not None:
        field = labels.get(twice[1])
        return twice[1] if field and labels.get(normalise_label(twice[2])) == field else None
    english = _IN_ENGLISH.fullmatch(label)
    if english is not None and english[2] in _ENGLISH.get(labels.get(english[1]) or "", ()):
        return english[1]
    return None


def nth_labels(columns: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return (index, key) of the columns, (index, text), whose label others bear too: the label
    and which one of these it is, from left to right."""
    labels = [(index, normalise_label(text)) for index, text in columns]
    count = Counter(label for _, label in labels)
    seen: Counter[str] = Counter()
    found = []
    for index, label in labels:
        if label and count[label] > 1:
            seen[label] += 1
            found.append((index, f"{label}{NTH}{seen[label]}"))
    return found


@lru_cache(maxsize=1024)
def is_hint(text: str) -> bool:
    """Tell whether a text only says how a column is filled in: （必填）, 18位, 如：2017-09-01."""
    said = plain(text)
    if _LONG_NUMBER.search(said):
        return False
    return bool(_BRACKETED.fullmatch(said) or _HINT.fullmatch(said))
