"""A page's elements as a tree, as far as whoever follows links and fills in forms needs them."""

from collections.abc import Iterator
from html.parser import HTMLParser

_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)


class Element:
    """An element: its name, attributes, text and what stands in it."""

    def __init__(self, name: str, attributes: dict[str, str], parent: "Element | None") -> None:
        self.name, self.attributes, self.parent = name, attributes, parent
        self.children: list[Element] = []
        self.text = ""

    def within(self, *names: str) -> "Iterator[Element]":
        """Yield the elements of these names in it, in their order; all where none is named."""
        for child in self.children:
            if not names or child.name in names:
                yield child
            yield from child.within(*names)

    def around(self) -> "Iterator[Element]":
        """Yield the elements it stands in, from the nearest."""
        if self.parent is not None:
            yield self.parent
            yield from self.parent.around()

    def words(self) -> str:
        """Return all text in it."""
        return self.text + "".join(one.text for one in self.within())

    def get(self, attribute: str) -> str:
        """Return an attribute, empty where there is none."""
        return self.attributes.get(attribute, "")


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.here = Element("", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(element)
        if tag not in _VOID:
            self.here = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the nearest open element of this name, and what was left open in it."""
        for element in (self.here, *self.here.around()):
            if element.name == tag and element.parent is not None:
                self.here = element.parent
                return

    def handle_data(self, data: str) -> None:
        self.here.text += data


def tree(text: str) -> Element:
    """Return the element that holds all of a page or a fragment."""
    builder = _Builder()
    builder.feed(text)
    builder.close()
    return builder.root
