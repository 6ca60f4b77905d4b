"""What a page offers: links to follow, and forms filled in by what their HTML says of fields."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple
from urllib.parse import urlencode, urljoin

from registry.clock import today
from tests.factories.accounts import PASSWORD
from tests.factories.crawler.html import Element
from tests.factories.people import fields_of, make_person
from tests.factories.unions import TOWNSHIP

_FIELDS = ("input", "select", "textarea")
# In how many ways a form is filled in at most: each choice once, all ticked and one ticked.
_WAYS = 6
FILE = "file: "  # stands for a file in what is sent, with the label that asks for it
TOKEN = "csrf_token"
_SAYS = {
    "number": "1",
    "month": "2024-06",
    "password": PASSWORD,
    "tel": "13800000000",
}
_SOMEBODY = fields_of(make_person(seed=78))
# What a person who reads the label writes, by a word of it.
_READS = {
    "新密码": PASSWORD + "-2",
    "再输": PASSWORD + "-2",
    "证件号码": _SOMEBODY["document_number"],
    "性别": _SOMEBODY["sex"],
    "出生日期": _SOMEBODY["born_on"],
    "信用代码": "8133108334567890AK",
    "移动电话": "13800000000",
    "届满": f"{today().year + 3}-06-01",
    "日期": "2025-05-01",
    "年度": "2024",
    "邮箱": "somebody@example.org",
    "工会代码": TOWNSHIP,
    "账号": "somebody-new",
    "姓名": "欧阳试验",
}


class Filled(NamedTuple):
    """A form as it is sent: its method, where to, with which fields, and whether by htmx."""

    method: str
    address: str
    fields: tuple[tuple[str, str], ...]
    has_file: bool = False
    by_htmx: bool = False


def links(page: Element, address: str) -> list[str]:
    """Return the addresses on this site that a page leads to: links, and what htmx fetches."""
    found = []
    for element in page.within():
        said = element.get("href") if element.name == "a" else element.get("hx-get")
        if said and not said.startswith("#"):
            found.append(_joined(address, said))
    return [one for one in dict.fromkeys(found) if one.startswith("/")]


def forms(page: Element, address: str) -> list[Filled]:
    """Return the page's forms, each filled in, in every way and by every button."""
    found = [
        filled
        for form in page.within("form")
        for way in range(_WAYS)
        for filled in _filled(form, page, way, address)
    ]
    found += [
        _by_htmx(element, page, address) for element in page.within() if element.get("hx-post")
    ]
    return list(dict.fromkeys(found))


def _joined(address: str, said: str) -> str:
    return urljoin(address, said).partition("#")[0] if said else address


def _filled(form: Element, page: Element, way: int, address: str) -> Iterator[Filled]:
    own = [one for one in form.within(*_FIELDS, "button") if not one.get("form")]
    apart = page.within(*_FIELDS, "button") if form.get("id") else []
    parts = [*own, *(one for one in apart if one.get("form") == form.get("id"))]
    fields = _values((one for one in parts if one.name != "button"), page, way)
    has_file = "multipart" in form.get("enctype")
    senders = [one for one in parts if one.name == "button" and one.get("type") != "button"]
    for sender in senders or [form]:
        pressed = [(sender.get("name"), sender.get("value"))] if sender.get("name") else []
        where = _joined(address, sender.get("formaction") or form.get("action"))
        method = form.get("method").upper() or "GET"
        if method == "GET":
            yield Filled(method, f"{where.partition('?')[0]}?{urlencode(fields + pressed)}", ())
        else:
            yield Filled(method, where, tuple(fields + pressed), has_file)


def _by_htmx(element: Element, page: Element, address: str) -> Filled:
    parts = [element] if element.name in _FIELDS else list(element.within(*_FIELDS))
    for one in (element, *element.around()):
        if said := one.get("hx-include"):
            parts += _included(said, element, page)
            break
    where = _joined(address, element.get("hx-post"))
    return Filled("POST", where, tuple(_values(parts, page, 0)), by_htmx=True)


def _included(said: str, element: Element, page: Element) -> Iterator[Element]:
    """Yield the fields that `hx-include` names: `closest tr`, or some by their id."""
    kind, _, name = said.partition(" ")
    if kind == "closest":
        yield from next(one for one in element.around() if one.name == name).within(*_FIELDS)
        return
    wanted = {one.strip(" #") for one in said.split(",")}
    for one in page.within():
        if one.get("id") in wanted:
            yield from [one] if one.name in _FIELDS else one.within(*_FIELDS)


def _values(parts: Iterable[Element], page: Element, way: int) -> list[tuple[str, str]]:
    """Return names and values: of several boxes all in even ways, one in odd ones; of several
    choices another in each way.
    """
    named = [one for one in parts if one.get("name") and "disabled" not in one.attributes]
    values: list[tuple[str, str]] = []
    for name, group in groupby(named, lambda one: one.get("name")):
        same = list(group)
        kind = same[0].get("type")
        if kind == "checkbox":
            ticked = same if way % 2 == 0 else [same[way // 2 % len(same)]]
            values += [(name, one.get("value") or "on") for one in ticked]
        elif kind == "radio":
            values.append((name, same[way % len(same)].get("value")))
        else:
            values += [(name, _value(one, page, way)) for one in same]
    return values


def _value(field: Element, page: Element, way: int) -> str:
    label, kind = _label(field, page), field.get("type")
    read = next((said for word, said in _READS.items() if word in label), "")
    if field.name == "select":
        return _chosen(field, way, read)
    if kind == "file":
        return FILE + label
    if field.get("value") or kind == "hidden":
        return field.get("value")
    if field.name == "textarea" and field.text.strip():
        return field.text.strip()
    offered = [one for one in page.within("datalist") if one.get("id") == field.get("list")]
    if offered and (chosen := _chosen(offered[0], way, read)):
        return chosen
    if kind == "date":
        return field.get("max") or field.get("min") or read or today().isoformat()
    if read:
        return read
    if field.get("inputmode") == "numeric":
        return field.get("min") or "1"
    return field.get("min") or _SAYS.get(kind, "已经核对过，情况属实。")


def _label(field: Element, page: Element) -> str:
    around = [one.words() for one in field.around() if one.name == "label"]
    beside = [
        one.words()
        for one in page.within("label")
        if one.get("for") and one.get("for") == field.get("id")
    ]
    return " ".join([*around, *beside, field.get("aria-label")]).strip()


def _chosen(field: Element, way: int, read: str) -> str:
    """Return an option: what the label asks for where it is one, else another in each way."""
    values = [one.get("value") for one in field.within("option") if one.get("value")]
    if read in values:
        return read
    return values[way % len(values)] if values else ""
