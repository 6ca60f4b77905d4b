"""Walking a site to exhaustion: every link, every form in every way, and whatever these lead to."""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from werkzeug.test import TestResponse

from tests.factories.clerk_desk import read_all
from tests.factories.crawler import worlds
from tests.factories.crawler.extra import sent_twice
from tests.factories.crawler.html import Element, tree
from tests.factories.crawler.pages import Filled, forms, links
from tests.factories.crawler.visitor import Visitor

# Of addresses of one shape so many are asked for, and so many forms of one shape sent.
_ALIKE, _ASKED_ALIKE, _SENT_ALIKE = 3, 5, 4
# A union's code tells its level: a city's page is another than a grassroots union's.
_LEVELS = {6: "COUNTY", 9: "UNIT", 13: "UNION"}


@dataclass
class Walk:
    """What somebody came to see and to do, and what went wrong on the way."""

    visitor: Visitor
    chance: worlds.Chance
    pages: dict[str, str] = field(default_factory=dict)  # address → what it said
    sent: list[Filled] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)  # what forms answered
    effective: set[str] = field(default_factory=set)  # shapes of forms that changed something
    broken: list[str] = field(default_factory=list)
    swayed: dict[str, object] = field(default_factory=dict)  # by fields that no form asked for
    _alike: Counter[str] = field(default_factory=Counter)

    def explore(self, starts: Iterable[str]) -> None:
        """Open all that these addresses lead to; then send every form, each from here."""
        present = worlds.rows(self.visitor.folder)
        waiting, offered = list(starts), []
        while waiting:
            address = waiting.pop(0)
            if not self._is_new_page(address):
                continue
            page = self._open(address, present)
            waiting += links(page, address)
            found = forms(page, address)
            waiting += [form.address for form in found if form.method == "GET"]
            offered += [form for form in found if form.method != "GET"]
        for form in offered:
            kind = kind_of(form)
            if form not in self.sent and self._alike[kind] < _SENT_ALIKE:
                self._alike[kind] += 1
                self._try(form, present)

    def _is_new_page(self, address: str) -> bool:
        """Tell whether to open it: not known, and not too many of its kind or of its path are."""
        path, _, query = address.partition("?")
        limits = {shape(path): _ALIKE}
        if query:
            limits = {shape(address): 1, f"{shape(path)}?": _ASKED_ALIKE}
        if address in self.pages or any(self._alike[one] >= most for one, most in limits.items()):
            return False
        self._alike.update(limits.keys())
        return True

    def _open(self, address: str, present: worlds.Rows) -> Element:
        answer = self.visitor.get(address)
        self._note(f"GET {address}", answer)
        if changed := worlds.differing(present, worlds.rows(self.visitor.folder)):
            self.broken.append(f"GET {address} changed {sorted(changed)}")
        self.pages[address] = text_of(answer)
        return tree(self.pages[address] if "html" in str(answer.content_type) else "")

    def _try(self, form: Filled, present: worlds.Rows) -> None:
        """Send a form, go on from where it leads, and put everything back."""
        visitor = self.visitor
        world, cookies = worlds.keep(visitor.folder), visitor.cookies()
        self.sent.append(form)
        sent = sent_twice(visitor, form, self.chance)
        answer, text = sent.answer, text_of(sent.answer)
        if sent.swayed:
            self.swayed[f"{form.address} {form.fields}"] = sent.swayed
        if worlds.differing(present, sent.plain):
            self.effective.add(kind_of(form))
        self._note(f"POST {form.address}", answer)
        self.told[f"{form.address} {len(self.told)}"] = text
        read_all()
        where = answer.headers.get("Location", "")
        if "html" in str(answer.content_type):
            follow = [where] if where.startswith("/") else []
            self.explore([*follow, *links(tree(text), form.address)])
        worlds.bring_back(world, visitor.folder)
        visitor.take(cookies)

    def _note(self, what: str, answer: TestResponse) -> None:
        if answer.status_code >= 500:
            self.broken.append(f"{what}: {answer.status_code}")


def shape(address: str) -> str:
    """Return an address without the numbers and words of single things."""
    parts = urlsplit(address)
    path = re.sub(r"\d+", lambda found: _LEVELS.get(len(found[0]), "N"), parts.path)
    path = "/".join("KEY" if len(one) > 30 else one for one in path.split("/"))
    path = re.sub(r"^/help/.+", "/help/RULE", path)
    asked = [
        (name, value if (value.isascii() and value.isupper()) or value.islower() else "")
        for name, value in parse_qsl(parts.query)
    ]
    return path + "".join(f" {name}={value}" for name, value in sorted(asked))


def kind_of(form: Filled) -> str:
    """Return what forms have in common that ask for the same."""
    names = {re.sub(r"\d+", "N", name) for name, _ in form.fields}
    return f"{form.method} {shape(form.address)} {' '.join(sorted(names))}"


def text_of(answer: TestResponse) -> str:
    """Return what an answer says; of a workbook or an archive all that stands in it."""
    if not answer.data.startswith(b"PK"):
        return answer.data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
