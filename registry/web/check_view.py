"""What of a draft is looked at: a tab, a rule, a search, some rows; as an address and back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import request, url_for

from registry.roster.messages import TITLES
from registry.submissions.checking import Tab

PAGE = 50
_SEARCH_LENGTH = 40
NAMES = ("tab", "code", "rows", "q", "after", "mark", "back")


@dataclass(frozen=True)
class View:
    """Which rows are looked at: a tab, a rule within it, a search, or just some rows; from where.

    `mark` is a row among `numbers` for whose sake the others are shown, `back` the place that the
    clerk came from.
    """

    tab: Tab
    code: str = ""
    numbers: tuple[int, ...] = ()
    search: str = ""
    after: int = 0
    mark: int = 0
    back: str = ""

    def args(self, **changes: Any) -> dict[str, Any]:
        """Return the address's arguments for this view with some changed."""
        plain = {
            "tab": self.tab.value,
            "code": self.code,
            "rows": ",".join(map(str, self.numbers)),
            "q": self.search,
            "after": self.after,
            "mark": self.mark,
            "back": self.back,
        } | changes
        return {name: value for name, value in plain.items() if value}

    def place(self, row: int = 0) -> str:
        """Return the place where the clerk is, to come back to: never what was searched for."""
        return self.back or urlencode(self.args(q="", mark="", rows="") | _row_arg(row))

    def address(self, submission_id: int, row: int = 0) -> str:
        """Return the address of this view, at a row of it."""
        anchor = f"row-{row}" if row else None
        return url_for(
            "roster.submission", submission_id=submission_id, _anchor=anchor, **self.args()
        )

    def address_from_help(self, submission_id: int, row: int = 0) -> str:
        """Return the address to come back to from a help page: never what was searched for."""
        if not self.search:
            return self.address(submission_id, row)
        return replace(self, search="", after=max(row - 1, 0)).address(submission_id, row)

    def address_back(self, submission_id: int) -> str:
        """Return the address of the place that the clerk came from."""
        view, row = place_of(self.back)
        return (view or View(Tab.ERROR)).address(submission_id, row or self.mark)


def view_in(args: Mapping[str, str]) -> View | None:
    """Return the view that arguments ask for; None where they say nothing of it."""
    chosen = args.get("tab", "")
    numbers = tuple(int(one) for one in args.get("rows", "").split(",") if is_row(one))[:PAGE]
    search = " ".join(args.get("q", "").split())[:_SEARCH_LENGTH]
    if chosen not in list(Tab) and not numbers and not search:
        return None
    code = args.get("code", "")
    return View(
        tab=Tab(chosen) if chosen in list(Tab) else Tab.ALL,
        code=code if code in TITLES else "",
        numbers=numbers,
        search=search,
        after=_number(args.get("after", "")),
        mark=_number(args.get("mark", "")),
        back=_place(args.get("back", "")),
    )


def place_of(text: str) -> tuple[View | None, int]:
    """Return the view and the row that a place names."""
    args = dict(parse_qsl(text))
    return view_in({k: v for k, v in args.items() if k != "back"}), _number(args.get("row", ""))


def view_sent() -> View:
    """Return what was looked at when a form was sent."""
    return view_in(request.values) or View(Tab.ERROR)


def is_row(text: str) -> bool:
    """Tell whether a text can be the number of a row."""
    return text.isascii() and text.isdigit() and len(text) < 9


def _place(text: str) -> str:
    """Return a place as we write it ourselves: nothing foreign stands in our links."""
    view, row = place_of(text)
    return view.place(row) if view else ""


def _number(text: str) -> int:
    return int(text) if is_row(text) else 0


def _row_arg(row: int) -> dict[str, int]:
    return {"row": row} if row else {}
